"""Single values of a profile's file, read strictly: what is wrong is collected with its place, and reading goes on."""

import math
import re
from collections.abc import Iterable, Mapping
from typing import Any

from agent.snmp.ber import Oid
from rules.errors import Invalid
from rules.settings import suggest

_MOST_SUB_IDENTIFIER = 2**32 - 1


def parse_oid(text: str) -> Oid:
    """The object identifier in dotted decimals, with or without a dot before it. Raises ValueError."""
    pieces = text.removeprefix(".").split(".")
    if not all(piece.isascii() and piece.isdigit() for piece in pieces):
        raise ValueError(f"{text!r} is no object identifier in dotted decimals")
    oid = tuple(map(int, pieces))
    if len(oid) < 2 or oid[0] > 2 or (oid[0] < 2 and oid[1] > 39) or len(oid) > 128 or max(oid) > _MOST_SUB_IDENTIFIER:
        raise ValueError(f"{text!r} is no object identifier (RFC 2578 §3.5)")
    return oid


class Values:
    """Reads values and collects mistakes. ``path`` is where a value stands, such as "objects.fan.scale"."""

    def __init__(self) -> None:
        self._mistakes: list[str] = []

    def finish(self, file: object) -> None:
        """Raises Invalid with all mistakes found in that file, if any."""
        if self._mistakes:
            count = "1 mistake" if len(self._mistakes) == 1 else f"{len(self._mistakes)} mistakes"
            raise Invalid(f"The profile {file} has {count}:", tuple(self._mistakes))

    def wrong(self, path: str, text: str) -> None:
        """Take down a mistake."""
        self._mistakes.append(f"{path}: {text}")

    def oid(self, entry: object, path: str) -> Oid | None:
        """An object identifier; None when it is none."""
        try:
            if not isinstance(entry, str):
                raise ValueError(f"expected an object identifier, found {entry!r}")
            return parse_oid(entry)
        except ValueError as wrong:
            self.wrong(path, str(wrong))
            return None

    def pattern(self, entry: object, path: str, flags: int) -> re.Pattern[str] | None:
        """A regular expression; None when it is none."""
        try:
            if not isinstance(entry, str) or not entry:
                raise ValueError(f"expected a pattern, found {entry!r}")
            return re.compile(entry, flags)
        except (ValueError, re.error) as wrong:
            self.wrong(path, str(wrong))
            return None

    def number(self, table: Mapping[str, Any], key: str, path: str) -> float | None:
        """The number under a key; None when it is absent or none."""
        value = table.get(key)
        if value is None or self.is_number(value):
            return None if value is None else float(value)
        self.wrong(f"{path}.{key}", f"expected a number, found {value!r}")
        return None

    def flag(self, table: Mapping[str, Any], key: str, path: str) -> bool:
        """Whether the key is true; false when it is absent."""
        value = table.get(key, False)
        if not isinstance(value, bool):
            self.wrong(f"{path}.{key}", f"expected true or false, found {value!r}")
        return value is True

    @staticmethod
    def is_number(value: object) -> bool:
        """Whether it is a number that can be reckoned with."""
        return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)

    def items(self, entry: object, path: str) -> list[Any]:
        """The entries of a list; none when it is no list."""
        if isinstance(entry, list):
            return entry
        self.wrong(path, f"expected a list, found {entry!r}")
        return []

    def mapping(self, entry: object, path: str) -> Mapping[str, Any]:
        """The entries of a table; none when it is no table, which is told where a path is given."""
        if isinstance(entry, dict):
            return entry
        if path:
            self.wrong(path, f"expected a table, found {entry!r}")
        return {}

    def known(self, table: Mapping[str, Any], keys: Iterable[str], path: str) -> None:
        """Tell of every key that is not one of these."""
        keys = tuple(keys)
        for key in table:
            if key not in keys:
                self.wrong(f"{path}.{key}" if path else key, f"unknown key{suggest(key, keys)}")
