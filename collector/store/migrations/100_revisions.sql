-- Which revision of a frozen period's report it is: 0 before the period is frozen, then 1, 2, …
ALTER TABLE report ADD COLUMN revision BIGINT NOT NULL DEFAULT 0;
-- The zone whose month it is: the months of two zones are two periods.
ALTER TABLE report ADD COLUMN tz TEXT NOT NULL DEFAULT '';
