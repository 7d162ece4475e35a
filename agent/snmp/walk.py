"""Walking columns of tables by GETBULK or GETNEXT, safe against everything devices are known to answer.

Pure: ``Walk`` says what to ask next and is told what came; it knows no socket and no device.
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache

from agent.snmp.ber import Oid, Tag, Value, VarBind
from agent.snmp.columns import Column, Columns

_FIRST_GUESS = 24
"""Bytes of one value in an answer, before the first one came."""
_END = (Tag.NO_SUCH_OBJECT, Tag.NO_SUCH_INSTANCE, Tag.END_OF_MIB_VIEW)


class _Run(Column):
    """How far one column is walked: ``at`` is the index reached, ``lasts`` are the last index of each answer and
    ``uptimes`` the sysUpTime that came with it."""

    __slots__ = ("at", "indexes", "lasts", "uptimes", "values")

    def __init__(self, oid: Oid) -> None:
        super().__init__(oid)
        self.at: Oid = ()
        self.indexes: list[Oid] = []
        self.values: list[Value] = []
        self.lasts: list[Oid] = []
        self.uptimes: list[int | None] = []


class Walk:
    """One walk over some columns side by side.

    ``faults`` tells in words what the device did wrong; the rest of its answers stays good.
    """

    __slots__ = ("_most", "_open", "_runs", "alone", "columns", "faults", "strikes", "taken", "width")

    def __init__(self, columns: Sequence[Oid], most: int = 50_000, strikes: int = 0) -> None:
        self.columns = tuple(columns)
        self.faults: list[str] = []
        self.taken = 0
        self.strikes = strikes
        """How often nothing came."""
        self.alone = False
        """Row by row with GETNEXT, to see whether that works better."""
        self.width = float(_FIRST_GUESS)
        """Bytes of one value in an answer."""
        self._most = most
        self._runs = [_Run(column) for column in self.columns]
        self._open = list(self._runs)

    @property
    def cells(self) -> dict[Oid, dict[Oid, Value]]:
        """What was found: column → index → value. Made anew each time it is asked for."""
        found: dict[Oid, dict[Oid, Value]] = {}
        before: list[Oid] = []
        rows: dict[Oid, Value] = {}
        for run in self._runs:
            if run.indexes == before:
                # A copy has a place for each index; to find one anew costs more.
                rows = rows.copy()
                rows.update(zip(before, run.values, strict=True))
            else:
                before = run.indexes
                rows = dict(zip(before, run.values, strict=True))
            found[run.oid] = rows
        return found

    @property
    def stamps(self) -> dict[Oid, tuple[list[Oid], list[int | None]]]:
        """Column → the last index of each answer, and the sysUpTime that came with it."""
        return {run.oid: (run.lasts, run.uptimes) for run in self._runs}

    def forget(self) -> None:
        """Let go of what was found so far: it was handed on. Where the walk is stays known."""
        for run in self._runs:
            run.indexes.clear()
            run.values.clear()

    @property
    def rows(self) -> int:
        """How many rows the longest column has by now."""
        return max([len(run.indexes) for run in self._runs])

    @property
    def reached(self) -> int:
        """How many rows one of the columns that are not at their end has by now."""
        return len(self._open[0].indexes)

    @property
    def done(self) -> bool:
        return not self._open

    @property
    def open(self) -> tuple[Oid, ...]:
        """The columns that are not at their end."""
        return tuple([run.oid for run in self._open])

    @property
    def reading(self) -> Sequence[Column]:
        """The same, as answers are read into them."""
        return tuple(self._open)

    def asks(self) -> list[Oid]:
        """What the next request must name, one object for each column that is not at its end."""
        return [run.oid + run.at for run in self._open]

    def take(self, answer: Sequence[VarBind], uptime: int | None = None) -> None:
        """Take the varbinds that came for ``asks()``, in their order; a short answer is no fault (RFC 3416 §4.2.3).

        An empty one is: the same question would bring it again, for ever.
        """
        if not answer:
            self.stop("an empty answer")
            return
        asked = tuple(self._open)
        for place, run in enumerate(asked):
            self._take_column(run, answer[place :: len(asked)], uptime)
        self._cap()

    def take_columns(self, answer: Columns) -> bool:
        """Take a regular answer; whether it goes on where this walk is. If not, nothing of it was taken."""
        uptime, runs = answer.uptime, self._open
        for run, indexes in zip(runs, answer.indexes, strict=True):
            if indexes and indexes[0] <= run.at:
                return False
        taken = 0
        for run, indexes, values in zip(runs, answer.indexes, answer.values, strict=True):
            if indexes:
                run.at = last = indexes[-1]
                run.indexes += indexes
                run.values += values
                run.lasts.append(last)
                run.uptimes.append(uptime)
                taken += len(indexes)
        self.taken += taken
        if answer.ended:
            for run in [runs[place] for place in answer.ended]:
                self._close(run)
        self._cap()
        return True

    def _cap(self) -> None:
        if self.taken >= self._most and self._open:
            self.stop(f"more than {self._most} values")

    def _take_column(self, run: _Run, part: Sequence[VarBind], uptime: int | None) -> None:
        if not part:
            return
        column, size, last = run.oid, len(run.oid), run.oid + run.at
        found: dict[Oid, Value] = {}
        # What grows, and has its end inside, is all inside: that need not be looked at one by one.
        if part[-1].oid[:size] == column:
            for oid, _, value in part:
                if oid <= last:
                    break
                found[oid[size:]] = value
                last = oid
            else:
                self._keep(run, found, uptime)
                return
            last = column + run.at
            found = {}
        for oid, tag, value in part:
            if oid[:size] != column or tag in _END:
                self._close(run)
                break
            if oid <= last:
                # Seen as the same object again, as objects going backwards, and as circles of growing objects.
                self._close(run, f"objects do not increase at {shown(oid)}")
                break
            found[oid[size:]] = value
            last = oid
        self._keep(run, found, uptime)

    def _keep(self, run: _Run, found: dict[Oid, Value], uptime: int | None) -> None:
        if found:
            run.indexes += found
            run.values += found.values()
            run.at = last = run.indexes[-1]
            run.lasts.append(last)
            run.uptimes.append(uptime)
            self.taken += len(found)

    def close(self, column: Oid, why: str = "") -> None:
        """End one column, with a fault when ``why`` is given."""
        self._close(next(run for run in self._open if run.oid == column), why)

    def _close(self, run: _Run, why: str = "") -> None:
        self._open.remove(run)
        if why:
            self.faults.append(f"{shown(run.oid)}: {why}")

    def stop(self, why: str) -> None:
        """End all that is open, with a fault."""
        self.faults.append(f"{', '.join(map(shown, self.open))}: {why}")
        self._open.clear()

    def divide(self, parts: Iterable[Sequence[Oid]]) -> "list[Walk]":
        """Go on in parts, each over some of the open columns. This walk ends with what it has."""
        reached = {run.oid: run.at for run in self._open}
        walks = []
        for part in parts:
            walk = Walk(part, self._most - self.taken, self.strikes)
            walk.alone, walk.width = self.alone, self.width
            for run in walk._runs:
                run.at = reached[run.oid]
            walks.append(walk)
        self._open.clear()
        return walks


@lru_cache(256)
def grouped(columns: tuple[Oid, ...], abreast: int) -> tuple[tuple[Oid, ...], ...]:
    """Columns as they go into requests together: at most ``abreast``, those of one table side by side where they
    fit. The same are asked for each time, of thousands of devices."""
    groups: list[list[Oid]] = []
    for table in tables(columns):
        while table:
            if not groups or (len(groups[-1]) + len(table) > abreast and groups[-1]):
                groups.append([])
            room = abreast - len(groups[-1])
            groups[-1] += table[:room]
            table = table[room:]
    return tuple(map(tuple, groups))


def tables(columns: Iterable[Oid]) -> list[list[Oid]]:
    """Columns by the table they belong to (the object above them), both in order of appearance."""
    found: dict[Oid, list[Oid]] = {}
    for column in dict.fromkeys(columns):
        found.setdefault(column[:-1], []).append(column)
    return list(found.values())


def shown(oid: Oid) -> str:
    """An OID as people write it."""
    return ".".join(map(str, oid))
