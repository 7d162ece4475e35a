-- What is known of an errand's tries, and what goes first.
ALTER TABLE errand ADD COLUMN tried BIGINT;   -- ms UTC of the last try of unknown outcome; NULL when there is none
ALTER TABLE errand ADD COLUMN urgent BIGINT NOT NULL DEFAULT 0;  -- 1: goes before what is not
