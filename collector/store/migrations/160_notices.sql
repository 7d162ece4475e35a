-- News: what happened to incidents and is not routed yet. Written in the transaction in which it happens.
CREATE TABLE news (
    id TEXT PRIMARY KEY,         -- of the log entry, or of the errand it is about: the same at every application
    incident TEXT NOT NULL,
    event TEXT NOT NULL,
    at BIGINT NOT NULL,          -- when it happened, ms UTC
    due BIGINT NOT NULL,         -- not told before this instant, and not at all when the fault was over by then
    facts TEXT NOT NULL          -- JSON: what is told, as it was then
);
CREATE INDEX news_by_due ON news (due, id);
CREATE INDEX news_by_incident ON news (incident, event);

-- Notices: one piece of news for one channel.
CREATE TABLE notice (
    id TEXT PRIMARY KEY,         -- news and channel
    channel TEXT NOT NULL,
    incident TEXT NOT NULL,
    event TEXT NOT NULL,
    at BIGINT NOT NULL,
    urgent BIGINT NOT NULL,      -- 1: may overtake others
    parcel TEXT NOT NULL,        -- notices of one parcel go out in one message
    mentions TEXT NOT NULL,      -- JSON: names of people to be called by name
    next BIGINT NOT NULL,        -- not before this instant, ms UTC
    facts TEXT NOT NULL,         -- JSON; empty once it stands in a message
    message TEXT NOT NULL        -- the message it went into; empty while it waits
);
CREATE INDEX notice_waiting ON notice (channel, message, next);
CREATE INDEX notice_by_incident ON notice (incident, at);
CREATE INDEX notice_by_message ON notice (message);

-- Messages: what is or was handed to a channel, and the proof that it took it.
CREATE TABLE message (
    id TEXT PRIMARY KEY,         -- goes out with every try, so a repeat can be known as one
    channel TEXT NOT NULL,
    state TEXT NOT NULL,         -- waiting, claimed, sent, parked
    urgent BIGINT NOT NULL,
    title TEXT NOT NULL,
    content TEXT NOT NULL,       -- JSON: the whole message, the same at every try; empty once it is sent
    composed BIGINT NOT NULL,
    attempts BIGINT NOT NULL,
    next BIGINT NOT NULL,        -- next try not before this instant
    tried BIGINT,                -- the last try
    sent BIGINT,                 -- when the channel took it
    answer TEXT NOT NULL         -- what the channel said when it took it, or why it did not
);
CREATE INDEX message_by_state ON message (channel, state, next);
CREATE INDEX message_by_try ON message (channel, tried);
