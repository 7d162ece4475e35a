"""Reliability over a longer period: what is proven, how it went on, which models and which redundancy failed."""

from collections.abc import Iterator, Sequence

from collector import printed
from collector.reports import words
from collector.reports.layout.blocks import Block, Cell, Chart, Paragraph, Unit
from collector.reports.layout.pen import Head, Pen, Row

_FEW = 2
"""Fewer points make no course."""
_SIGNIFICANT = 0.05
_UNLABELLED = "No target has the label model, which would fill this table."


def demonstration(pen: Pen) -> Block:
    """Whether the promised MTBF is proven, with 90 % and with 95 %."""
    rows = [
        (
            pen.share(row["confidence"], 0),
            Cell(row["target_h"], f"≥ {words.plain(row['target_h'])}", Unit.HOURS),
            pen.hours(row["operating_h"], 1),
            pen.count(row["failures"]),
            pen.hours(row["lower_h"], 1, row["target_h"]),
            pen.hours(row["needed_h"], 1, up=True),
            pen.verdict({True: "met", False: "missed", None: "insufficient_data"}[row["demonstrated"]]),
        )
        for row in pen.report["review"]["demonstration"]
    ]
    heads: tuple[Head, ...] = (
        ("Confidence", Unit.SHARE), ("MTBF goal [h]", Unit.HOURS), ("Operating hours", Unit.HOURS),
        ("Failures", Unit.COUNT), ("MTBF proven [h]", Unit.HOURS), ("Operating hours needed for the goal", Unit.HOURS),
        "Proven",
    )  # fmt: skip
    return pen.table("demonstration", "What the period proves of the MTBF", pen.columns(*heads), rows)


def growth(pen: Pen) -> list[Block]:
    """The tests of trend with their figures."""
    found = (pen.report["statistics"] or {}).get("trend")
    if not found or found["laplace"] is None:
        return [Paragraph(pen.say("There were too few failures for a test of growth: four are needed."), "note")]
    law = found["power_law"]
    rows = [
        _test(pen, "Laplace test", found["laplace"]["statistic"], found["laplace"]["p"], None),
        *([] if law is None else [_test(pen, "Shape of the power law (Crow-AMSAA)", law["shape"],
                                        min(1.0, 2 * min(law["p_worse"], law["p_better"])), law["shape_interval"])]),
    ]  # fmt: skip
    heads: tuple[Head, ...] = (
        "Test of growth", ("Value", Unit.COUNT), ("Not below", Unit.COUNT), ("Not above", Unit.COUNT),
        ("By chance alone", Unit.COUNT),
    )  # fmt: skip
    note = pen.say(
        "A Laplace value above 0 and a shape above 1 mean that failures come faster; chance alone goes so far in the "
        "share of cases in the last column. The instantaneous MTBF at the end is {hours} h.",
        hours=printed.number(found["instantaneous_mtbf_h"], 1),
    )
    return [pen.table("growth", "Growth of reliability", pen.columns(*heads), rows), Paragraph(note, "note")]


def rolling(pen: Pen) -> list[Block]:
    """The MTBF of twelve months at a time."""
    rows, say = pen.report["review"]["rolling"], pen.say
    told = [
        (
            pen.text(row["name"]),
            pen.count(row["months"]),
            pen.hours(row["operating_h"], 1),
            pen.count(row["failures"]),
            pen.hours(row["mtbf_h"], 1),
            pen.hours(row["low_h"], 1),
            pen.hours(row["high_h"], 1, up=True),
        )
        for row in rows
    ]
    heads: tuple[Head, ...] = (
        "Calendar month", ("Months recorded", Unit.COUNT), ("Operating hours", Unit.HOURS), ("Failures", Unit.COUNT),
        ("MTBF [h]", Unit.HOURS), ("Not below", Unit.HOURS), ("Not above", Unit.HOURS),
    )  # fmt: skip
    table = pen.table("rolling", "MTBF of the twelve months up to each month", pen.columns(*heads), told)
    if sum(row["mtbf_h"] is not None for row in rows) < _FEW:
        return [table]
    last = rows[-1]
    chart = Chart(
        "rolling",
        "rolling",
        say("MTBF over twelve months, with its 90 % band"),
        {
            "rows": rows,
            "target_h": pen.report["review"]["demonstration"][0]["target_h"],
            "goal": say("Goal"),
            "band": say("90 % band"),
            "value": say("MTBF over twelve months"),
        },
        say(
            "At the end it lies between {low} h and {high} h, from {months} months of records.",
            low=printed.number(last["low_h"], 1),
            high=printed.number(last["high_h"], 1, up=True),
            months=last["months"],
        ),
    )
    return [chart, table]


def control(pen: Pen) -> list[Block]:
    """The control chart of repair times."""
    found, say = pen.report["review"]["control"], pen.say
    rows = [{**row, "name": _short(pen, row["from"])} for row in found["stretches"]]
    if sum(row["mttr_h"] is not None for row in rows) < _FEW:
        return [Paragraph(say("There were too few repairs for a control chart."), "note")]
    weeks = pen.report["review"]["stretch"] == "week"
    return [
        Chart(
            "control",
            "control",
            say("Mean time to restore week by week") if weeks else say("Mean time to restore month by month"),
            {
                "rows": rows,
                "limits": found["limits"],
                "target_h": next(row["target"] for row in pen.report["headline"] if row["measure"] == "mttr"),
                "goal": say("Goal"),
                "value": say("Mean time to restore"),
                "limits_said": say("Control limits"),
                "outside": say("Outside the limits"),
            },
            _controlled(pen, found),
        )
    ]


def models(pen: Pen) -> list[Block]:
    """Each model with its rate and its law of lifetimes."""
    rows = pen.report["review"]["models"]
    told = [
        (
            pen.text(row["value"]),
            pen.count(row["objects"]),
            pen.hours(row["operating_h"], 1),
            pen.count(row["failures"]),
            pen.hours(row["mtbf_h"], 1),
            pen.hours(row["lower90_h"], 1),
            pen.hours(row["up_times"]["median_h"], 1),
            *_law(pen, row["up_times"]["weibull"]),
        )
        for row in rows
    ]
    heads: tuple[Head, ...] = (
        "Model", ("Targets", Unit.COUNT), ("Operating hours", Unit.HOURS), ("Failures", Unit.COUNT),
        ("MTBF [h]", Unit.HOURS), ("Proven with 90 % [h]", Unit.HOURS),
        ("Median of operation to a failure [h]", Unit.HOURS), ("Weibull shape", Unit.COUNT),
        ("Scale [h]", Unit.HOURS), ("10 % failed by [h]", Unit.HOURS), "What the shape says",
    )  # fmt: skip
    table = pen.table("models", "By model", pen.columns(*heads), told, empty=_UNLABELLED)
    if not rows:
        return [table]
    said = pen.say(
        "Times run from the period's start or a failure to the next failure, those still going on counted for what "
        "they are (Kaplan-Meier); the law is given where there are four failures and no trend."
    )
    return [table, Paragraph(said, "note")]


def replacement(pen: Pen) -> Block:
    """The models in the order in which to look at replacing them, as facts."""
    rows = [
        (
            pen.count(place),
            pen.text(row["value"]),
            pen.count(row["objects"]),
            pen.count(row["failures"]),
            pen.length(row["down_ms"]),
            pen.hours(row["mtbf_h"], 1),
            pen.hours(row["mtbf_of_others_h"], 1),
            pen.number(row["beyond"], 1),
            pen.number(row["adjusted_p"], 4, up=True),
            Cell(row["worse"], pen.say("Fails more than chance explains") if row["worse"] else pen.say("No evidence")),
        )
        for place, row in enumerate(pen.report["review"]["models"], start=1)
    ]
    heads: tuple[Head, ...] = (
        ("Rank", Unit.COUNT), "Model", ("Targets", Unit.COUNT), ("Failures", Unit.COUNT), ("Down", Unit.LENGTH),
        ("MTBF [h]", Unit.HOURS), ("MTBF of all others [h]", Unit.HOURS),
        ("Failures beyond the others' rate", Unit.COUNT), ("By chance alone", Unit.COUNT), "For replacement",
    )  # fmt: skip
    return pen.table(
        "replacement",
        "Models ranked for replacement",
        pen.columns(*heads),
        rows,
        empty=_UNLABELLED,
    )


def together(pen: Pen) -> Block:
    """Redundant parts that were down at one time."""
    found = pen.report["review"]["together"]
    rows = [
        (
            pen.text(row["service"]),
            pen.text(f"{row['least']}/{row['of']}" if row["least"] else str(row["of"])),
            pen.count(row["times"]),
            pen.length(row["ms"]),
            pen.length(row["longest_ms"]),
            pen.moment(row["at"]),
            pen.text(", ".join(row["parts_down"])),
            pen.count(row["broken"]),
        )
        for row in found
        if row["times"]
    ]
    heads: tuple[Head, ...] = (
        "Service", "Needed of", ("Times", Unit.COUNT), ("In all", Unit.LENGTH), ("Longest", Unit.LENGTH),
        ("Began", Unit.INSTANT), "Down in it", ("Fewer left than needed", Unit.COUNT),
    )  # fmt: skip
    return pen.table(
        "together",
        "Redundancy that failed together",
        pen.columns(*heads),
        rows,
        empty="No redundant parts of a service were down at one time."
        if found
        else "No service has parts it can do without.",
    )


def _law(pen: Pen, law: Row | None) -> Iterator[Cell]:
    if law is None:
        yield from (pen.number(None), pen.hours(None), pen.hours(None))
        yield pen.text(pen.say("Too few failures, or a trend"))
        return
    yield from (pen.number(law["shape"]), pen.hours(law["scale_h"], 1), pen.hours(law["b10_h"], 1))
    if law["p"] >= _SIGNIFICANT:
        yield pen.text(pen.say("No age tells from chance"))
    else:
        yield pen.text(pen.say("Early failures") if law["shape"] < 1 else pen.say("Wear"))


def _test(pen: Pen, name: str, value: float, p: float, interval: Sequence[float] | None) -> tuple[Cell, ...]:
    low, high = interval or (None, None)
    return (
        pen.text(pen.say(name)),
        pen.number(value, 3),
        pen.number(low, 3),
        pen.number(high, 3, up=True),
        pen.number(p, 4, up=True),
    )


def _controlled(pen: Pen, found: Row) -> str:
    if found["limits"] is None:
        return pen.say("There are too few values for control limits: six are needed.")
    if not found["outside"]:
        return pen.say("All values lie inside the limits.")
    return pen.say("Outside the limits: {days}.", days=", ".join(_short(pen, at) for at in found["outside"]))


def _short(pen: Pen, at: int) -> str:
    """The month of a stretch, or the day with which its week began."""
    day = pen.moment(at).shown[:10]
    return day[5:] if pen.report["review"]["stretch"] == "week" else day[:7]
