"""Indexes of table rows as people read them (RFC 2578 §7.7). Pure."""

import ipaddress
from collections.abc import Sequence

from agent.snmp.ber import Oid
from agent.snmp.text import text
from agent.snmp.walk import shown

_FIXED = {"address": 4, "mac": 6}


def index_words(index: Oid, forms: Sequence[str]) -> str:
    """The parts of an index by their forms (``node.Node.index``), with a space between them.

    An index that does not fit its forms is shown as it is.
    """
    told: list[str] = []
    at = 0
    for form in forms:
        implied = form.startswith("implied ")
        kind = form.removeprefix("implied ")
        if kind == "number":
            size = 1
        elif kind in _FIXED:
            size = _FIXED[kind]
        elif implied:
            size = len(index) - at
        else:
            if at >= len(index):
                return shown(index)
            size = index[at]
            at += 1
        part = index[at : at + size]
        if len(part) != size:
            return shown(index)
        told.append(_part(kind, part))
        at += size
    return " ".join(told) if told and at == len(index) else shown(index)


def _part(kind: str, part: Oid) -> str:
    if kind in ("number", "oid") or any(octet > 255 for octet in part):
        return shown(part)
    octets = bytes(part)
    if kind == "address":
        return str(ipaddress.IPv4Address(octets))
    if kind == "mac":
        return octets.hex(":")
    return text(octets) if kind == "text" else octets.hex(" ")
