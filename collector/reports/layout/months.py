"""The months of a longer period side by side, in tables: the headline, the agreements, what missed."""

from collections.abc import Sequence
from dataclasses import replace

from collector.reports import words
from collector.reports.layout.blocks import Block, Cell, Chart, Paragraph, Unit
from collector.reports.layout.pen import Head, Pen, Row

_ACROSS = 4
"""So many months stand as columns; more of them stand as rows."""


def beside(pen: Pen) -> list[Block]:
    """Every measure with a target, month by month, then against the period before and the year before."""
    review = pen.report["review"]
    rows = review["headline"]
    if len(review["months"]) <= _ACROSS:
        return [_columns(pen, rows)]
    return [_rows(pen, rows), _compared(pen, rows)]


def agreements(pen: Pen) -> Block:
    """How each agreement was kept, and which months missed."""
    rows = [
        (
            pen.text(row["agreement"]),
            pen.text(row["customer"]),
            pen.named(words.MEASURES, row["measure"]),
            Cell(row["target"], words.target(_worded(row), pen.say)),
            *_shown(pen, row),
            pen.count(row["judged"]),
            pen.count(len(row["missed"])),
            pen.text(_missed(row["missed"])),
        )
        for row in pen.report["review"]["agreements"]
    ]
    names = pen.report["review"]["months"]
    heads: tuple[Head, ...] = (
        "Agreement", "Customer", "Measure", "Goal", *(names if len(names) <= _ACROSS else ()),
        ("Months with a verdict", Unit.COUNT), ("Months missed", Unit.COUNT), "Which",
    )  # fmt: skip
    return pen.table(
        "agreements_by_month",
        "Agreements month by month",
        pen.columns(*heads),
        rows,
        empty="No agreement was in force.",
    )


def objects(pen: Pen) -> Block:
    """Every service, and every target that missed a month."""
    rows = [
        (
            pen.text(row["name"]),
            pen.named(words.DEVICES, row["kind"]),
            pen.count(row["months"]),
            pen.count(row["any_missed"]),
            *(pen.text(_missed(row["missed"][measure])) for measure in ("fault_rate", "mtbf", "mttr")),
            pen.share(row["fault_rate"], 4, pen.targets["fault_rate"], up=True),
            pen.verdict(row["verdict"]),
        )
        for row in pen.report["review"]["objects"]
    ]
    heads: tuple[Head, ...] = (
        "Service or target", "Kind", ("Months measured", Unit.COUNT), ("Months missed", Unit.COUNT),
        "Fault rate missed in", "MTBF missed in", "MTTR missed in", ("Fault rate of the whole", Unit.SHARE), "Verdict",
    )  # fmt: skip
    return pen.table(
        "months_missed",
        "Months missed by service, and by target where there are any",
        pen.columns(*heads),
        rows,
        empty="There is no service, and no target missed a month.",
    )


def budgets(pen: Pen) -> list[Block]:
    """The share of its error budget that each service used."""
    rows, say = pen.report["review"]["budgets"], pen.say
    if not rows:
        return [Paragraph(say("No service is defined: there is no budget by service to show."), "note")]
    shown = [{**row, "shown": pen.share(row["used"], 1, 1.0, up=True).shown} for row in rows]
    return [
        Chart(
            "budget_by_service",
            "budgets",
            say("Error budget used, by service"),
            {"rows": shown, "limit": say("Budget"), "used": say("Share used")},
            say("Most was used by {name}: {used}.", name=rows[0]["name"], used=shown[0]["shown"]),
        )
    ]


def _columns(pen: Pen, rows: Sequence[Row]) -> Block:
    heads: tuple[Head, ...] = (
        "Measure", "Goal", *pen.report["review"]["months"], "Period", "Verdict", "Period before", "A year before",
        ("Months missed", Unit.COUNT),
    )  # fmt: skip
    told = [
        (
            pen.named(words.MEASURES, row["measure"]),
            Cell(row["target"], words.target(dict(row), pen.say)),
            *_shown(pen, row),
            _value(pen, row, row["actual"]),
            pen.verdict(row["verdict"]),
            _value(pen, row, row["before"]),
            _value(pen, row, row["year_ago"]),
            pen.count(len(row["missed"])),
        )
        for row in rows
    ]
    return pen.table("by_month", "Month by month, and against earlier periods", pen.columns(*heads), told)


def _rows(pen: Pen, rows: Sequence[Row]) -> Block:
    heads = [
        f"{words.named(words.MEASURES, row['measure'], pen.say)} {words.target(dict(row), pen.say)}" for row in rows
    ]
    told = []
    for place, name in enumerate(pen.report["review"]["months"]):
        there = [(row, row["months"][place]) for row in rows]
        told.append((pen.text(name), *(_value(pen, row, month["value"], month["verdict"]) for row, month in there)))
    return pen.table("by_month", "Month by month", pen.columns("Calendar month", *heads), told)


def _compared(pen: Pen, rows: Sequence[Row]) -> Block:
    told = [
        (
            pen.named(words.MEASURES, row["measure"]),
            Cell(row["target"], words.target(dict(row), pen.say)),
            _value(pen, row, row["actual"]),
            pen.verdict(row["verdict"]),
            _value(pen, row, row["before"]),
            pen.count(row["judged"]),
            pen.count(len(row["missed"])),
            pen.text(_missed(row["missed"])),
        )
        for row in rows
    ]
    heads: tuple[Head, ...] = (
        "Measure", "Goal", "Whole year", "Verdict", "Year before", ("Months with a verdict", Unit.COUNT),
        ("Months missed", Unit.COUNT), "Which",
    )  # fmt: skip
    return pen.table("against_last_year", "The year as a whole, and against the year before", pen.columns(*heads), told)


def _shown(pen: Pen, row: Row) -> list[Cell]:
    """A cell for each month of a row where months stand as columns; a month without the row is a dash."""
    names = pen.report["review"]["months"]
    if len(names) > _ACROSS:
        return []
    known = {month["name"]: month for month in row["months"]}
    cells = []
    for name in names:
        month = known.get(name, {"value": None, "verdict": None})
        cells.append(_value(pen, _worded(row), month["value"], month["verdict"]))
    return cells


def _value(pen: Pen, row: Row, value: float | None, verdict: str | None = None) -> Cell:
    cell = pen.measured({**row, "actual": value}, "actual")
    return replace(cell, tone=verdict) if verdict in ("met", "missed") and value is not None else cell


def _worded(row: Row) -> dict[str, object]:
    """A row of an agreement in the form whose words it shares."""
    if "exposure" in row:
        return dict(row)
    return {**row, "exposure": {"due": 0} if row["asked"] else {}}


def _missed(names: Sequence[str]) -> str:
    return ", ".join(names)
