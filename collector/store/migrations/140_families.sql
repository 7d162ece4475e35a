-- Incidents that belong together, and those whose fault comes and goes.
ALTER TABLE incident ADD COLUMN parent TEXT NOT NULL DEFAULT '';  -- id of the incident that tells of it, or empty
ALTER TABLE incident ADD COLUMN unstable BIGINT;                  -- ms UTC since when its fault comes and goes, or NULL
CREATE INDEX incident_by_parent ON incident (parent) WHERE parent <> '';
CREATE INDEX episode_lasting ON episode (incident) WHERE ended IS NULL;

-- Targets that a fault takes with it: listed in its incident, and no incident of their own.
CREATE TABLE dependent (
    incident TEXT NOT NULL,
    target TEXT NOT NULL,
    since BIGINT,                -- ms UTC from which it was seen cut off; NULL while it only hangs on what failed
    PRIMARY KEY (incident, target)
) WITHOUT ROWID;
CREATE INDEX dependent_by_target ON dependent (target);

-- How many tickets a system got of late.
CREATE INDEX errand_by_system ON errand (system, queued);
