"""What an engine id tells of its device (RFC 3411 §5, SnmpEngineID). Pure."""

import ipaddress
from dataclasses import dataclass

from agent.snmp.text import text

_SHORTEST, _LONGEST = 5, 32
_OLD = 12
"""Octets of an id made in the manner of before RFC 3411."""


@dataclass(frozen=True, slots=True)
class Engine:
    """``enterprise`` is the vendor's number (IANA), ``made_of`` what makes the id unique; ``fault`` what is wrong."""

    enterprise: int
    made_of: str
    fault: str = ""


def engine(octets: bytes) -> Engine:
    """The id in words."""
    if not _SHORTEST <= len(octets) <= _LONGEST:
        return Engine(0, octets.hex(), f"it has {len(octets)} octets, where 5 to 32 are allowed")
    if not any(octets) or set(octets) == {0xFF}:
        return Engine(0, octets.hex(), "it is nothing but zeros or ones, which is not allowed")
    enterprise = int.from_bytes(octets[:4], "big") & 0x7FFFFFFF
    if not octets[0] & 0x80:
        return Engine(enterprise, octets[4:].hex(), "" if len(octets) == _OLD else "it is of the old form, cut short")
    return Engine(enterprise, _made_of(octets[4], octets[5:]))


def _made_of(form: int, rest: bytes) -> str:
    if (form, len(rest)) in ((1, 4), (2, 16)):
        return f"the address {ipaddress.ip_address(rest)}"
    if form == 3 and len(rest) == 6:
        return f"the MAC address {rest.hex(':')}"
    if form == 4:
        return f"the text {text(rest)!r}"
    return f"the octets {rest.hex()}"
