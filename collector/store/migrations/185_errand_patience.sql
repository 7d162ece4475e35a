-- Since when an errand is tried: how patient its tries are counts from there, not from when it was queued.
ALTER TABLE errand ADD COLUMN began BIGINT;   -- ms UTC of the first try since it was queued or released; NULL before it failed
