-- Notifications of devices (SNMP traps and informs), as agents passed them on.
CREATE TABLE trap (
    position BIGINT NOT NULL,    -- of its entry in the log
    place BIGINT NOT NULL,       -- within the entry
    at BIGINT NOT NULL,          -- ms UTC, when the agent received it
    agent BIGINT NOT NULL,       -- number
    boot TEXT NOT NULL,          -- of the agent's process
    seq BIGINT NOT NULL,         -- within that process
    target TEXT NOT NULL,        -- id; empty when no target has that address
    source TEXT NOT NULL,        -- address it came from
    version TEXT NOT NULL,       -- v1, v2c or v3
    inform INTEGER NOT NULL,     -- 1 when the device asked for an answer
    oid TEXT NOT NULL,           -- snmpTrapOID
    name TEXT NOT NULL,          -- the OID in words
    uptime BIGINT,               -- the device's sysUpTime, 1/100 s
    bindings TEXT NOT NULL,      -- JSON, [[name, value], …]
    unkept BIGINT NOT NULL,      -- others of this source that came before it and were only counted
    PRIMARY KEY (agent, boot, seq)
);
CREATE INDEX trap_by_time ON trap (at, position, place);
CREATE INDEX trap_by_target ON trap (target, at);
