-- Which part of the organisation a report is about ('' for the whole), and as JSON what belongs to it.
ALTER TABLE report ADD COLUMN edition TEXT NOT NULL DEFAULT '';
ALTER TABLE report ADD COLUMN about TEXT NOT NULL DEFAULT '';
