"""What a laid-out report consists of. A cell holds the value as it was computed and the text that people read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Unit(StrEnum):
    """What a value is: formats that keep numbers as numbers choose their form by it."""

    TEXT = "text"
    SHARE = "share"
    """A fraction of 1, read as a percentage."""
    HOURS = "hours"
    """A length of time in hours."""
    LENGTH = "length"
    """A length of time in ms."""
    INSTANT = "instant"
    """An instant in ms UTC."""
    COUNT = "count"


@dataclass(frozen=True, slots=True)
class Cell:
    """``shown`` never says more than ``value``, and never stands on another side of its target. ``tone`` is the
    verdict that colours it (met, missed, insufficient_data, not_applicable), or empty. ``goal`` is what the value is
    compared with, in the value's own unit, where there is such a thing."""

    value: Any
    shown: str
    unit: Unit = Unit.TEXT
    tone: str = ""
    goal: float | None = None


BLANK = Cell("", "\u00a0" * 24)
"""Room to write in: on paper a column is as wide as what stands in it."""


@dataclass(frozen=True, slots=True)
class Column:
    """``added``: its values add up to that of the last row."""

    title: str
    unit: Unit = Unit.TEXT
    added: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """``name`` is unique in the report, in ASCII: its sheet, file or anchor. ``total`` is the row of all together.

    ``empty`` is said in the place of a table without rows. The first ``apart`` rows are no part of the total: services
    stand above the targets they are made of.
    """

    name: str
    title: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]
    total: Sequence[Cell] = ()
    empty: str = ""
    apart: int = 0


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A text. ``kind`` is plain, note (small print) or warning."""

    text: str
    kind: str = "plain"


@dataclass(frozen=True, slots=True)
class Chart:
    """A drawing in the language of the report. ``kind`` says which one (`collector.reports.charts`), ``data`` what of;
    ``said`` tells it in words, for those who cannot see it."""

    name: str
    kind: str
    title: str
    data: Mapping[str, Any]
    said: str


@dataclass(frozen=True, slots=True)
class Lines:
    """A line of time for each object: ``rows`` are (name, partition), each [[from, to, state], …] in ms UTC."""

    rows: Sequence[tuple[str, Sequence[Sequence[Any]]]]
    start: int
    end: int
    tz: str
    legend: Mapping[str, str]


Block = Paragraph | Table | Chart | Lines


@dataclass(frozen=True, slots=True)
class Chapter:
    """``number`` as it is printed: 1 to 12, or a letter for an annex."""

    number: str
    title: str
    blocks: Sequence[Block]


@dataclass(frozen=True, slots=True)
class Cover:
    """The title, what stands below it (name and text), and the mark of a draft or of
    provisional figures, empty on a frozen report."""

    title: str
    name: str
    draft: str
    facts: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Laid:
    """A whole report in a language."""

    language: str
    cover: Cover
    chapters: Sequence[Chapter]
    closing: str

    def tables(self) -> list[Table]:
        """Every table, in order."""
        return [block for chapter in self.chapters for block in chapter.blocks if isinstance(block, Table)]
