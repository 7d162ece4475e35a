-- Configuration as it is now: one row per object, and how it came to be so: one row per revision. Both are folds over
-- the log's config entries. `data` is the whole object as JSON; the columns beside it are what is searched by.
CREATE TABLE object (
    id TEXT PRIMARY KEY,
    noun TEXT NOT NULL,
    name TEXT NOT NULL,          -- unique among the living of a noun, where the noun has names
    owner TEXT NOT NULL,         -- id of what it belongs to (a check's target), else empty
    number BIGINT NOT NULL,      -- a check's handle, an agent's number, a policy's number; never reused
    retired BIGINT,              -- instant (ms UTC) from which it is no more; NULL while it lives
    data TEXT NOT NULL
);
CREATE INDEX object_by_name ON object (noun, name);
CREATE INDEX object_by_owner ON object (owner, noun, number, id);
CREATE UNIQUE INDEX object_by_number ON object (noun, number, id);

CREATE TABLE revision (
    id TEXT NOT NULL,
    position BIGINT NOT NULL,    -- of the log entry
    noun TEXT NOT NULL,
    since BIGINT NOT NULL,       -- in force from this instant (ms UTC)
    at BIGINT NOT NULL,          -- recorded at this instant
    verb TEXT NOT NULL,
    actor TEXT NOT NULL,         -- JSON: kind, id, name
    data TEXT NOT NULL,
    PRIMARY KEY (id, position)
);
CREATE INDEX revision_by_position ON revision (position);

-- What every layer of settings comes to, for each check, from an instant on.
CREATE TABLE effective (
    handle BIGINT NOT NULL,
    since BIGINT NOT NULL,
    data TEXT NOT NULL,
    PRIMARY KEY (handle, since)
);

-- Which agents look at a check: the n of the quorum at an instant.
CREATE TABLE assignment (
    handle BIGINT NOT NULL,
    agent BIGINT NOT NULL,       -- the agent's number
    since BIGINT NOT NULL,
    until BIGINT,                -- NULL while it holds
    PRIMARY KEY (handle, agent, since)
);
CREATE INDEX assignment_by_agent ON assignment (agent, until);

-- The log position that last changed what an agent is told to do.
CREATE TABLE plan (
    agent BIGINT PRIMARY KEY,
    revision BIGINT NOT NULL
);
