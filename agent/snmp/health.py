"""A profile applied to one reading of a device: what it has, how each part is, and the numbers to keep."""

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from agent.snmp.ber import Oid, Value
from agent.snmp.profile import SEVERITY, UNITS, Condition, Naming, Object, Part, Place, Profile, State, States
from agent.snmp.table import Table
from agent.snmp.text import text

_NUMBER = re.compile(r"\s*([-+]?[0-9]+(?:\.[0-9]+)?)")
_WHOLE_TURN = 2**32
# Kinds whose share is of bytes; the bytes are kept besides.
_OF_BYTES = ("memory", "storage")


@dataclass(frozen=True, slots=True)
class Component:
    """One part of a device in one reading.

    ``key`` is its kind and name ("fan:Switch#1, Fan#1"), the same after a reboot; several of one name are told apart
    by their order (" #2"). ``value`` is in ``unit`` (profile.UNITS). ``text`` is the device's own word for its state,
    or what made it not ok.
    """

    key: str
    kind: str
    name: str
    state: State
    value: float | None
    unit: str
    text: str


@dataclass(frozen=True, slots=True)
class Health:
    """``metrics`` are named and measured as in every Reading: "temperature_c[Board 0]", "memory_ratio[Processor]"."""

    metrics: Mapping[str, float]
    components: tuple[Component, ...]


def wanted(profile: Profile) -> tuple[tuple[Oid, ...], tuple[Oid, ...]]:
    """The columns and the single objects a profile needs, to be given to ``Device.read``."""
    columns: dict[Oid, None] = {}
    singles: dict[Oid, None] = {}
    for part in profile.parts:
        for one in _named(part):
            (singles if one.single else columns)[one.oid] = None
    return tuple(columns), tuple(singles)


def evaluate(profile: Profile, table: Table) -> Health:
    """What a reading says. What it lacks is left out: a broken table makes nothing look faulty."""
    reading = _Reading(table)
    metrics: dict[str, float] = {}
    components: list[Component] = []
    names: Counter[str] = Counter()
    found: set[str] = set()
    for part in profile.parts:
        if part.fallback and part.kind in found:
            continue
        kind_there = False
        for component, sums in reading.components(part):
            names[component.key] += 1
            if names[component.key] > 1:
                number = f" #{names[component.key]}"
                component = _renamed(component, number)
            components.append(component)
            if component.state is not State.ABSENT:
                kind_there = True
                metrics.update(_metrics(component, sums))
        if kind_there:
            found.add(part.kind)
    return Health(metrics, tuple(components))


def _renamed(component: Component, ending: str) -> Component:
    name = component.name + ending
    return replace(component, key=f"{component.kind}:{name}", name=name)


def _metrics(component: Component, sums: tuple[float, float] | None) -> Iterator[tuple[str, float]]:
    if component.value is None:
        return
    ending, factor = UNITS[component.unit]
    yield f"{component.kind}_{ending}[{component.name}]", component.value * factor
    if sums is not None and component.kind in _OF_BYTES:
        yield f"{component.kind}_used_bytes[{component.name}]", sums[0]
        yield f"{component.kind}_total_bytes[{component.name}]", sums[1]


def _main(part: Part) -> Iterator[Object]:
    """What makes a row of this part: its values and states."""
    if part.value is not None:
        yield part.value
    yield from (*part.used, *part.free, *part.total)
    for one, _ in part.state:
        yield one


def _named(part: Part) -> Iterator[Object]:
    """Every object a part needs, those by way of others too."""
    ahead: list[Object] = list(_main(part))
    for condition in (*part.when, *part.unless, *part.present):
        if isinstance(condition.object, Object):
            ahead.append(condition.object)
    for naming in part.names:
        ahead.extend(piece for piece in naming.pieces if isinstance(piece, Object))
    limits = part.limits
    for limit in (limits.warn, limits.critical, limits.low_warn, limits.low_critical):
        if isinstance(limit, Object):
            ahead.append(limit)
    for one in ahead:
        yield one
        ahead.extend(other for other in (one.via, one.si, one.precision, one.times) if other is not None)


class _Reading:
    """The cells of one reading, as the objects of a profile see them."""

    def __init__(self, table: Table) -> None:
        self._cells = table.cells
        self._scalars = table.scalars

    def components(self, part: Part) -> Iterator[tuple[Component, tuple[float, float] | None]]:
        """The components of a part with what their share is of, in order of their indexes."""
        for index in self._rows(part):
            if not all(self._holds(condition, index) for condition in part.when):
                continue
            if any(self._holds(condition, index) for condition in part.unless):
                continue
            name = self._name(part, index)
            there = all(self._holds(condition, index, missing=True) for condition in part.present)
            sums = self._share(part, index)
            if part.value is not None:
                value = self.number(part.value, index)
            else:
                value = None if sums is None else 100 * sums[0] / sums[1]
            state, words = self._state(part, index, value) if there else (State.ABSENT, "")
            if state is State.ABSENT:
                value = None
            yield Component(f"{part.kind}:{name}", part.kind, name, state, value, part.unit, words), sums

    def number(self, one: Object, index: Oid) -> float | None:
        """The number in a cell; None when it is not there or means absence."""
        raw = self.cell(one, index)
        number: float
        if isinstance(raw, bytes):
            words = text(raw)
            found = _NUMBER.match(words)
            if words.lower() in one.absent or found is None:
                return None
            number = float(found[1])
        elif isinstance(raw, int):
            number = raw
        else:
            return None
        if number in one.absent:
            return None
        if one.wrap and number < 0:
            number += _WHOLE_TURN
        number = (number + one.offset) * one.scale
        power = self._power(one, index)
        number = number * 10**power if power >= 0 else number / 10**-power
        if one.times is not None:
            times = self.number(one.times, index)
            if times is None:
                return None
            number *= times
        if (one.low is not None and number < one.low) or (one.high is not None and number > one.high):
            return None
        return number if math.isfinite(number) else None

    def cell(self, one: Object, index: Oid) -> Value:
        if one.single:
            return self._scalars.get(one.oid)
        place: Oid | None = index
        if one.via is not None:
            pointer = self.cell(one.via, index)
            place = (pointer,) if isinstance(pointer, int) else pointer if isinstance(pointer, tuple) else None
        elif one.index is not None:
            place = _index(one.index, index)
        column = self._cells.get(one.oid)
        return None if column is None or place is None else column.get(place)

    def _power(self, one: Object, index: Oid) -> int:
        """The power of ten by which EntitySensorDataScale and EntitySensorPrecision move a number (RFC 3433 §3)."""
        power = 0
        if one.si is not None and isinstance(si := self.cell(one.si, index), int) and 1 <= si <= 17:
            power += 3 * (si - 9)
        if one.precision is not None and isinstance(digits := self.cell(one.precision, index), int):
            power -= digits if -8 <= digits <= 9 else 0
        return power

    def _rows(self, part: Part) -> Iterable[Oid]:
        """The indexes of a part: all that its values and states have; one empty index where these are single."""
        columns = [self._cells.get(one.oid, {}) for one in _main(part) if one.direct]
        if any(one.direct for one in _main(part)):
            return sorted({index for column in columns for index in column})
        return [()] if any(self.cell(one, ()) is not None for one in _main(part)) else []

    def _holds(self, condition: Condition, index: Oid, missing: bool = False) -> bool:
        if isinstance(condition.object, Place):
            place = _index((condition.object,), index)
            return place is not None and place[0] in condition.numbers
        raw = self.cell(condition.object, index)
        if raw is None:
            return missing
        if isinstance(raw, int):
            return raw in condition.numbers
        if isinstance(raw, tuple):
            return raw in condition.names
        words = text(raw)
        return any(pattern.search(words) for pattern in condition.patterns)

    def _name(self, part: Part, index: Oid) -> str:
        for naming in part.names:
            name = self._filled(naming, index)
            if name:
                return name
        return f"{part.kind} {'.'.join(map(str, index))}".strip()

    def _filled(self, naming: Naming, index: Oid) -> str | None:
        """The name by this pattern; None when something it is made of is not there."""
        words = []
        for piece in naming.pieces:
            if isinstance(piece, str):
                words.append(piece)
                continue
            if isinstance(piece, Place):
                place = _index((piece,), index)
                word = None if place is None else ".".join(map(str, place))
            else:
                word = _word(self.cell(piece, index))
            if not word:
                return None
            words.append(word)
        return " ".join("".join(words).split())

    def _share(self, part: Part, index: Oid) -> tuple[float, float] | None:
        """What is used and of how much, from the two that are given of used, free and total."""
        used, free, total = (self._sum(objects, index) for objects in (part.used, part.free, part.total))
        if total is None and used is not None and free is not None:
            total = used + free
        elif used is None and total is not None and free is not None:
            used = total - free
        # A little over the whole is true of some volumes; far over it, or under nothing, is a size gone wrong.
        if used is None or total is None or total <= 0 or not 0 <= used <= 2 * total:
            return None
        return used, total

    def _sum(self, objects: tuple[Object, ...], index: Oid) -> float | None:
        if not objects:
            return None
        first, *others = (self.number(one, index) for one in objects)
        return None if first is None else first + sum(other or 0.0 for other in others)

    def _state(self, part: Part, index: Oid, value: float | None) -> tuple[State, str]:
        """How a thing is: by the device's own word, else by the limits, else well as long as it has a value."""
        told = [found for one, states in part.state if (found := _told(self.cell(one, index), states)) is not None]
        worst = _worst(told)
        if worst is not None and worst[0] is not State.UNKNOWN:
            return worst
        if value is None:
            return worst or (State.ABSENT, "")
        return self._by_limits(part, index, value) or worst or (State.OK, "")

    def _by_limits(self, part: Part, index: Oid, value: float) -> tuple[State, str] | None:
        """What the limits say of a value; None when there are none."""
        limits = part.limits
        any_known = False
        for state, limit, sign in (
            (State.CRITICAL, limits.critical, 1),
            (State.CRITICAL, limits.low_critical, -1),
            (State.WARNING, limits.warn, 1),
            (State.WARNING, limits.low_warn, -1),
        ):
            at = self.number(limit, index) if isinstance(limit, Object) else limit
            if at is None:
                continue
            any_known = True
            if (value - at) * sign >= 0:
                unit = f" {part.unit}".rstrip()
                return state, f"{value:g}{unit}, {state} from {at:g}{unit} {'up' if sign > 0 else 'down'}"
        return (State.OK, "") if any_known else None


def _index(pattern: tuple[Place | int, ...], index: Oid) -> Oid | None:
    """The index made by a pattern from that of a row; None when the row's has not so many sub-identifiers."""
    made: list[int] = []
    for piece in pattern:
        if isinstance(piece, int):
            made.append(piece)
        elif piece.number == 0:
            made.extend(index)
        elif (piece.number if piece.number > 0 else -piece.number) > len(index):
            return None
        else:
            made.append(index[piece.number - 1] if piece.number > 0 else index[piece.number])
    return tuple(made)


def _word(raw: Value) -> str | None:
    if isinstance(raw, bytes):
        return text(raw)
    if isinstance(raw, int):
        return str(raw)
    return None


def _worst(told: list[tuple[State, str]]) -> tuple[State, str] | None:
    """What several words say together: absent if one does, else the worst; None when nothing is said."""
    if not told:
        return None
    states = {state for state, _ in told}
    worst = State.ABSENT if State.ABSENT in states else max(states, key=SEVERITY.__getitem__)
    return worst, ", ".join(dict.fromkeys(word for state, word in told if state is worst and word))


def _told(raw: Value, states: States) -> tuple[State, str] | None:
    """What a device says of itself in a cell; None when it says nothing."""
    if raw is None or isinstance(raw, tuple):
        return None
    if states.bits:
        hits = [states.words[bit] for bit in _bits(raw) if bit in states.words]
        return _worst(hits) or (State.OK, "")
    value: int | str = raw if isinstance(raw, int) else text(raw).lower()
    if isinstance(value, str):
        if not value:
            return None
        if value not in states.words and value.isdecimal():
            value = int(value)
    return states.words.get(value, (State.UNKNOWN, f"state {value}"))


def _bits(raw: int | bytes) -> list[int]:
    if isinstance(raw, bytes):
        return [8 * place + bit for place, octet in enumerate(raw) for bit in range(8) if octet & (0x80 >> bit)]
    return [bit for bit in range(raw.bit_length()) if raw >> bit & 1] if raw > 0 else []
