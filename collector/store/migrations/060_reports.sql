-- Reports as they were issued. Not derived: what was issued stays as it was, whatever the log is folded into later.
CREATE TABLE report (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,          -- month
    name TEXT NOT NULL,          -- 2026-10
    status TEXT NOT NULL,        -- draft or final
    issued_at BIGINT NOT NULL,   -- ms UTC
    issued_by TEXT NOT NULL,
    position BIGINT NOT NULL,    -- the last log entry it was computed from
    sha256 TEXT NOT NULL
);
CREATE INDEX report_by_time ON report (issued_at);

-- Each file as it was first rendered: a later release may render otherwise, an issued file stays.
CREATE TABLE report_file (
    report TEXT NOT NULL,
    name TEXT NOT NULL,          -- file name in the archive
    sha256 TEXT NOT NULL,
    PRIMARY KEY (report, name)
);
CREATE INDEX report_file_by_hash ON report_file (sha256);
