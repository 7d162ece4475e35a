"""Settings: a plain table (as TOML or JSON gives it) read into a frozen dataclass, with all mistakes told at once.

The dataclass is the schema: its annotations say what is expected, its defaults what holds when a key is absent.
Understood are bool, int, float, str, Path, Duration (text such as "5m"), Secret, enums, optional types, tuples and
lists of one type, dictionaries with text keys, nested dataclasses, and any class with a classmethod ``from_setting``
that raises Invalid. A field's metadata may name another ``key`` for it. Nothing here does I/O: a secret is resolved
by a function handed in.
"""

import dataclasses
import difflib
import math
import types
from collections.abc import Callable, Iterable, Mapping
from enum import Enum
from pathlib import Path
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin, get_type_hints

from rules.duration import DURATION, format_duration, parse_duration
from rules.errors import Invalid
from rules.secret import Secret

T = TypeVar("T")

Resolve = Callable[[str, str], str]
"""Gives the text of a secret for ("env", NAME) or ("file", PATH); raises Invalid when there is none."""

_MISTAKE = object()


def read(
    cls: type[T],
    table: Mapping[str, Any],
    where: str = "",
    *,
    resolve: Resolve | None = None,
    base: T | None = None,
) -> T:
    """The dataclass ``cls`` filled from ``table``.

    ``where`` names the source in messages ("nineward.toml"). Absent keys keep the value they have in ``base``, else
    the field's default. Raises Invalid with one line per mistake: the path, what was expected, and, for an unknown
    key, what was probably meant.
    """
    reader = _Reader(resolve)
    value = reader.dataclass(cls, table, "", base)
    if reader.mistakes:
        raise Invalid(f"{where or 'The settings'}: {_count(len(reader.mistakes))}.", tuple(reader.mistakes))
    filled: T = value
    return filled


def write(value: object) -> Any:
    """The plain values that :func:`read` turns back into ``value``; secrets are written as ``***``."""
    if hasattr(value, "as_setting"):
        return value.as_setting()
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        hints = get_type_hints(type(value), include_extras=True)
        table = {}
        for entry in dataclasses.fields(value):
            content = getattr(value, entry.name)
            if content is None:
                continue
            durable = _is_duration(hints[entry.name]) and isinstance(content, int)
            table[_key(entry)] = format_duration(content) if durable else write(content)
        return table
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Path | Secret):
        return str(value)
    if isinstance(value, Mapping):
        return {str(key): write(content) for key, content in value.items()}
    if isinstance(value, tuple | list):
        return [write(content) for content in value]
    return value


def suggest(word: str, known: Iterable[str]) -> str:
    """', did you mean …?' for the known word most like this one, else an empty text."""
    near = difflib.get_close_matches(word, sorted(known), n=3, cutoff=0.6)
    # Of those that are near, the one with the same letters: swapped letters are the commonest slip.
    near.sort(key=lambda one: sorted(one) != sorted(word))
    return f", did you mean {near[0]!r}?" if near else ""


def _count(mistakes: int) -> str:
    return "one mistake" if mistakes == 1 else f"{mistakes} mistakes"


def _is_duration(expected: Any) -> bool:
    if get_origin(expected) is Annotated:
        return DURATION in expected.__metadata__
    return any(_is_duration(option) for option in get_args(expected))


class _Reader:
    """One reading, gathering mistakes. Each method answers with a value, or _MISTAKE after noting one."""

    def __init__(self, resolve: Resolve | None) -> None:
        self.resolve = resolve
        self.mistakes: list[str] = []

    def _wrong(self, path: str, expected: str, found: object) -> object:
        shown = "a table" if isinstance(found, Mapping) else repr(found)
        self.mistakes.append(f"{path}: expected {expected}, found {shown}")
        return _MISTAKE

    def dataclass(self, cls: Any, table: object, path: str, base: Any = None) -> Any:
        if not isinstance(table, Mapping):
            return self._wrong(path or "the whole", "a table", table)
        before = len(self.mistakes)
        hints = get_type_hints(cls, include_extras=True)
        known = {_key(entry): entry for entry in dataclasses.fields(cls) if entry.init}
        for key in table:
            if key not in known:
                self.mistakes.append(f"{_join(path, str(key))}: unknown key{suggest(str(key), known)}")
        filled: dict[str, Any] = {}
        for key, entry in known.items():
            name, deeper = entry.name, _join(path, key)
            inherited = getattr(base, name) if base is not None else None
            if key in table:
                nested = dataclasses.is_dataclass(inherited) and isinstance(table[key], Mapping)
                if nested and not hasattr(type(inherited), "from_setting"):
                    filled[name] = self.dataclass(type(inherited), table[key], deeper, inherited)
                else:
                    filled[name] = self.value(hints[name], table[key], deeper)
            elif base is not None:
                filled[name] = inherited
            elif entry.default is dataclasses.MISSING and entry.default_factory is dataclasses.MISSING:
                self.mistakes.append(f"{deeper}: missing")
        if len(self.mistakes) > before:
            return _MISTAKE
        try:
            return cls(**filled)
        except Invalid as error:  # the dataclass itself refuses a combination of values
            self.mistakes.append(f"{path}: {error.message}" if path else error.message)
            return _MISTAKE

    def value(self, expected: Any, found: object, path: str) -> Any:
        origin = get_origin(expected)
        if origin is Annotated:
            return (
                self._duration(found, path)
                if _is_duration(expected)
                else self.value(get_args(expected)[0], found, path)
            )
        if origin in (Union, types.UnionType):
            return self._union(get_args(expected), found, path)
        if origin in (tuple, list):
            return self._sequence(origin, get_args(expected)[0], found, path)
        if origin is not None and issubclass(origin, Mapping):
            return self._mapping(get_args(expected)[1], found, path)
        if hasattr(expected, "from_setting"):
            try:
                return expected.from_setting(found)
            except Invalid as error:
                self.mistakes.append(f"{path}: {error.message}")
                return _MISTAKE
        if dataclasses.is_dataclass(expected):
            return self.dataclass(expected, found, path)
        if expected is Secret:
            return self._secret(found, path)
        return self._plain(expected, found, path)

    def _plain(self, expected: Any, found: object, path: str) -> Any:
        if expected is Any:
            return found
        if isinstance(expected, type) and issubclass(expected, Enum):
            for member in expected:
                if member.value == found:
                    return member
            return self._wrong(path, "one of " + ", ".join(str(member.value) for member in expected), found)
        if expected is bool:
            return found if isinstance(found, bool) else self._wrong(path, "true or false", found)
        if expected is int:
            whole = isinstance(found, int) and not isinstance(found, bool)
            return found if whole else self._wrong(path, "a whole number", found)
        if expected is float:
            if isinstance(found, int | float) and not isinstance(found, bool) and math.isfinite(found):
                return float(found)
            return self._wrong(path, "a number", found)
        if expected is str:
            return found if isinstance(found, str) else self._wrong(path, "a text", found)
        if expected is Path:
            usable = isinstance(found, str) and found != ""
            return Path(str(found)) if usable else self._wrong(path, "a path", found)
        raise TypeError(f"settings cannot be read into {expected!r}")

    def _duration(self, found: object, path: str) -> Any:
        if isinstance(found, str):
            try:
                return parse_duration(found)
            except Invalid:
                pass
        return self._wrong(path, 'a duration such as "30s" or "5m"', found)

    def _union(self, options: tuple[Any, ...], found: object, path: str) -> Any:
        if found is None and type(None) in options:
            return None
        usable = [option for option in options if option is not type(None)]
        if len(usable) == 1:
            return self.value(usable[0], found, path)
        before = len(self.mistakes)
        reasons = []
        for option in usable:
            value = self.value(option, found, path)
            if value is not _MISTAKE:
                return value
            reasons += self.mistakes[before:]
            del self.mistakes[before:]
        self.mistakes.append(", or ".join([reasons[0], *(r.removeprefix(f"{path}: ") for r in reasons[1:])]))
        return _MISTAKE

    def _sequence(self, shape: type, item: Any, found: object, path: str) -> Any:
        if not isinstance(found, list | tuple):
            return self._wrong(path, "a list", found)
        return shape([self.value(item, content, f"{path}[{index}]") for index, content in enumerate(found)])

    def _mapping(self, item: Any, found: object, path: str) -> Any:
        if not isinstance(found, Mapping):
            return self._wrong(path, "a table", found)
        return {str(key): self.value(item, content, _join(path, str(key))) for key, content in found.items()}

    def _secret(self, found: object, path: str) -> Any:
        expected = 'a secret given as { env = "NAME" } or { file = "PATH" }'
        if not isinstance(found, Mapping) or len(found) != 1:
            # what was found is not shown: it may be the secret itself
            self.mistakes.append(f"{path}: expected {expected}")
            return _MISTAKE
        ((source, name),) = found.items()
        if source not in ("env", "file") or not isinstance(name, str) or self.resolve is None:
            self.mistakes.append(f"{path}: expected {expected}")
            return _MISTAKE
        try:
            return Secret(self.resolve(source, name))
        except Invalid as error:
            self.mistakes.append(f"{path}: {error.message}")
            return _MISTAKE


def _key(entry: "dataclasses.Field[Any]") -> str:
    """The key of a field: its name, or what its metadata says where the name is a word of the language ("from")."""
    key: str = entry.metadata.get("key", entry.name)
    return key


def _join(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key
