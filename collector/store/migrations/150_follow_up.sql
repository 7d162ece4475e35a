-- What follows an incident: warnings of its deadlines, those it was escalated to, its cause, what is done about that,
-- and what those who asked said. Folded from the log's incident entries. Instants in ms UTC.

-- The last warning of each deadline of an incident.
CREATE TABLE clock_warning (
    incident TEXT NOT NULL,
    rule TEXT NOT NULL,
    percent BIGINT NOT NULL,     -- of the allowance used; 100 when it was used up
    at BIGINT NOT NULL,
    PRIMARY KEY (incident, rule)
);

-- Who was told because those who should have acted did not: each once.
CREATE TABLE escalation (
    incident TEXT NOT NULL,
    recipient TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (incident, recipient)
);

-- The cause as it is known, in the words of the last who said so.
CREATE TABLE root_cause (
    incident TEXT PRIMARY KEY,
    area TEXT NOT NULL,          -- process, people, technology, tool; empty where only the words were told
    code TEXT NOT NULL,          -- what broke, or empty
    text TEXT NOT NULL,
    whys TEXT NOT NULL,          -- JSON list of answers to "why?", the first one first
    at BIGINT NOT NULL,
    actor TEXT NOT NULL
);

-- Corrective and preventive actions, numbered within the incident.
CREATE TABLE improvement (
    incident TEXT NOT NULL,
    number BIGINT NOT NULL,
    position BIGINT NOT NULL,    -- of the log entry that added it
    kind TEXT NOT NULL,          -- corrective, preventive
    what TEXT NOT NULL,
    owner TEXT NOT NULL,
    due BIGINT NOT NULL,
    added BIGINT NOT NULL,
    done BIGINT,
    effective BIGINT,            -- 1 it helped, 0 it did not; NULL while nobody has judged
    judged BIGINT,
    remark TEXT NOT NULL,
    withdrawn BIGINT,
    PRIMARY KEY (incident, number)
);
CREATE INDEX improvement_by_due ON improvement (done, due);

-- How content the one who asked is: the last answer counts.
CREATE TABLE satisfaction (
    incident TEXT PRIMARY KEY,
    score BIGINT NOT NULL,       -- 1 to 5
    solved BIGINT,               -- whether it is really solved, 1 or 0; NULL where that was not said
    text TEXT NOT NULL,
    at BIGINT NOT NULL,
    actor TEXT NOT NULL,
    source TEXT NOT NULL         -- link, ticket or people
);

-- Every try to call somebody back.
CREATE TABLE call_back (
    position BIGINT PRIMARY KEY, -- of the log entry
    incident TEXT NOT NULL,
    at BIGINT NOT NULL,
    reached BIGINT NOT NULL,     -- 1 when somebody answered
    solved BIGINT,
    text TEXT NOT NULL,
    actor TEXT NOT NULL
);
CREATE INDEX call_back_by_incident ON call_back (incident, at);
