-- What ticket systems told of their tickets when they were last read.
CREATE TABLE followed (
    incident TEXT NOT NULL,
    system TEXT NOT NULL,
    standing TEXT NOT NULL,      -- open, acknowledged, started, paused, resolved, closed; gone when there is no ticket
    assignee TEXT NOT NULL,
    priority TEXT NOT NULL,      -- in the system's own words
    PRIMARY KEY (incident, system)
);

-- Which moments of a ticket's history have been taken into the incident: each is taken once.
CREATE TABLE followed_moment (
    incident TEXT NOT NULL,
    system TEXT NOT NULL,
    moment TEXT NOT NULL,        -- as the system identifies it
    position BIGINT NOT NULL,    -- of the log entry
    PRIMARY KEY (incident, system, moment)
);
