-- What is already computed of the past, so that figures of any period need not be computed from spans again.
-- The blobs are rows of 8-byte integers of this machine, as rules/past/columns.py has them behind the owner.
CREATE TABLE settled (
    object TEXT PRIMARY KEY,     -- id of a target or service
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    position BIGINT NOT NULL,    -- of the log, which it reflects
    made_by TEXT NOT NULL,       -- release and settings of the house; a row of others does not count
    begins BIGINT NOT NULL,      -- ms UTC: when its service began
    ends BIGINT,                 -- ms UTC: when it ended; NULL for not yet
    until BIGINT NOT NULL,       -- ms UTC: how far it reaches
    sure BIGINT NOT NULL,        -- ms UTC: up to here it also holds when nobody has looked since
    horizon BIGINT,              -- ms UTC until which its last state may simply go on; NULL for ever
    stands BIGINT NOT NULL,      -- ms UTC since when it has its labels, its priority and its least failure
    agreement TEXT NOT NULL,     -- by whose terms it was computed
    version BIGINT,              -- of the agreement; NULL for the house's own terms
    priority TEXT NOT NULL,
    labels TEXT NOT NULL,        -- JSON
    zoned BIGINT NOT NULL,       -- 1: it may depend on what month it is, hence on the time zone
    doubt BIGINT NOT NULL,       -- ms: how far a run of failed looks reaches that was not confirmed
    tiles BLOB NOT NULL,
    outages BLOB NOT NULL,
    glitches BLOB NOT NULL,
    doubts BLOB NOT NULL,
    corrected BLOB NOT NULL,
    words TEXT NOT NULL          -- JSON, a list: what the outages refer to
);
-- What an object's time depends on beside itself, at first hand or any further: parents, parts of a service.
CREATE TABLE rests_on (
    other TEXT NOT NULL,
    object TEXT NOT NULL,
    PRIMARY KEY (other, object)
) WITHOUT ROWID;
CREATE INDEX rests_on_by_object ON rests_on (object);
-- Up to where (position in the log) what was computed of an object no longer counts; '*' is every object.
CREATE TABLE outdated (
    object TEXT PRIMARY KEY,
    position BIGINT NOT NULL
) WITHOUT ROWID;
