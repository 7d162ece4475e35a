"""The interface table of a device (IF-MIB, RFC 2863): rows keyed by name, and rates between two readings.

Interfaces are known by ifName, then ifDescr; ifIndex may be renumbered at any restart.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from agent.counters import moved
from agent.snmp.text import text
from agent.snmp.walk import Oid, Value

_TABLE: Oid = (1, 3, 6, 1, 2, 1, 2, 2, 1)
_MORE: Oid = (1, 3, 6, 1, 2, 1, 31, 1, 1, 1)

DESCR, KIND, SPEED, ADMIN, OPER = (*_TABLE, 2), (*_TABLE, 3), (*_TABLE, 5), (*_TABLE, 7), (*_TABLE, 8)
IN_OCTETS, IN_DISCARDS, IN_ERRORS = (*_TABLE, 10), (*_TABLE, 13), (*_TABLE, 14)
OUT_OCTETS, OUT_DISCARDS, OUT_ERRORS = (*_TABLE, 16), (*_TABLE, 19), (*_TABLE, 20)
NAME, HC_IN_OCTETS, HC_OUT_OCTETS = (*_MORE, 1), (*_MORE, 6), (*_MORE, 10)
HIGH_SPEED, ALIAS, DISCONTINUITY = (*_MORE, 15), (*_MORE, 18), (*_MORE, 19)

STATUS_COLUMNS = (DESCR, KIND, SPEED, ADMIN, OPER, NAME, HIGH_SPEED, ALIAS)
COUNTER_COLUMNS = (
    HC_IN_OCTETS,
    HC_OUT_OCTETS,
    IN_OCTETS,
    OUT_OCTETS,
    IN_ERRORS,
    OUT_ERRORS,
    IN_DISCARDS,
    OUT_DISCARDS,
    DISCONTINUITY,
)

_LOOPBACK = 24
_UP = 1
_UNKNOWN_SPEED = 0xFFFFFFFF
_WRAPS_SLOWLY_BPS = 100_000_000
"""A 32-bit octet counter wraps in 34 s at 1 Gb/s: above this speed it tells nothing."""


@dataclass(frozen=True, slots=True)
class Interface:
    """One interface at one moment. ``None`` is what the device does not say. Speed in bits per second."""

    name: str
    index: int
    admin_up: bool | None = None
    oper_up: bool | None = None
    speed: int | None = None
    alias: str = ""
    octets_in: int | None = None
    octets_out: int | None = None
    wide: bool = True
    errors: int | None = None
    discards: int | None = None
    discontinuity: int | None = None


def interfaces(cells: Mapping[Oid, Mapping[Oid, Value]]) -> dict[str, Interface]:
    """The rows of the walked columns by name. A value of a wrong type counts as not said; loopbacks are left out.

    Of two rows with one name the later one is told apart by its index.
    """
    found: dict[str, Interface] = {}
    rows = {row for column in cells.values() for row in column if len(row) == 1}
    for row in sorted(rows):
        if _number(cells, KIND, row) == _LOOPBACK:
            continue
        name = _text(cells, NAME, row) or _text(cells, DESCR, row) or f"if{row[0]}"
        if name in found:
            name = f"{name}#{row[0]}"
        wide = _number(cells, HC_IN_OCTETS, row) is not None
        found[name] = Interface(
            name=name,
            index=row[0],
            admin_up=_is_up(_number(cells, ADMIN, row)),
            oper_up=_is_up(_number(cells, OPER, row)),
            speed=_speed(_number(cells, HIGH_SPEED, row), _number(cells, SPEED, row)),
            alias=_text(cells, ALIAS, row),
            octets_in=_number(cells, HC_IN_OCTETS if wide else IN_OCTETS, row),
            octets_out=_number(cells, HC_OUT_OCTETS if wide else OUT_OCTETS, row),
            wide=wide,
            errors=_sum(_number(cells, IN_ERRORS, row), _number(cells, OUT_ERRORS, row)),
            discards=_sum(_number(cells, IN_DISCARDS, row), _number(cells, OUT_DISCARDS, row)),
            discontinuity=_number(cells, DISCONTINUITY, row),
        )
    return found


def state(now: Mapping[str, Interface]) -> dict[str, float]:
    """What is up, as values of parts: 1 for up, 0 for not."""
    values: dict[str, float] = {}
    for name, one in now.items():
        if one.admin_up is not None:
            values[f"admin_up[{name}]"] = int(one.admin_up)
        if one.oper_up is not None:
            values[f"oper_up[{name}]"] = int(one.oper_up)
    return values


def traffic(before: Mapping[str, Interface], after: Mapping[str, Interface], elapsed_s: float) -> dict[str, float]:
    """Rates between two readings of one uninterrupted run of the device, as values of parts.

    ``elapsed_s`` by the device's own clock. An interface is left out when it is new, was renumbered, had a
    discontinuity, or shows more than its speed allows.
    """
    values: dict[str, float] = {}
    if elapsed_s < 0.5:
        return values
    for name, now in after.items():
        then = before.get(name)
        if then is None or then.index != now.index or then.discontinuity != now.discontinuity or then.wide != now.wide:
            continue
        slow = now.speed is not None and now.speed <= _WRAPS_SLOWLY_BPS
        if now.wide or slow:
            bits = 64 if now.wide else 32
            for metric, old, new in (
                ("in_bytes_s", then.octets_in, now.octets_in),
                ("out_bytes_s", then.octets_out, now.octets_out),
            ):
                step = None if old is None or new is None else moved(old, new, bits)
                if step is not None and not (now.speed and step * 8 / elapsed_s > 1.1 * now.speed):
                    values[f"{metric}[{name}]"] = round(step / elapsed_s)
        for metric, old, new in (("errors_s", then.errors, now.errors), ("discards_s", then.discards, now.discards)):
            # Sums of two 32-bit counters: a step back is a reset or a wrap, and which one cannot be told.
            step = None if old is None or new is None else moved(old, new)
            if step is not None:
                values[f"{metric}[{name}]"] = round(step / elapsed_s, 3)
    return values


UPTIME_ROUND = 1 << 32
"""sysUpTime counts hundredths of a second in 32 bits: after 497 days it begins anew without a restart."""


def restarted(before: int, after: int, elapsed_s: float) -> bool:
    """Whether the device's agent restarted between two readings of sysUpTime (hundredths of a second).

    ``elapsed_s`` by our clock. A wrap is no restart: the count is then where it should be, give or take 5 s or 1 %.
    """
    expected = (before + round(elapsed_s * 100)) % UPTIME_ROUND
    off = (after - expected) % UPTIME_ROUND
    return min(off, UPTIME_ROUND - off) > max(500, elapsed_s)


def elapsed(before: int, after: int) -> float:
    """Seconds between two readings of sysUpTime of one run."""
    return ((after - before) % UPTIME_ROUND) / 100


def _number(cells: Mapping[Oid, Mapping[Oid, Value]], column: Oid, row: Oid) -> int | None:
    value = cells.get(column, {}).get(row)
    return value if isinstance(value, int) and value >= 0 else None


def _text(cells: Mapping[Oid, Mapping[Oid, Value]], column: Oid, row: Oid) -> str:
    value = cells.get(column, {}).get(row)
    return text(value) if isinstance(value, bytes) else ""


def _is_up(status: int | None) -> bool | None:
    return None if status is None else status == _UP


def _speed(high: int | None, low: int | None) -> int | None:
    """ifHighSpeed in Mb/s counts where it is there; 2³²−1 in ifSpeed says that it does not fit."""
    if high:
        return high * 1_000_000
    return low if low and low != _UNKNOWN_SPEED else None


def _sum(one: int | None, other: int | None) -> int | None:
    return None if one is None or other is None else one + other
