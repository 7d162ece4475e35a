-- Complaints, folded from the log's complaint entries. Instants in ms UTC.
CREATE TABLE complaint (
    number BIGINT PRIMARY KEY,
    position BIGINT NOT NULL UNIQUE, -- of the log entry that added it
    received BIGINT NOT NULL,
    subject TEXT NOT NULL,           -- the target or service it is about, or empty
    incident TEXT NOT NULL,          -- the incident it is about, or empty
    complainant TEXT NOT NULL,       -- who complains, as people call them
    text TEXT NOT NULL,
    actor TEXT NOT NULL,             -- who noted it
    replied BIGINT,
    reply TEXT NOT NULL,
    replier TEXT NOT NULL,
    area TEXT NOT NULL,              -- where the cause has to be mended: process, people, technology, tool
    closed BIGINT,
    outcome TEXT NOT NULL,
    closer TEXT NOT NULL
);
CREATE INDEX complaint_by_receipt ON complaint (received);
