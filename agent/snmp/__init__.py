"""SNMP beneath the probe: walking tables, reading texts and counters, one session per device."""
