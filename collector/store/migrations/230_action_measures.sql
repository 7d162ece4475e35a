-- What an action is to mend: a measure of the report that was missed, or empty.
ALTER TABLE improvement ADD COLUMN measure TEXT NOT NULL DEFAULT '';
