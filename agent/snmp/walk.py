"""Walking columns of a table by GETBULK or GETNEXT, safe against everything devices are known to answer.

Pure: ``Walk`` says what to ask next and is told what came; it knows no socket and no SNMP library.
"""

from collections.abc import Sequence

Oid = tuple[int, ...]
Value = int | bytes | Oid | None
"""A value as Python has it; None for "no such object" and "end of the MIB view"."""


class Walk:
    """One walk over some columns.

    ``cells`` holds what was found: column → index → value. ``faults`` tells in words what the device did wrong; the
    rest of its answers stays good.
    """

    def __init__(self, columns: Sequence[Oid], most: int = 50_000) -> None:
        self.columns = tuple(columns)
        self.cells: dict[Oid, dict[Oid, Value]] = {column: {} for column in self.columns}
        self.faults: list[str] = []
        self._most = most
        self._taken = 0
        self._at: dict[Oid, Oid] = {column: column for column in self.columns}

    @property
    def done(self) -> bool:
        return not self._at

    def asks(self) -> list[Oid]:
        """What the next request must name, one object for each column that is not at its end."""
        return [self._at[column] for column in self.columns if column in self._at]

    def take(self, answer: Sequence[tuple[Oid, Value]]) -> None:
        """Take the varbinds that came for ``asks()``, in their order; a short answer is no fault (RFC 3416 §4.2.3).

        An empty one is: the same question would bring it again, for ever.
        """
        open_columns = [column for column in self.columns if column in self._at]
        if not answer:
            self._stop("an empty answer")
            return
        for place, (oid, value) in enumerate(answer):
            column = open_columns[place % len(open_columns)]
            if column not in self._at:
                continue
            if oid[: len(column)] != column or value is None:
                del self._at[column]
            elif oid <= self._at[column]:
                # Seen as the same object again, as objects going backwards, and as circles of growing objects.
                del self._at[column]
                self.faults.append(f"{_shown(column)}: objects do not increase at {_shown(oid)}")
            else:
                self._at[column] = oid
                self.cells[column][oid[len(column) :]] = value
                self._taken += 1
        if self._taken >= self._most and self._at:
            self._stop(f"more than {self._most} values")

    def _stop(self, why: str) -> None:
        self.faults.append(f"{', '.join(_shown(column) for column in self._at)}: {why}")
        self._at.clear()


def _shown(oid: Oid) -> str:
    return ".".join(map(str, oid))
