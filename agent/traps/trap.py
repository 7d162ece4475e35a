"""A notification of a device, as it was heard."""

from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Trap:
    """One SNMP trap or inform. ``oid`` is the notification's (snmpTrapOID; a v1 trap's as RFC 3584 §3.1 converts it).

    ``name`` and ``bindings`` are worded, ``uptime`` is the device's sysUpTime in 1/100 s, ``source`` the address it
    came from, ``unkept`` counts those of the same source that were left out before it.
    """

    source: str
    version: str
    oid: str
    name: str = ""
    inform: bool = False
    uptime: int | None = None
    bindings: tuple[tuple[str, str], ...] = field(default_factory=tuple)
    unkept: int = 0
    target: str = ""

    def told(self) -> dict[str, Any]:
        """The fields as the collector reads them; ``seq`` and ``age_ms`` are added when it is sent."""
        return asdict(self)
