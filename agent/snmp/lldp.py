"""What a device says of its neighbours (LLDP-MIB, IEEE Std 802.1AB-2005): pure readings of its tables.

Local ports have numbers of LLDP's own, which need not be those of the interfaces: they are known by their ids.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address

from agent.snmp.ber import Oid, Value
from agent.snmp.interfaces import Interface
from agent.snmp.table import Table
from agent.snmp.text import text

_LOCAL: Oid = (1, 0, 8802, 1, 1, 2, 1, 3)
_REMOTE: Oid = (1, 0, 8802, 1, 1, 2, 1, 4, 1, 1)

CHASSIS_SUBTYPE, CHASSIS = (*_LOCAL, 1, 0), (*_LOCAL, 2, 0)
SCALARS = (CHASSIS_SUBTYPE, CHASSIS)

_PORT_SUBTYPE, _PORT_ID, _PORT_DESCR = ((*_LOCAL, 7, 1, number) for number in (2, 3, 4))
_THEIR_CHASSIS_SUBTYPE, _THEIR_CHASSIS, _THEIR_PORT_SUBTYPE, _THEIR_PORT, _THEIR_PORT_DESCR, _THEIR_NAME = (
    (*_REMOTE, number) for number in (4, 5, 6, 7, 8, 9)
)
_THEIR_CAPABILITIES = (*_REMOTE, 12)
_THEIR_ADDRESS = (1, 0, 8802, 1, 1, 2, 1, 4, 2, 1, 3)

COLUMNS = (
    _PORT_SUBTYPE,
    _PORT_ID,
    _PORT_DESCR,
    _THEIR_CHASSIS_SUBTYPE,
    _THEIR_CHASSIS,
    _THEIR_PORT_SUBTYPE,
    _THEIR_PORT,
    _THEIR_PORT_DESCR,
    _THEIR_NAME,
    _THEIR_CAPABILITIES,
    _THEIR_ADDRESS,
)

_CHASSIS_MAC, _CHASSIS_ADDRESS = 4, 5
_PORT_MAC, _PORT_INTERFACE_NAME = 3, 5
_BRIDGE, _ROUTER = 0x20, 0x08
"""Bits 2 and 4 of LldpSystemCapabilitiesMap, the first of an octet being the highest."""
_FAMILIES = {1: 4, 2: 16}
"""Octets of an address, by its family's number (IANA address family numbers)."""


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A device on the other end of a port. ``port`` is ours by interface name, ``their_port`` what it calls its own.

    ``chassis`` is its id in words (a MAC address with colons, mostly), ``forwards`` whether it bridges or routes.
    """

    port: str
    chassis: str
    their_port: str = ""
    name: str = ""
    addresses: tuple[str, ...] = field(default_factory=tuple)
    forwards: bool = False


def chassis(table: Table) -> str:
    """The device's own chassis id in words; empty when it does not say."""
    return _chassis(table.scalars.get(CHASSIS_SUBTYPE), table.scalars.get(CHASSIS))


def neighbours(table: Table, interfaces: Mapping[str, Interface]) -> tuple[Neighbour, ...]:
    """Everyone the device hears, in the order of its ports. A row without a chassis id is left out."""
    cells = table.cells
    names = _ports(table, interfaces)
    addresses: dict[Oid, list[str]] = {}
    for index in cells.get(_THEIR_ADDRESS, {}):
        where = _address(index)
        if where:
            addresses.setdefault(index[:3], []).append(where)
    found = []
    for index, told in cells.get(_THEIR_CHASSIS, {}).items():
        key = _chassis(cells.get(_THEIR_CHASSIS_SUBTYPE, {}).get(index), told)
        if len(index) != 3 or not key:
            continue
        port_kind = cells.get(_THEIR_PORT_SUBTYPE, {}).get(index)
        capabilities = cells.get(_THEIR_CAPABILITIES, {}).get(index)
        theirs = _octets(cells.get(_THEIR_PORT, {}).get(index), port_kind == _PORT_MAC)
        descr = _octets(cells.get(_THEIR_PORT_DESCR, {}).get(index))
        found.append(
            Neighbour(
                port=names.get(index[1], f"port {index[1]}"),
                chassis=key,
                their_port=theirs if port_kind == _PORT_INTERFACE_NAME or not descr else descr,
                name=_octets(cells.get(_THEIR_NAME, {}).get(index)),
                addresses=tuple(addresses.get(index, ())),
                forwards=isinstance(capabilities, bytes) and bool(capabilities[:1] and capabilities[0] & _FORWARDS),
            )
        )
    return tuple(found)


_FORWARDS = _BRIDGE | _ROUTER


def _ports(table: Table, interfaces: Mapping[str, Interface]) -> dict[int, str]:
    """Interface names by LLDP's numbers of local ports: by the port's id, its description, at last by ifIndex."""
    cells = table.cells
    by_descr = {one.descr: name for name, one in interfaces.items()}
    by_alias = {one.alias: name for name, one in interfaces.items() if one.alias}
    by_row = {one.counters.row: name for name, one in interfaces.items()}
    names: dict[int, str] = {}
    numbers = {index[0] for column in (_PORT_ID, _PORT_DESCR) for index in cells.get(column, {}) if len(index) == 1}
    for number in numbers | {index[1] for index in cells.get(_THEIR_CHASSIS, {}) if len(index) == 3}:
        kind = cells.get(_PORT_SUBTYPE, {}).get((number,))
        told = (
            _octets(cells.get(_PORT_ID, {}).get((number,)), kind == _PORT_MAC),
            _octets(cells.get(_PORT_DESCR, {}).get((number,))),
        )
        for word in told:
            known = word if word in interfaces else by_descr.get(word) or by_alias.get(word)
            if word and known:
                names[number] = known
                break
        else:
            # A device that names its port in a way no interface is named: only then its number may be the interface's.
            names[number] = by_row.get(number) or next((word for word in told if word), f"port {number}")
    return names


def _chassis(kind: Value, told: Value) -> str:
    if kind == _CHASSIS_ADDRESS and isinstance(told, bytes) and told and len(told) - 1 == _FAMILIES.get(told[0]):
        return str(ip_address(told[1:]))
    return _octets(told, kind == _CHASSIS_MAC)


def _octets(told: Value, mac: bool = False) -> str:
    if not isinstance(told, bytes):
        return ""
    return told.hex(":") if mac and len(told) == 6 else text(told)


def _address(index: Oid) -> str:
    """The management address in an index: (time mark, local port, remote index, family, length, octets …)."""
    if len(index) < 6 or len(index) != 5 + index[4] or _FAMILIES.get(index[3]) != index[4] or max(index[5:]) > 255:
        return ""
    return str(ip_address(bytes(index[5:])))
