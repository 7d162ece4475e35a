"""Walking columns of tables by GETBULK or GETNEXT, safe against everything devices are known to answer.

Pure: ``Walk`` says what to ask next and is told what came; it knows no socket and no device.
"""

from collections.abc import Iterable, Sequence

from agent.snmp.ber import Oid, Tag, Value, VarBind
from agent.snmp.columns import Columns

_AT_ONCE = 10
"""Columns in one request."""
_FIRST_GUESS = 24
"""Bytes of one value in an answer, before the first one came."""
_END = (Tag.NO_SUCH_OBJECT, Tag.NO_SUCH_INSTANCE, Tag.END_OF_MIB_VIEW)


class Walk:
    """One walk over some columns side by side.

    ``cells`` holds what was found: column → index → value; ``stamps`` column → the last index of each answer, and the
    sysUpTime that came with it. ``faults`` tells in words what the device did wrong; the rest of its answers stays
    good.
    """

    __slots__ = ("_at", "_most", "_open", "alone", "cells", "columns", "faults", "stamps", "strikes", "taken", "width")

    def __init__(self, columns: Sequence[Oid], most: int = 50_000, strikes: int = 0) -> None:
        self.columns = tuple(columns)
        self.cells: dict[Oid, dict[Oid, Value]] = {column: {} for column in self.columns}
        self.stamps: dict[Oid, tuple[list[Oid], list[int | None]]] = {column: ([], []) for column in self.columns}
        self.faults: list[str] = []
        self.taken = 0
        self.strikes = strikes
        """How often nothing came."""
        self.alone = False
        """Row by row with GETNEXT, to see whether that works better."""
        self.width = float(_FIRST_GUESS)
        """Bytes of one value in an answer."""
        self._most = most
        self._open = list(self.columns)
        self._at: dict[Oid, Oid] = dict.fromkeys(self.columns, ())
        """Column → the index reached."""

    @property
    def done(self) -> bool:
        return not self._open

    @property
    def open(self) -> tuple[Oid, ...]:
        """The columns that are not at their end."""
        return tuple(self._open)

    def asks(self) -> list[Oid]:
        """What the next request must name, one object for each column that is not at its end."""
        return [column + self._at[column] for column in self._open]

    def take(self, answer: Sequence[VarBind], uptime: int | None = None) -> None:
        """Take the varbinds that came for ``asks()``, in their order; a short answer is no fault (RFC 3416 §4.2.3).

        An empty one is: the same question would bring it again, for ever.
        """
        if not answer:
            self.stop("an empty answer")
            return
        asked = tuple(self._open)
        for place, column in enumerate(asked):
            self._take_column(column, answer[place :: len(asked)], uptime)
        self._cap()

    def goes_on(self, answer: Columns) -> bool:
        """Whether a regular answer goes on where this walk is."""
        for column, indexes in zip(self._open, answer.indexes, strict=True):
            if indexes and indexes[0] <= self._at[column]:
                return False
        return True

    def take_columns(self, answer: Columns) -> None:
        """Take a regular answer that goes on where this walk is."""
        for column, indexes, values in zip(self._open, answer.indexes, answer.values, strict=True):
            if indexes:
                self._at[column] = last = indexes[-1]
                self.cells[column].update(zip(indexes, values, strict=True))
                self.taken += len(indexes)
                lasts, uptimes = self.stamps[column]
                lasts.append(last)
                uptimes.append(answer.uptime)
        self._cap()

    def _cap(self) -> None:
        if self.taken >= self._most and self._open:
            self.stop(f"more than {self._most} values")

    def _take_column(self, column: Oid, part: Sequence[VarBind], uptime: int | None) -> None:
        if not part:
            return
        size, last = len(column), column + self._at[column]
        found: dict[Oid, Value] = {}
        # What grows, and has its end inside, is all inside: that need not be looked at one by one.
        if part[-1].oid[:size] == column:
            for oid, _, value in part:
                if oid <= last:
                    break
                found[oid[size:]] = value
                last = oid
            else:
                self._keep(column, last, found, uptime)
                return
            last = column + self._at[column]
            found = {}
        for oid, tag, value in part:
            if oid[:size] != column or tag in _END:
                self.close(column)
                break
            if oid <= last:
                # Seen as the same object again, as objects going backwards, and as circles of growing objects.
                self.close(column, f"objects do not increase at {shown(oid)}")
                break
            found[oid[size:]] = value
            last = oid
        self._keep(column, last, found, uptime)

    def _keep(self, column: Oid, last: Oid, found: dict[Oid, Value], uptime: int | None) -> None:
        if found:
            self._at[column] = index = last[len(column) :]
            self.cells[column].update(found)
            self.taken += len(found)
            lasts, uptimes = self.stamps[column]
            lasts.append(index)
            uptimes.append(uptime)

    def close(self, column: Oid, why: str = "") -> None:
        """End one column, with a fault when ``why`` is given."""
        self._open.remove(column)
        if why:
            self.faults.append(f"{shown(column)}: {why}")

    def stop(self, why: str) -> None:
        """End all that is open, with a fault."""
        self.faults.append(f"{', '.join(map(shown, self._open))}: {why}")
        self._open.clear()

    def divide(self, parts: Iterable[Sequence[Oid]]) -> "list[Walk]":
        """Go on in parts, each over some of the open columns. This walk ends with what it has."""
        walks = []
        for part in parts:
            walk = Walk(part, self._most - self.taken, self.strikes)
            walk.alone, walk.width = self.alone, self.width
            walk._at = {column: self._at[column] for column in part}
            walks.append(walk)
        self._open.clear()
        return walks


def grouped(columns: Sequence[Oid]) -> list[list[Oid]]:
    """Columns as they go into requests together: at most ten, those of one table side by side where they fit."""
    groups: list[list[Oid]] = []
    for table in tables(columns):
        while table:
            if not groups or (len(groups[-1]) + len(table) > _AT_ONCE and groups[-1]):
                groups.append([])
            room = _AT_ONCE - len(groups[-1])
            groups[-1] += table[:room]
            table = table[room:]
    return groups


def tables(columns: Iterable[Oid]) -> list[list[Oid]]:
    """Columns by the table they belong to (the object above them), both in order of appearance."""
    found: dict[Oid, list[Oid]] = {}
    for column in dict.fromkeys(columns):
        found.setdefault(column[:-1], []).append(column)
    return list(found.values())


def shown(oid: Oid) -> str:
    """An OID as people write it."""
    return ".".join(map(str, oid))
