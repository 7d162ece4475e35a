-- What results and batches told of restarts and lines, and of the machines that agents run on. Made by the fold.

CREATE TABLE evidence (
    target TEXT NOT NULL,        -- id
    at BIGINT NOT NULL,          -- ms UTC, when it happened
    kind TEXT NOT NULL,          -- as in rules/evidence.py
    handle BIGINT NOT NULL,      -- the check whose results told it; 0 for the agent's own machine
    agent BIGINT NOT NULL,       -- number
    since BIGINT NOT NULL,       -- the reading before it, or when the agent was last alive
    until BIGINT NOT NULL,       -- the reading that told it, or the first batch after it
    told_by TEXT NOT NULL,
    seen BIGINT NOT NULL,        -- the last good look at the target shortly before it; -1 for none
    PRIMARY KEY (target, at, kind, handle, agent, until)
) WITHOUT ROWID;
CREATE INDEX evidence_by_check ON evidence (handle, agent, until);

-- The machine each agent runs on, as its last batch told.
CREATE TABLE machine (
    agent BIGINT PRIMARY KEY,    -- number
    boot TEXT NOT NULL,          -- the kernel's boot id
    began BIGINT NOT NULL,       -- ms UTC, when that boot began
    heard BIGINT NOT NULL        -- ms UTC, when it last sent a batch
) WITHOUT ROWID;
