-- Who had a report issued (the id of the principal; empty for the collector itself), and up to which log position it
-- was looked for what would change a frozen one.
ALTER TABLE report ADD COLUMN author TEXT NOT NULL DEFAULT '';
ALTER TABLE report ADD COLUMN looked BIGINT NOT NULL DEFAULT 0;
