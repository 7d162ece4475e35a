"""The rows and columns of one table as they come from a device."""

from collections.abc import Sequence
from typing import Any

from agent.cli.terminal.table import GAP, cell, table, width
from agent.snmp.ber import Oid, Tag, VarBind
from agent.snmp.index_words import index_words
from agent.snmp.names import Names
from agent.snmp.value_words import words
from agent.snmp.walk import shown
from rules.errors import Missing
from rules.settings import suggest

_RIGHT = (Tag.INTEGER, Tag.COUNTER32, Tag.GAUGE32, Tag.COUNTER64, Tag.UNSIGNED32)


class Grid:
    """A table in the making. ``roots`` are what to walk for it, ``title`` is its name."""

    def __init__(self, names: Names, word: str, chosen: Sequence[str] = ()) -> None:
        """``chosen`` are columns by name or number, none for all. Raises Missing for one the table has not."""
        self.title, self._entry, nodes, self._index = names.table(word)
        self._names = names
        known = {node.name: node.oid[-1] for node in nodes}
        self._titles = {number: name for name, number in known.items()}
        self.roots: list[Oid] = [(*self._entry, _column(name, known, self.title)) for name in chosen] or [self._entry]
        self._order = [root[-1] for root in self.roots] if chosen else []
        self._cells: dict[Oid, dict[int, VarBind]] = {}

    def take(self, one: VarBind) -> None:
        """Put a value in its place."""
        inside = one.oid[len(self._entry) :]
        if len(inside) > 1:
            self._cells.setdefault(inside[1:], {})[inside[0]] = one

    def lines(self, numeric: bool) -> tuple[list[str], list[list[str | None]], set[int]]:
        """Heads, rows, and which columns are numbers; the index comes first."""
        order = self._columns()
        rows: list[list[str | None]] = []
        for index, row in self._cells.items():
            line: list[str | None] = [shown(index) if numeric else index_words(index, self._index)]
            line += [self._told(row.get(number), numeric) for number in order]
            rows.append(line)
        heads = ["index", *(str(number) if numeric else self._title(number) for number in order)]
        return heads, rows, {at for at, number in enumerate(order, 1) if self._numbers(number)}

    def records(self) -> list[dict[str, Any]]:
        """The rows for programs: the index, and each column's words by its name."""
        order = self._columns()
        return [
            {"index": shown(index)} | {self._title(number): self._told(row.get(number), False) for number in order}
            for index, row in self._cells.items()
        ]

    def _columns(self) -> list[int]:
        return self._order or sorted({number for row in self._cells.values() for number in row})

    def _title(self, number: int) -> str:
        return self._titles.get(number, str(number))

    def _told(self, one: VarBind | None, numeric: bool) -> str | None:
        if one is None or one.value is None:
            return None
        return words(None, one.tag, one.value) if numeric else self._names.worded(*one)

    def _numbers(self, number: int) -> bool:
        node = self._names.node((*self._entry, number))
        tags = {row[number].tag for row in self._cells.values() if number in row}
        return bool(tags) and tags <= set(_RIGHT) and not (node is not None and node.states)


def _column(word: str, known: dict[str, int], title: str) -> int:
    if word.isdecimal():
        return int(word)
    name = word.rpartition("::")[2]
    if name not in known:
        raise Missing(f"{title} has no column {word!r}{suggest(name, known)}.")
    return known[name]


def blocks(heads: Sequence[str], rows: Sequence[Sequence[object]], right: set[int], most: int | None) -> str:
    """The table in as many parts, one below the other, as fit a terminal ``most`` cells wide; each has the index.

    In one part when nobody says how wide it may be.
    """
    if most is None:
        return table(heads, rows, right)
    widths = [max(width(cell(value)) for value in column) for column in zip(heads, *rows, strict=True)]
    parts: list[list[int]] = []
    room = 0
    for column, wide in enumerate(widths[1:], 1):
        if not parts or room < len(GAP) + wide:
            parts.append([0])
            room = most - widths[0]
        parts[-1].append(column)
        room -= len(GAP) + wide
    return "\n\n".join(
        table(
            [heads[at] for at in part],
            [[row[at] for at in part] for row in rows],
            {place for place, at in enumerate(part) if at in right},
        )
        for part in parts or [[0]]
    )
