-- Errands: what ticket systems are still to be told. Queued in the transaction that applies a decision.
CREATE TABLE errand (
    id TEXT PRIMARY KEY,         -- incident.system.sequence; goes out with every try, so a repeat can be known as one
    incident TEXT NOT NULL,
    system TEXT NOT NULL,
    sequence BIGINT NOT NULL,    -- order within (incident, system)
    event TEXT NOT NULL,
    body TEXT NOT NULL,          -- JSON: what is told, as it was when decided
    due BIGINT NOT NULL,         -- not before this instant (ms UTC)
    state TEXT NOT NULL,         -- waiting, claimed, done, parked, cancelled
    attempts BIGINT NOT NULL,
    next BIGINT NOT NULL,        -- next try not before this instant
    trouble TEXT NOT NULL,       -- what the last try said, or empty
    queued BIGINT NOT NULL
);
CREATE UNIQUE INDEX errand_order ON errand (incident, system, sequence);
CREATE INDEX errand_by_state ON errand (state, system, next);
