"""Settings of a check in layers: shipped < profile < policy < target < check. Pure.

Every layer is a flat table. A name is one of ``SETTINGS``, ``option.NAME`` (an option of the probe) or
``threshold.METRIC.LIMIT``; with ``KIND.`` before it, it holds for checks of that kind alone and wins over the general
name in the same layer: ``ping.interval``, ``disk.threshold.free_ratio.warn``.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rules.duration import format_duration, parse_duration
from rules.errors import Invalid
from rules.parameters import MINUTE, SECOND
from rules.settings import suggest

RESOURCES = frozenset({"cpu", "memory", "disk", "net", "load", "process"})
"""Kinds that read the agent's own host. Their looks cost the host something, so no preset hurries them."""

DEVICE = frozenset({"snmp", "interface", "component"})
"""Kinds that read a device by SNMP. One reading answers all of those of one target."""

_PARTS = frozenset({"interface", "component"})
"""Kinds for which whole tables of a device are read; no preset hurries them either."""

PROFILES: Mapping[str, Mapping[str, object]] = {"auto": {}}
PRIORITIES = ("urgent", "important", "general")
_TICKET_AFTER = {"urgent": "0s", "important": "60s", "general": "5m"}
_LIMITS = ("warn", "critical", "for", "clear", "below")
_KIND = re.compile(r"[a-z][a-z0-9_]*")
_LONGEST = 366 * 24 * 60 * MINUTE

SHIPPED = "shipped"
"""The lowest layer: what holds where nobody said anything."""

Layer = tuple[str, Mapping[str, object]]
"""The name of a layer (``policy 3``) and its table."""


@dataclass(frozen=True, slots=True)
class Row:
    """One setting as it holds for a check: its name without the kind, its value, the layer it comes from."""

    name: str
    value: object
    layer: str


def _duration(low: int) -> Callable[[object], object]:
    def read(given: object) -> object:
        if not isinstance(given, str):
            raise Invalid(f"expected a duration such as 30s, found {given!r}")
        length = parse_duration(given)
        if not low <= length <= _LONGEST:
            raise Invalid(f"expected at least {format_duration(low)}, found {given}")
        return format_duration(length)

    return read


def _count(given: object) -> object:
    try:
        number = int(given) if isinstance(given, str) else given
    except ValueError:
        number = given
    if not isinstance(number, int) or isinstance(number, bool) or not 1 <= number <= 100:
        raise Invalid(f"expected a whole number from 1 to 100, found {given!r}")
    return number


def _number(given: object) -> object:
    try:
        number = float(given) if isinstance(given, str) else given
    except ValueError:
        number = given
    if not isinstance(number, int | float) or isinstance(number, bool) or not abs(number) < 1e300:
        raise Invalid(f"expected a number, found {given!r}")
    return number


def _switch(given: object) -> object:
    if isinstance(given, bool):
        return given
    if given in ("true", "yes", "on"):
        return True
    if given in ("false", "no", "off"):
        return False
    raise Invalid(f"expected true or false, found {given!r}")


def _scalar(given: object) -> object:
    if isinstance(given, bool | int | float | str):
        return given
    if isinstance(given, list | tuple) and all(isinstance(item, bool | int | float | str) for item in given):
        return list(given)
    raise Invalid(f"expected a text, a number or a list of them, found {given!r}")


SETTINGS: Mapping[str, Callable[[object], object]] = {
    "interval": _duration(100),
    "retry_interval": _duration(50),
    "timeout": _duration(50),
    "max_gap": _duration(100),
    "confirm_down": _count,
    "confirm_up": _count,
    "ticket_after": _duration(0),
    "min_failure": _duration(0),
    "vital": _switch,
}
_ALIASES = {"retry": "retry_interval"}


def clean(table: Mapping[str, object], where: str = "settings") -> dict[str, object]:
    """The table with every name known and every value in one way of writing. Raises Invalid with all mistakes."""
    mistakes: list[str] = []
    cleaned: dict[str, object] = {}
    for name, given in table.items():
        try:
            full = _full_name(name)
            cleaned[full] = _reader(full)(given)
        except Invalid as wrong:
            mistakes.append(f"{where}.{name}: {wrong.message}")
    if mistakes:
        raise Invalid("These settings cannot be used.", tuple(mistakes))
    return cleaned


def _split(name: str) -> tuple[str, str]:
    """Kind (or empty) and the general name."""
    head, dot, rest = name.partition(".")
    if not dot or head in ("option", "threshold"):
        return "", name
    return head, rest


def _full_name(name: str) -> str:
    kind, general = _split(name)
    general = _ALIASES.get(general, general)
    return f"{kind}.{general}" if kind else general


def _reader(name: str) -> Callable[[object], object]:
    kind, general = _split(name)
    if kind and not _KIND.fullmatch(kind):
        raise Invalid(f"{kind!r} is not a kind of check")
    head, _, rest = general.partition(".")
    if head == "option" and rest:
        return _scalar
    if head == "threshold":
        metric, _, limit = rest.rpartition(".")
        if metric and limit in _LIMITS:
            return {"for": _duration(0), "below": _switch}.get(limit, _number)
        raise Invalid(f"write it as threshold.METRIC.LIMIT with one of {', '.join(_LIMITS)}")
    if general in SETTINGS:
        return SETTINGS[general]
    raise Invalid(f"no such setting{suggest(general, SETTINGS)}")


def shipped(kind: str, priority: str, vital: bool) -> dict[str, object]:
    """The lowest layer: the defaults of the calculation, and what the priority hurries."""
    table: dict[str, object] = {
        "interval": "1m",
        "retry_interval": "10s",
        "timeout": "3s" if kind in ("ping", "tcp") else "5s",
        "confirm_down": 3,
        "confirm_up": 2,
        "ticket_after": _TICKET_AFTER[priority],
        "min_failure": "0s",
        "vital": vital,
    }
    if priority == "urgent" and kind not in RESOURCES | _PARTS:
        table.update(interval="5s", retry_interval="500ms", timeout="1s")
    return table


def rows(kind: str, layers: Sequence[Layer]) -> list[Row]:
    """Every setting that holds for a check of that kind, by name; the last layer that names it wins."""
    found: dict[str, Row] = {}
    for layer, table in layers:
        for wanted in ("", kind):
            for name, value in table.items():
                of, general = _split(name)
                if of == wanted:
                    found[general] = Row(general, value, layer)
    return [found[name] for name in sorted(found)]


def effective(settled: Sequence[Row], options: Mapping[str, object]) -> dict[str, Any]:
    """The fields of :class:`collector.store.checks.Effective` that these rows come to. Durations in ms.

    ``options`` are the check's own and win. ``max_gap`` is two and a half intervals where no layer says otherwise, and
    never shorter than the interval, because the layers were written without knowing each other.
    """
    table = {row.name: row.value for row in settled}
    lengths = {
        name: parse_duration(str(table[name]))
        for name in ("interval", "retry_interval", "timeout", "ticket_after", "min_failure")
    }
    interval = lengths["interval"]
    gap = parse_duration(str(table["max_gap"])) if "max_gap" in table else interval * 5 // 2
    return {
        **lengths,
        "max_gap": max(gap, interval),
        "retry_interval": min(lengths["retry_interval"], interval),
        "timeout": min(lengths["timeout"], interval) if interval >= SECOND else lengths["timeout"],
        "confirm_down": table["confirm_down"],
        "confirm_up": table["confirm_up"],
        "vital": table["vital"],
        "options": {
            **{name.removeprefix("option."): value for name, value in table.items() if name.startswith("option.")},
            **options,
        },
        "thresholds": _thresholds(table),
    }


def _thresholds(table: Mapping[str, object]) -> list[dict[str, object]]:
    limits: dict[str, dict[str, object]] = {}
    for name, value in table.items():
        if name.startswith("threshold."):
            metric, _, limit = name.removeprefix("threshold.").rpartition(".")
            entry = limits.setdefault(metric, {"metric": metric})
            if limit == "for":
                entry["for_ms"] = parse_duration(str(value))
            else:
                entry[limit] = value
    return [limits[metric] for metric in sorted(limits)]
