"""The interface table of a device (IF-MIB, RFC 2863; EtherLike-MIB, RFC 3635): its rows by name. Pure.

Interfaces are known by ifName, then ifDescr; ifIndex may be renumbered at any restart.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import TypeVar

from agent.snmp.ber import Oid, Value
from agent.snmp.table import Table
from agent.snmp.text import text
from agent.snmp.traffic import MOST, Counters
from agent.snmp.uptime import since

_S = TypeVar("_S", bound=IntEnum)

_TABLE: Oid = (1, 3, 6, 1, 2, 1, 2, 2, 1)
_MORE: Oid = (1, 3, 6, 1, 2, 1, 31, 1, 1, 1)

DESCR, KIND, SPEED = (*_TABLE, 2), (*_TABLE, 3), (*_TABLE, 5)
ADMIN, OPER, LAST_CHANGE = (*_TABLE, 7), (*_TABLE, 8), (*_TABLE, 9)
IN_OCTETS, IN_PACKETS, IN_DISCARDS, IN_ERRORS = (*_TABLE, 10), (*_TABLE, 11), (*_TABLE, 13), (*_TABLE, 14)
OUT_OCTETS, OUT_PACKETS, OUT_DISCARDS, OUT_ERRORS = (*_TABLE, 16), (*_TABLE, 17), (*_TABLE, 19), (*_TABLE, 20)
NAME, HIGH_SPEED, ALIAS, DISCONTINUITY = (*_MORE, 1), (*_MORE, 15), (*_MORE, 18), (*_MORE, 19)
HC_IN_OCTETS, HC_IN_UNICAST, HC_IN_MULTICAST, HC_IN_BROADCAST = ((*_MORE, number) for number in (6, 7, 8, 9))
HC_OUT_OCTETS, HC_OUT_UNICAST, HC_OUT_MULTICAST, HC_OUT_BROADCAST = ((*_MORE, number) for number in (10, 11, 12, 13))
DUPLEX: Oid = (1, 3, 6, 1, 2, 1, 10, 7, 2, 1, 19)

_NARROW = {
    IN_OCTETS: HC_IN_OCTETS,
    OUT_OCTETS: HC_OUT_OCTETS,
    IN_PACKETS: HC_IN_UNICAST,
    OUT_PACKETS: HC_OUT_UNICAST,
}
"""Counters of 32 bits, and those of 64 that make them needless."""

_HC_PACKETS = (
    HC_IN_UNICAST,
    HC_IN_MULTICAST,
    HC_IN_BROADCAST,
    HC_OUT_UNICAST,
    HC_OUT_MULTICAST,
    HC_OUT_BROADCAST,
)

WIDE = frozenset((HC_IN_OCTETS, HC_OUT_OCTETS, *_HC_PACKETS))
"""Counters of 64 bits, which version 1 cannot carry (RFC 3584 §4.2.2.1)."""

COLUMNS = (
    NAME,
    DESCR,
    KIND,
    ADMIN,
    OPER,
    LAST_CHANGE,
    HIGH_SPEED,
    SPEED,
    ALIAS,
    DUPLEX,
    HC_IN_OCTETS,
    HC_OUT_OCTETS,
    IN_OCTETS,
    OUT_OCTETS,
    *_HC_PACKETS,
    IN_PACKETS,
    OUT_PACKETS,
    IN_ERRORS,
    OUT_ERRORS,
    IN_DISCARDS,
    OUT_DISCARDS,
    DISCONTINUITY,
)
"""What is asked for at first; ``needless`` says what of it a device need not be asked again."""

_LOOPBACK = 24
_HALF, _FULL = 2, 3
_UNKNOWN_SPEED = 0xFFFFFFFF


class Admin(IntEnum):
    """ifAdminStatus: what the device was told to have the interface be."""

    UP = 1
    DOWN = 2
    TESTING = 3


class Oper(IntEnum):
    """ifOperStatus: what the interface is."""

    UP = 1
    DOWN = 2
    TESTING = 3
    UNKNOWN = 4
    DORMANT = 5
    NOT_PRESENT = 6
    LOWER_LAYER_DOWN = 7


@dataclass(frozen=True, slots=True)
class Interface:
    """One interface at one moment. ``None`` is what the device does not say. Speed in bits per second.

    ``kind`` is ifType; ``changed_s`` how many seconds ago its state changed, None when that was before the last
    restart of the device's SNMP agent; ``changed`` the same as the sysUpTime (1/100 s) at which it did.
    """

    name: str
    counters: Counters
    descr: str = ""
    alias: str = ""
    kind: int | None = None
    admin: Admin | None = None
    oper: Oper | None = None
    speed: int | None = None
    half_duplex: bool | None = None
    changed_s: float | None = None
    changed: int | None = None


def interfaces(table: Table) -> dict[str, Interface]:
    """The rows of a reading by name. A value of a wrong type counts as not said; loopbacks are left out.

    Of two rows with one name the later one is told apart by its index.
    """
    cells = table.cells
    found: dict[str, Interface] = {}
    rows = {row for column in COLUMNS if column is not DUPLEX for row in cells.get(column, ()) if len(row) == 1}
    for row in sorted(rows):
        kind = _number(cells, KIND, row)
        if kind == _LOOPBACK:
            continue
        descr = _text(cells, DESCR, row)
        name = _text(cells, NAME, row) or descr or f"if{row[0]}"
        if name in found:
            name = f"{name}#{row[0]}"
        changed = _number(cells, LAST_CHANGE, row)
        uptime = table.uptime_of(LAST_CHANGE, row)
        found[name] = Interface(
            name=name,
            counters=_counters(table, row),
            descr=descr,
            alias=_text(cells, ALIAS, row),
            kind=kind,
            admin=_state(Admin, _number(cells, ADMIN, row)),
            oper=_state(Oper, _number(cells, OPER, row)),
            speed=_speed(_number(cells, HIGH_SPEED, row), _number(cells, SPEED, row)),
            half_duplex={_HALF: True, _FULL: False}.get(_number(cells, DUPLEX, row) or 0),
            changed_s=None if changed is None or uptime is None else since(changed, uptime),
            changed=changed or None,
        )
    return found


def needless(table: Table) -> frozenset[Oid]:
    """Counters of 32 bits that tell nothing more, because every row has the same in 64 bits."""
    return frozenset(
        narrow
        for narrow, wide in _NARROW.items()
        if table.cells.get(wide) and table.cells.get(narrow, {}).keys() <= table.cells[wide].keys()
    )


def _counters(table: Table, row: Oid) -> Counters:
    cells = table.cells
    wide = _number(cells, HC_IN_OCTETS, row) is not None
    octets_in = HC_IN_OCTETS if wide else IN_OCTETS
    octets_out = HC_OUT_OCTETS if wide else OUT_OCTETS
    packets = [_number(cells, column, row) for column in _HC_PACKETS]
    if packets[0] is None:
        packets = [_number(cells, IN_PACKETS, row), _number(cells, OUT_PACKETS, row)]
    return Counters(
        row=row[0],
        wide=wide,
        discontinuity=_number(cells, DISCONTINUITY, row),
        octets_in=_number(cells, octets_in, row),
        octets_out=_number(cells, octets_out, row),
        packets=_sum(packets[:1] + [number or 0 for number in packets[1:]]),
        errors=_sum([_number(cells, IN_ERRORS, row), _number(cells, OUT_ERRORS, row)]),
        discards=_sum([_number(cells, IN_DISCARDS, row), _number(cells, OUT_DISCARDS, row)]),
        at_in=table.uptime_of(octets_in, row),
        at_out=table.uptime_of(octets_out, row),
        at_errors=table.uptime_of(IN_ERRORS, row),
    )


def _number(cells: Mapping[Oid, Mapping[Oid, Value]], column: Oid, row: Oid) -> int | None:
    column_cells = cells.get(column)
    value = None if column_cells is None else column_cells.get(row)
    return value if isinstance(value, int) and 0 <= value < MOST else None


def _text(cells: Mapping[Oid, Mapping[Oid, Value]], column: Oid, row: Oid) -> str:
    value = cells.get(column, {}).get(row)
    return text(value) if isinstance(value, bytes) else ""


def _state(states: type[_S], number: int | None) -> _S | None:
    return None if number is None or not 1 <= number <= len(states) else states(number)


def _speed(high: int | None, low: int | None) -> int | None:
    """ifHighSpeed in Mb/s counts where it is there; 2³²−1 in ifSpeed says that it does not fit."""
    if high:
        return high * 1_000_000
    return low if low and low != _UNKNOWN_SPEED else None


def _sum(numbers: list[int | None]) -> int | None:
    total = sum(number or 0 for number in numbers)
    return total if None not in numbers and total < MOST else None
