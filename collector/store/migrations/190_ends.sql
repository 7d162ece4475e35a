-- How a fault ended: 1 where it is only looked at no more (maintenance, out of service, what it hangs on is down).
ALTER TABLE incident_event ADD COLUMN unseen BIGINT NOT NULL DEFAULT 0;
