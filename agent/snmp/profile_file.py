"""Reading the TOML file of a profile or of a block: strictly, with every mistake told at its place.

The format is described in ``docs/how-to/write-a-device-profile.md``; what each word means stands with the dataclasses
in ``profile``.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from agent.snmp.ber import Oid
from agent.snmp.profile import (
    KINDS,
    UNITS,
    Condition,
    Limits,
    Match,
    Naming,
    Object,
    Part,
    Place,
    State,
    States,
)
from agent.snmp.profile_values import Values
from rules.errors import Invalid
from rules.settings import suggest

NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_WORD = re.compile(r"[a-z][a-z0-9_]*")
_PLACE = re.compile(r"index|-?[1-9][0-9]?")
_HOLE = re.compile(r"\{([^{}]*)\}")

_HEAD_KEYS = ("title", "match", "use")
_BODY_KEYS = ("objects", "states", "part")
_MATCH_KEYS = ("object_id", "descr")
_OBJECT_KEYS = (
    "oid",
    "via",
    "index",
    "scale",
    "offset",
    "si",
    "precision",
    "times",
    "absent",
    "low",
    "high",
    "wrap",
)
_STATES_KEYS = (*(state.value for state in State), "bits")
_SHARE_KEYS = ("used", "free", "total")
_CONDITION_KEYS = ("when", "unless", "present")
_PART_KEYS = ("kind", "name", "unit", "value", *_SHARE_KEYS, "state", *_CONDITION_KEYS, "limits", "fallback")
_LIMIT_KEYS = ("warn", "critical", "low_warn", "low_critical")


@dataclass(frozen=True, slots=True)
class Head:
    """The top of a file: all that is needed to choose a profile."""

    title: str
    matches: tuple[Match, ...]
    uses: tuple[str, ...]


def read_head(path: Path) -> Head:
    """The top of that file, without reading on. Raises Invalid with all mistakes in it."""
    text = _text(path)
    head = re.split(r"(?m)^\[", text, maxsplit=1)[0]
    try:
        table = _parsed(head, path)
    except Invalid:
        table = _parsed(text, path)
    reader = _Reader({key: value for key, value in table.items() if key not in _BODY_KEYS})
    found = reader.head()
    reader.finish(path)
    return found


def read_file(path: Path) -> tuple[Head, tuple[Part, ...]]:
    """The whole of a file: its head, and its own parts. Raises Invalid with all mistakes."""
    reader = _Reader(_parsed(_text(path), path))
    head = reader.head()
    parts = reader.parts()
    reader.finish(path)
    return head, parts


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as wrong:
        raise Invalid(f"The profile {path} cannot be read: {wrong}.") from wrong


def _parsed(text: str, path: Path) -> dict[str, Any]:
    import tomllib

    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as wrong:
        raise Invalid(f"The profile {path} is not TOML: {wrong}.") from wrong


class _Reader(Values):
    """Turns one table into the words of ``profile``, and collects what is wrong with it."""

    def __init__(self, table: Mapping[str, Any]) -> None:
        super().__init__()
        self._table = table
        self._objects: dict[str, Object] = {}
        self._states: dict[str, States] = {}
        self._used: set[str] = set()

    def head(self) -> Head:
        self.known(self._table, (*_HEAD_KEYS, *_BODY_KEYS), "")
        title = self._table.get("title")
        if not isinstance(title, str) or not title.strip():
            self.wrong("title", "expected a text that says which devices these are")
            title = ""
        matches = []
        for number, entry in enumerate(self.items(self._table.get("match", []), "match"), 1):
            match = self._match(entry, f"match[{number}]")
            if match is not None:
                matches.append(match)
        uses = []
        for number, name in enumerate(self.items(self._table.get("use", []), "use"), 1):
            if isinstance(name, str) and NAME.fullmatch(name):
                uses.append(name)
            else:
                self.wrong(f"use[{number}]", f"expected the name of a block, found {name!r}")
        return Head(title, tuple(matches), tuple(uses))

    def parts(self) -> tuple[Part, ...]:
        self._read_objects(self.mapping(self._table.get("objects", {}), "objects"))
        for name, entry in self.mapping(self._table.get("states", {}), "states").items():
            states = self._read_states(self.mapping(entry, f"states.{name}"), f"states.{name}")
            self._states[name] = states
        parts = []
        for number, entry in enumerate(self.items(self._table.get("part", []), "part"), 1):
            part = self._part(self.mapping(entry, f"part[{number}]"), f"part[{number}]")
            if part is not None:
                parts.append(part)
        for name in sorted({*self._objects, *(f"states.{name}" for name in self._states)} - self._used):
            place = name if name.startswith("states.") else f"objects.{name}"
            self.wrong(place, "no part uses it")
        return tuple(parts)

    # Pieces of the head

    def _match(self, entry: object, path: str) -> Match | None:
        table = self.mapping(entry, path)
        self.known(table, _MATCH_KEYS, path)
        oid = self.oid(table.get("object_id"), f"{path}.object_id")
        descr = table.get("descr")
        pattern = None if descr is None else self.pattern(descr, f"{path}.descr", 0)
        return None if oid is None else Match(oid, pattern)

    # Objects and states

    def _read_objects(self, table: Mapping[str, Any]) -> None:
        """All objects; one may name another that stands below it, so each is read when first named."""
        waiting: set[str] = set()

        def get(name: str) -> Object | None:
            if name in self._objects:
                return self._objects[name]
            if name in waiting:
                self.wrong(f"objects.{name}", "it is read by way of itself")
                return None
            waiting.add(name)
            found = self._object(name, table[name], refer)
            if found is not None:
                self._objects[name] = found
            return found

        def refer(name: object, path: str) -> Object | None:
            if not isinstance(name, str) or name not in table:
                self.wrong(path, f"expected the name of an object, found {name!r}{suggest(str(name), table)}")
                return None
            self._used.add(name)
            return get(name)

        for name in table:
            if not _WORD.fullmatch(name):
                self.wrong(f"objects.{name}", "a name is of small letters, digits and _, and begins with a letter")
            elif name not in waiting:
                get(name)

    def _object(self, name: str, entry: object, refer: Any) -> Object | None:
        path = f"objects.{name}"
        table: Mapping[str, Any] = {"oid": entry} if isinstance(entry, str) else self.mapping(entry, path)
        self.known(table, _OBJECT_KEYS, path)
        oid = self.oid(table.get("oid"), f"{path}.oid")
        others = {
            key: refer(table[key], f"{path}.{key}") for key in ("via", "si", "precision", "times") if key in table
        }
        index = None
        if "index" in table:
            index = self._index(table["index"], f"{path}.index")
            if "via" in table:
                self.wrong(path, "give via or index, not both")
        absent: set[int | float | str] = set()
        for number, value in enumerate(self.items(table.get("absent", []), f"{path}.absent"), 1):
            if isinstance(value, str):
                absent.add(value.strip().lower())
            elif self.is_number(value):
                absent.add(value)
            else:
                self.wrong(f"{path}.absent[{number}]", f"expected a number or a text, found {value!r}")
        scale = self.number(table, "scale", path)
        low, high = self.number(table, "low", path), self.number(table, "high", path)
        if low is not None and high is not None and low >= high:
            self.wrong(path, f"low ({low:g}) is not below high ({high:g})")
        if scale == 0:
            self.wrong(f"{path}.scale", "expected a number other than 0")
        if oid is None:
            return None
        return Object(
            name=name,
            oid=oid,
            via=others.get("via"),
            index=index,
            scale=1.0 if scale is None else scale,
            offset=self.number(table, "offset", path) or 0.0,
            si=others.get("si"),
            precision=others.get("precision"),
            times=others.get("times"),
            absent=frozenset(absent),
            low=low,
            high=high,
            wrap=self.flag(table, "wrap", path),
        )

    def _index(self, entry: object, path: str) -> tuple[Place | int, ...]:
        if not isinstance(entry, str) or not entry:
            self.wrong(path, f'expected a text such as "{{1}}.0", found {entry!r}')
            return ()
        found: list[Place | int] = []
        for piece in entry.split("."):
            if piece.isascii() and piece.isdigit():
                found.append(int(piece))
            elif (hole := _HOLE.fullmatch(piece)) and _PLACE.fullmatch(hole[1]):
                found.append(_place(hole[1]))
            else:
                self.wrong(path, f"expected numbers and places such as {{1}}, with dots between, found {piece!r}")
        return tuple(found)

    def _read_states(self, table: Mapping[str, Any], path: str) -> States:
        self.known(table, _STATES_KEYS, path)
        words: dict[int | str, tuple[State, str]] = {}
        for state in State:
            for key, word in self.mapping(table.get(state, {}), f"{path}.{state}").items():
                value: int | str = int(key) if re.fullmatch(r"-?[0-9]+", key) else key.strip().lower()
                if not isinstance(word, str) or not word:
                    self.wrong(f"{path}.{state}.{key}", f"expected the device's word for it, found {word!r}")
                elif value in words:
                    self.wrong(f"{path}.{state}.{key}", f"it is {words[value][0]} already")
                else:
                    words[value] = (state, word)
        if not words:
            self.wrong(path, f"expected values under at least one of {', '.join(State)}")
        bits = self.flag(table, "bits", path)
        if bits and any(not isinstance(value, int) or value < 0 for value in words):
            self.wrong(path, "bits have numbers from 0")
        return States(words, bits)

    # Parts

    def _part(self, table: Mapping[str, Any], path: str) -> Part | None:
        self.known(table, _PART_KEYS, path)
        kind = table.get("kind")
        if not isinstance(kind, str) or kind not in KINDS:
            self.wrong(f"{path}.kind", f"expected one of {', '.join(KINDS)}, found {kind!r}{suggest(str(kind), KINDS)}")
            kind = "sensor"
        unit = table.get("unit", KINDS[kind])
        if unit not in UNITS:
            self.wrong(f"{path}.unit", f"expected one of {', '.join(filter(None, UNITS))}, found {unit!r}")
        names = table.get("name", ())
        names = [names] if isinstance(names, str) else self.items(names, f"{path}.name")
        namings = [self._naming(name, f"{path}.name") for name in names]
        value = self._refer(table["value"], f"{path}.value") if "value" in table else None
        sums = {key: self._sum(table[key], f"{path}.{key}") for key in _SHARE_KEYS if key in table}
        state = []
        for name, states in self.mapping(table.get("state", {}), f"{path}.state").items():
            place = f"{path}.state.{name}"
            object_ = self._refer(name, place)
            meaning = self._states.get(states) if isinstance(states, str) else None
            if meaning is None:
                self.wrong(place, f"expected one of the states, found {states!r}{suggest(str(states), self._states)}")
            else:
                self._used.add(f"states.{states}")
            if object_ is not None and meaning is not None:
                state.append((object_, meaning))
        conditions = {key: self._conditions(table.get(key, {}), f"{path}.{key}") for key in _CONDITION_KEYS}
        part = Part(
            kind=kind,
            names=tuple(namings),
            unit=unit,
            value=value,
            used=sums.get("used", ()),
            free=sums.get("free", ()),
            total=sums.get("total", ()),
            state=tuple(state),
            when=conditions["when"],
            unless=conditions["unless"],
            present=conditions["present"],
            limits=self._limits(table.get("limits", {}), f"{path}.limits"),
            fallback=self.flag(table, "fallback", path),
        )
        self._sound(part, sums, table, path)
        return part

    def _sound(self, part: Part, sums: Mapping[str, object], table: Mapping[str, Any], path: str) -> None:
        """What a part must have to say anything."""
        if not table.get("name"):
            self.wrong(f"{path}.name", "expected a name, or several of which the first that is there counts")
        if sums and ("value" in table or len(sums) != 2):
            self.wrong(path, "a share is of two of used, free and total, and without value")
        if sums and part.unit != "%":
            self.wrong(f"{path}.unit", "a share is in %")
        if not sums and "value" not in table and "state" not in table:
            self.wrong(path, "expected a value, two of used, free and total, or a state")
        main = (part.value, *part.used, *part.free, *part.total, *(found for found, _ in part.state))
        found = [one for one in main if one is not None]
        if found and not any(one.direct or one.single for one in found):
            self.wrong(path, "none of its value and states has the rows: each is read via another or by an index")

    def _sum(self, entry: object, path: str) -> tuple[Object, ...]:
        names = [entry] if isinstance(entry, str) else self.items(entry, path)
        if not names:
            self.wrong(path, "expected the name of an object, or a list of them")
        found = (self._refer(name, path) for name in names)
        return tuple(one for one in found if one is not None)

    def _naming(self, entry: object, path: str) -> Naming:
        pieces: list[str | Object | Place] = []
        if not isinstance(entry, str) or not entry.strip():
            self.wrong(path, f"expected a text, found {entry!r}")
            return Naming(())
        for number, piece in enumerate(_HOLE.split(entry)):
            if number % 2 == 0:
                if piece:
                    pieces.append(piece)
            elif _PLACE.fullmatch(piece):
                pieces.append(_place(piece))
            else:
                object_ = self._refer(piece, path)
                if object_ is not None:
                    pieces.append(object_)
        return Naming(tuple(pieces))

    def _conditions(self, entry: object, path: str) -> tuple[Condition, ...]:
        found = []
        for name, values in self.mapping(entry, path).items():
            place = f"{path}.{name}"
            hole = _HOLE.fullmatch(name)
            by_index = hole is not None and _PLACE.fullmatch(hole[1]) is not None
            object_ = _place(name[1:-1]) if by_index else self._refer(name, place)
            numbers: set[int] = set()
            patterns: list[re.Pattern[str]] = []
            names: set[Oid] = set()
            for value in values if isinstance(values, list) else [values]:
                if isinstance(value, int) and not isinstance(value, bool):
                    numbers.add(value)
                elif isinstance(value, str) and re.fullmatch(r"[0-2](\.[0-9]+){3,}", value):
                    names.add(self.oid(value, place) or ())
                elif (pattern := self.pattern(value, place, re.IGNORECASE)) is not None:
                    patterns.append(pattern)
            if values == []:
                self.wrong(place, "expected numbers, patterns or object identifiers")
            if object_ is not None:
                found.append(Condition(object_, frozenset(numbers), tuple(patterns), frozenset(names)))
        return tuple(found)

    def _limits(self, entry: object, path: str) -> Limits:
        table = self.mapping(entry, path)
        self.known(table, _LIMIT_KEYS, path)
        limits: dict[str, float | Object | None] = {}
        for key in _LIMIT_KEYS:
            value = table.get(key)
            limits[key] = (
                self._refer(value, f"{path}.{key}") if isinstance(value, str) else self.number(table, key, path)
            )
        order = [limits[key] for key in ("low_critical", "low_warn", "warn", "critical")]
        numbers = [value for value in order if isinstance(value, float)]
        if numbers != sorted(numbers):
            self.wrong(path, "expected low_critical ≤ low_warn ≤ warn ≤ critical")
        return Limits(**limits)

    def _refer(self, name: object, path: str) -> Object | None:
        if isinstance(name, str) and name in self.mapping(self._table.get("objects", {}), ""):
            self._used.add(name)
            return self._objects.get(name)
        self.wrong(path, f"expected the name of an object, found {name!r}{suggest(str(name), self._objects)}")
        return None


def _place(text: str) -> Place:
    return Place(0 if text == "index" else int(text))
