-- What a mute holds, to be looked at again when mutes change: 1 until its time has come or it is free.
ALTER TABLE errand ADD COLUMN held BIGINT NOT NULL DEFAULT 0;
ALTER TABLE news ADD COLUMN held BIGINT NOT NULL DEFAULT 0;
CREATE INDEX errand_held ON errand (system) WHERE held = 1;
CREATE INDEX news_held ON news (id) WHERE held = 1;
