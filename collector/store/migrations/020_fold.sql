-- What the fold over the log has made of the results, and how far it has come.

-- One row: the log position this state reflects.
CREATE TABLE fold (one INTEGER PRIMARY KEY CHECK (one = 1), position BIGINT NOT NULL);
INSERT INTO fold VALUES (1, 0);

-- Confirmed spans that have ended, and holes (state 3). Codes as in collector/confirm.py; -1 is "none".
-- Which check and agent: handle and number, which are never reused.
CREATE TABLE span (
    handle BIGINT NOT NULL, agent BIGINT NOT NULL, start_at BIGINT NOT NULL, end_at BIGINT NOT NULL,
    state INTEGER NOT NULL, start_from BIGINT NOT NULL, start_to BIGINT NOT NULL,
    end_from BIGINT NOT NULL, end_to BIGINT NOT NULL, detected BIGINT NOT NULL,
    source INTEGER NOT NULL, end_source INTEGER NOT NULL,
    PRIMARY KEY (handle, agent, start_at, state)
) WITHOUT ROWID;

-- Runs of failed samples too short to be an outage.
CREATE TABLE glitch (
    handle BIGINT NOT NULL, agent BIGINT NOT NULL, at BIGINT NOT NULL,
    start_from BIGINT NOT NULL, end_to BIGINT NOT NULL, samples INTEGER NOT NULL,
    PRIMARY KEY (handle, agent, at)
) WITHOUT ROWID;

-- Targets that changed since the decision stage last looked, and from which instant on.
CREATE TABLE touched (target TEXT PRIMARY KEY, earliest BIGINT NOT NULL) WITHOUT ROWID;

-- Sequence numbers that are in the log, as ranges; kept when the log's old days are deleted.
CREATE TABLE seen (
    agent BIGINT NOT NULL, boot TEXT NOT NULL, first BIGINT NOT NULL, last BIGINT NOT NULL,
    PRIMARY KEY (agent, boot, first)
) WITHOUT ROWID;

-- Results that repeat an identity with other content, kept aside in the log.
CREATE TABLE conflict (position BIGINT PRIMARY KEY, agent BIGINT NOT NULL, results BIGINT NOT NULL);

-- What replaying the log into the live table needs beside the log, also when its checkpoint is lost:
-- by which terms checks are confirmed from a position on (agent 0: all of its rows) …
CREATE TABLE live_terms (
    position BIGINT NOT NULL, handle BIGINT NOT NULL, agent BIGINT NOT NULL, terms TEXT NOT NULL,
    PRIMARY KEY (position, handle, agent)
) WITHOUT ROWID;

-- … and rows that were computed anew from the log because results came late, as they stood at a position.
CREATE TABLE live_row (
    handle BIGINT NOT NULL, agent BIGINT NOT NULL, position BIGINT NOT NULL, machine TEXT NOT NULL,
    PRIMARY KEY (handle, agent)
) WITHOUT ROWID;
