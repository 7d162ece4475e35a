-- What is already computed of the past, so that figures of any period need not be computed from spans again.
CREATE TABLE settled (
    object TEXT PRIMARY KEY,     -- id of a target or service
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    position BIGINT NOT NULL,    -- of the log, which it reflects
    until BIGINT NOT NULL,       -- ms UTC: how far it reaches
    sure BIGINT NOT NULL,        -- ms UTC: up to here it also holds when nobody has looked since
    horizon BIGINT,              -- ms UTC until which its last state may simply go on; NULL for ever
    agreement TEXT NOT NULL,     -- by whose terms it was computed
    version BIGINT,              -- of the agreement; NULL for the house's own terms
    tiles BLOB NOT NULL,         -- rows of start, end, state as 8-byte integers of this machine
    outages BLOB NOT NULL,       -- rows of start, end, flags, repair, place in causes, likewise
    causes TEXT NOT NULL         -- JSON, a list of words
) WITHOUT ROWID;
-- What an object's time depends on beside itself: parents, parts of a service.
CREATE TABLE rests_on (
    other TEXT NOT NULL,
    object TEXT NOT NULL,
    PRIMARY KEY (other, object)
) WITHOUT ROWID;
-- Up to where (position in the log) what was computed of an object no longer counts; '*' is every object.
CREATE TABLE outdated (
    object TEXT PRIMARY KEY,
    position BIGINT NOT NULL
) WITHOUT ROWID;
