"""The readings of the same faults side by side, as a table."""

from collections.abc import Mapping

from collector.reports.chapters.readings import COUNT, HOURS, SHARE
from collector.reports.layout.blocks import Block, Cell, Unit
from collector.reports.layout.pen import Pen, Row

_NAMES = {
    "own": "Fault rate: own faults ÷ known time",
    "delivered": "Fault rate as delivered: unreachable time counted too",
    "worst_case": "Unreachable and unknown time counted as down, ÷ agreed time",
    "affected": "Targets with at least one failure (interval: Clopper–Pearson)",
    "affected_wilson": "Targets with at least one failure (interval: Wilson)",
    "per_100": "Failures per 100 device-months",
    "mtbf": "MTBF [h], from both sides",
    "mtbf_lower": "MTBF [h], from below alone",
    "mtbsi": "Time from failure to failure (MTBSI) [h]",
    "mttr": "MTTR [h]",
}
_BETTER_SMALL = {"own", "delivered", "worst_case", "affected", "affected_wilson", "per_100", "mttr"}
"""Rounded up: a reader must not think it smaller than it is."""


def readings(pen: Pen) -> Block:
    """An interval is rounded outwards, so that it never promises more than it holds."""
    rows = [
        (
            pen.text(pen.say(_NAMES[row["reading"]])),
            _figure(pen, row, "value", up=row["reading"] in _BETTER_SMALL),
            _figure(pen, row, "low", up=False),
            _figure(pen, row, "high", up=True),
            pen.share(row["confidence"], 0),
        )
        for row in pen.report["readings"]
    ]
    heads = pen.columns(
        "Reading", ("Value", Unit.COUNT), ("Not below", Unit.COUNT), ("Not above", Unit.COUNT),
        ("Confidence", Unit.SHARE),
    )  # fmt: skip
    return pen.table("readings", "Readings of the faults side by side", heads, rows)


def _figure(pen: Pen, row: Row, key: str, *, up: bool) -> Cell:
    goal = pen.targets["fault_rate"] if row["reading"] in ("own", "delivered") else None
    write: Mapping[str, Cell] = {
        SHARE: pen.share(row[key], 4, goal, up=up),
        HOURS: pen.hours(row[key], 3, up=up),
        COUNT: pen.number(row[key], 3, up=up),
    }
    return write[row["unit"]]
