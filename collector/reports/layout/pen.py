"""Writes cells: values of a report in the reader's language, rounded to their own side of the target."""

from collections.abc import Mapping, Sequence
from typing import Any

from collector import printed
from collector.reports import exact, words
from collector.reports.layout.blocks import Cell, Column, Table, Unit
from collector.texts import Translator

Row = Mapping[str, Any]
Head = str | tuple[str, Unit] | tuple[str, Unit, bool]

_PERSONS = ("By", "Complainant", "Owner", "Proposed by")
"""The titles of columns that name persons."""


class Pen:
    """For one report in one language."""

    def __init__(self, report: Row, texts: Translator) -> None:
        self.report = report
        self.say = texts
        self.tz: str = report["period"]["tz"]
        self.parameters: Row = report["method"]["parameters"]
        self.targets: Row = self.parameters["targets"]
        self.edition: Row | None = report.get("edition")
        """What an edition is about; None for the whole organisation."""

    # Cells

    def text(self, value: Any, tone: str = "") -> Cell:
        """A text as it is; nothing is a dash."""
        return Cell(value, str(value) if value not in (None, "") else printed.NO_FIGURE, tone=tone)

    def named(self, table: Mapping[Any, str], key: Any) -> Cell:
        """A word of ours, in the reader's language."""
        said = words.named(table, key, self.say)
        return Cell(said, said or printed.NO_FIGURE)

    def verdict(self, key: str) -> Cell:
        said = words.named(words.VERDICTS, key, self.say)
        return Cell(said, said, tone=key)

    def count(self, value: int | None) -> Cell:
        return Cell(value, printed.NO_FIGURE if value is None else str(value), Unit.COUNT)

    def share(self, value: float | None, decimals: int = 2, goal: float | None = None, *, up: bool = False) -> Cell:
        """A fraction of 1; ``up`` for what is better the smaller it is."""
        return Cell(value, printed.percent(value, decimals, goal, up=up), Unit.SHARE, goal=goal)

    def measured(self, row: Row, key: str) -> Cell:
        """A figure of a headline row, on its own side of the target."""
        goal: float | None = row["target"]
        if row["measure"] == "fault_rate" and words.counted(row):
            unit = Unit.COUNT
        else:
            unit = Unit.SHARE if row["measure"] == "fault_rate" or "due" in row["exposure"] else Unit.HOURS
        return Cell(row[key], words.measured(row, key, self.say), unit, goal=goal)

    def hours(self, value: float | None, decimals: int = 2, goal: float | None = None, *, up: bool = False) -> Cell:
        """A length of time in hours."""
        return Cell(value, printed.number(value, decimals, goal, up=up), Unit.HOURS, goal=goal)

    def number(self, value: float | None, decimals: int = 2, *, up: bool = False) -> Cell:
        return Cell(value, printed.number(value, decimals, up=up), Unit.COUNT)

    def length(self, value: int | None) -> Cell:
        """A length of time in ms, as h:mm:ss."""
        return Cell(value, exact.length(value), Unit.LENGTH)

    def moment(self, value: int | None) -> Cell:
        """An instant in ms UTC."""
        return Cell(value, exact.moment(value, self.tz), Unit.INSTANT)

    def approval(self, row: Row) -> Cell:
        """Who approved it; in an edition, which names nobody, when."""
        if self.edition and row["approved_at"] is not None:
            return self.moment(row["approved_at"])
        return self.text(row["approved_by"] or self.say("Not approved: without effect"))

    # Tables

    def columns(self, *heads: Head) -> tuple[Column, ...]:
        """Columns by their English titles: a title alone heads texts, a unit and ``True`` a column that adds up."""
        found = []
        for head in heads:
            match head:
                case str():
                    found.append(Column(self.say(head)))
                case (title, unit):
                    found.append(Column(self.say(title), unit))
                case (title, unit, added):
                    found.append(Column(self.say(title), unit, added))
        return tuple(found)

    def table(
        self,
        name: str,
        title: str,
        columns: Sequence[Column],
        rows: Sequence[Sequence[Cell]],
        *,
        total: Sequence[Cell] = (),
        empty: str = "None.",
        apart: int = 0,
    ) -> Table:
        """A table; ``title`` and ``empty`` are English texts. An edition has no column that names persons."""
        if self.edition:
            persons = {self.say(title) for title in _PERSONS}
            kept = [place for place, column in enumerate(columns) if column.title not in persons]
            columns = [columns[place] for place in kept]
            approved = self.say("Approved by")
            columns = [Column(self.say("Approved")) if one.title == approved else one for one in columns]
            rows = [[row[place] for place in kept] for row in rows]
            total = [total[place] for place in kept] if total else ()
        return Table(name, self.say(title) if title else "", columns, rows, total, self.say(empty), apart)
