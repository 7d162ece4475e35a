-- Incidents: recorded decisions, folded from the log's incident entries and never derived anew from what was measured.
CREATE TABLE incident (
    id TEXT PRIMARY KEY,         -- random; names the fault to ticket systems
    year BIGINT NOT NULL,
    number BIGINT NOT NULL,      -- counts within the year
    correlation TEXT NOT NULL,   -- product:installation:id, the key ticket systems know it by
    kind TEXT NOT NULL,
    fault TEXT NOT NULL,         -- what is broken; at most one living incident per fault
    target TEXT NOT NULL,        -- id, or empty
    "check" TEXT NOT NULL,       -- id, or empty
    agent TEXT NOT NULL,         -- id, or empty
    priority TEXT NOT NULL,
    summary TEXT NOT NULL,
    phase TEXT NOT NULL,
    opened BIGINT NOT NULL,      -- instants in ms UTC
    answered BIGINT,
    started BIGINT,
    resolved BIGINT,
    closed BIGINT,
    self_recovered BIGINT NOT NULL,
    cause TEXT NOT NULL,         -- as a person said it when resolving, or empty
    earlier TEXT NOT NULL        -- number of the incident of the same fault before it, or empty
);
CREATE UNIQUE INDEX incident_by_number ON incident (year, number);
CREATE INDEX incident_by_fault ON incident (fault, opened);
CREATE INDEX incident_by_target ON incident (target, opened);
CREATE INDEX incident_by_phase ON incident (phase, opened);

-- When the fault was there: more than one row where it came back and the incident was opened again.
CREATE TABLE episode (
    incident TEXT NOT NULL,
    since BIGINT NOT NULL,       -- the fault's beginning as it was dated when it was decided
    detected BIGINT NOT NULL,
    ended BIGINT,                -- the fault's end; NULL while it lasts
    PRIMARY KEY (incident, since)
);

-- What happened to an incident, in order.
CREATE TABLE incident_event (
    position BIGINT PRIMARY KEY, -- of the log entry
    incident TEXT NOT NULL,
    verb TEXT NOT NULL,
    at BIGINT NOT NULL,
    actor_kind TEXT NOT NULL,
    actor TEXT NOT NULL,         -- name for people
    text TEXT NOT NULL,
    moot BIGINT NOT NULL         -- 1 when it came too late to change anything
);
CREATE INDEX incident_event_by_incident ON incident_event (incident, position);

-- Which ticket of which system an incident has: one each.
CREATE TABLE ledger (
    incident TEXT NOT NULL,
    system TEXT NOT NULL,
    ticket TEXT NOT NULL,        -- the other system's id for it; empty where it told none
    url TEXT NOT NULL,
    state TEXT NOT NULL,         -- as the other system last told it
    synced BIGINT NOT NULL,
    PRIMARY KEY (incident, system)
);

-- One row: the random name of this installation, which makes correlation keys unique between installations.
CREATE TABLE installation (one INTEGER PRIMARY KEY CHECK (one = 1), id TEXT NOT NULL);
