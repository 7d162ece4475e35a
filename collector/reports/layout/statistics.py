"""What the statistics say of the period, in sentences and a table: how sure the figures are, what is no chance."""

from collections.abc import Iterator, Sequence

from collector import printed
from collector.reports import words
from collector.reports.layout.blocks import Block, Chart, Paragraph, Unit
from collector.reports.layout.pen import Pen, Row


def statistics(pen: Pen) -> Sequence[Block]:
    """Nothing where nothing was analysed."""
    found = pen.report["statistics"]
    if found is None:
        return []
    blocks: list[Block] = [Paragraph(text) for text in _sentences(pen, found)]
    survival = found["repair"]["survival"]
    if survival is not None:
        blocks.append(
            Chart(
                "repair",
                "survival",
                pen.say("Share restored within a time"),
                {
                    "points": survival.get("steps") or [[one["hours"], one["share"]] for one in survival["within"]],
                    "open": survival.get("open", []),
                    "until": survival["horizon_h"],
                    "still": pen.say("Still open"),
                    "target_h": found["repair"]["target_h"],
                    "hours": pen.say("Hours since the failure"),
                    "share": pen.say("Share restored"),
                    "goal": pen.say("Goal of the mean"),
                },
                _restored(pen, found["repair"]),
            )
        )
    blocks.append(_repeats(pen, found))
    return blocks


def _sentences(pen: Pen, found: Row) -> Iterator[str]:
    say, mtbf, rate = pen.say, found["mtbf"], found["fault_rate"]
    if mtbf["operating_h"]:
        said = (
            "{hours} h of operation and {failures} failures prove an MTBF of {target} h."
            if mtbf["demonstrated"]
            else "{hours} h of operation and {failures} failures do not prove an MTBF of {target} h."
        )
        yield say(
            said,
            hours=printed.number(mtbf["operating_h"], 1),
            failures=mtbf["failures"],
            target=words.plain(mtbf["target_h"]),
        )
    if rate["interval"] is not None:
        yield say(
            "The fault rate lies between {low} and {high} with {confidence} confidence.",
            low=printed.percent(rate["interval"][0], 4),
            high=printed.percent(rate["interval"][1], 4, up=True),
            confidence=printed.percent(rate["confidence"], 0),
        )
    yield say(_TREND[found["trend"]["direction"] if found["trend"]["rejects"] else "none"])
    if found["pooling"]["homogeneous"] is False:
        yield say("The targets do not fail alike: the mean hides some that fail more often than chance explains.")
    if found["plausibility"]["alarming"]:
        yield say("Fault rate, MTBF and MTTR do not fit together: look at the longest outages.")


def _restored(pen: Pen, repair: Row) -> str:
    """How many were restored by when, and whether that is an estimate: of what is open nobody knows the end."""
    survival = repair["survival"]
    known = [one for one in survival["within"] if not one["at_least"]]
    if repair["open"]:
        known = [one for one in known if one["hours"] <= survival["horizon_h"]]
    if not known:
        return pen.say("{restored} were restored, {open} still open.", restored=repair["restored"], open=repair["open"])
    said = {"hours": f"{known[-1]['hours']:g}", "share": printed.percent(known[-1]["share"], 1)}
    if not repair["open"]:
        return pen.say("Within {hours} h {share} were restored.", **said)
    return pen.say(
        "{restored} were restored, {open} still open; estimated with these, {share} are restored within {hours} h.",
        restored=repair["restored"],
        open=repair["open"],
        **said,
    )


_TREND = {
    "none": "Failures came neither faster nor slower in the course of the period than chance explains.",
    "worse": "Failures came faster in the course of the period: things got worse, and a mean of the past misleads.",
    "better": "Failures came slower in the course of the period: things got better.",
}


def _repeats(pen: Pen, found: Row) -> Block:
    repeats = found["repeats"]
    rows = [
        (pen.text(row["name"]), pen.count(row["failures"]), pen.count(row["returns"])) for row in repeats["objects"]
    ]
    heads = pen.columns("Target", ("Failures", Unit.COUNT), ("Returned soon", Unit.COUNT))
    return pen.table("repeats", "Targets that fail again and again", heads, rows, empty="None failed again and again.")
