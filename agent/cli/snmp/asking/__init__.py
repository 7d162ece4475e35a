"""What the actions of ``nineward-agent snmp`` share: how a device is reached, and how its answers are printed."""
