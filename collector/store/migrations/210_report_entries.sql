-- What the entry of an issue in the log says beside what was kept before; entry is its position, 0 for what was issued
-- before issues were recorded.
ALTER TABLE report ADD COLUMN first BIGINT NOT NULL DEFAULT 0;
ALTER TABLE report ADD COLUMN head TEXT NOT NULL DEFAULT '';
ALTER TABLE report ADD COLUMN file TEXT NOT NULL DEFAULT '';
ALTER TABLE report ADD COLUMN previous TEXT NOT NULL DEFAULT '';
ALTER TABLE report ADD COLUMN key TEXT NOT NULL DEFAULT '';
ALTER TABLE report ADD COLUMN shape INTEGER NOT NULL DEFAULT 0;
ALTER TABLE report ADD COLUMN method TEXT NOT NULL DEFAULT '';
ALTER TABLE report ADD COLUMN parameters TEXT NOT NULL DEFAULT '';
ALTER TABLE report ADD COLUMN zone TEXT NOT NULL DEFAULT '';
ALTER TABLE report ADD COLUMN entry BIGINT NOT NULL DEFAULT 0;
ALTER TABLE report ADD COLUMN later INTEGER NOT NULL DEFAULT 0;
CREATE INDEX report_by_seal ON report (sha256);

-- Up to which log position a frozen report was looked at for what would change it: a note of work, not of issues.
CREATE TABLE report_looked (
    report TEXT PRIMARY KEY,
    position BIGINT NOT NULL
);
INSERT INTO report_looked SELECT id, looked FROM report;
ALTER TABLE report DROP COLUMN looked;

-- Reports whose issue was begun: gone when their entry is folded and who is to be told was told.
CREATE TABLE report_pending (
    report TEXT PRIMARY KEY
);
