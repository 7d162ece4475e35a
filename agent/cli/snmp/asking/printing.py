"""Values of a device as lines for people and as records for programs."""

from typing import Any

from agent.cli.terminal.table import cell
from agent.snmp.ber import VarBind
from agent.snmp.names import Names
from agent.snmp.value_words import type_name, words
from agent.snmp.walk import shown


def line(names: Names, one: VarBind, numeric: bool) -> str:
    """``IF-MIB::ifDescr.1 = STRING: lo``; control characters of the device are shown as dots."""
    oid, tag, value = one
    name = shown(oid) if numeric else names.named(oid)
    told = words(None, tag, value) if numeric else names.worded(oid, tag, value)
    kind = type_name(tag)
    return f"{name} = {f'{kind}: ' if kind else ''}{cell(told)}"


def record(names: Names, one: VarBind) -> dict[str, Any]:
    """The same for programs: octets as hexadecimal digits, objects as numbers, what is not there as null."""
    oid, tag, value = one
    plain = value.hex() if isinstance(value, bytes) else shown(value) if isinstance(value, tuple) else value
    return {
        "oid": shown(oid),
        "name": names.named(oid),
        "type": type_name(tag) or None,
        "value": plain,
        "text": names.worded(oid, tag, value),
    }
