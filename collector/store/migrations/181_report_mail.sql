-- How far the letter of an issued report has come: one for each, so none is sent twice.
CREATE TABLE report_mail (
    report TEXT PRIMARY KEY,
    state TEXT NOT NULL,         -- waiting, sending, sent or parked
    attempts INTEGER NOT NULL DEFAULT 0,
    next BIGINT NOT NULL,        -- ms UTC: when it is tried
    changed BIGINT NOT NULL,     -- ms UTC
    answer TEXT NOT NULL DEFAULT ''
);
CREATE INDEX report_mail_due ON report_mail (state, next);
