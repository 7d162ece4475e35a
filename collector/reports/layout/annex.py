"""The annex: corrections with both signatures, what they changed, and the parameters by which all was computed."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from collector.reports import words
from collector.reports.layout.blocks import Block, Cell, Chapter, Unit
from collector.reports.layout.pen import Pen
from rules.parameters import CheckParameters


def annex(pen: Pen, closing: Mapping[str, Any]) -> Chapter:
    """``closing`` is the seal of the document."""
    blocks: list[Block] = [_corrections(pen), _corrected(pen), *_looks(pen), _parameters(pen), _seal(pen, closing)]
    return Chapter("A", pen.say("Annex: corrections, method and seal"), blocks)


def _corrections(pen: Pen) -> Block:
    rows = [
        (
            pen.count(row["number"]),
            pen.text(row["target"]),
            pen.moment(row["from"]),
            pen.moment(row["to"]),
            pen.named(words.STATES, row["class"]),
            pen.text(row["responsible"]),
            pen.text(row["reason"]),
            pen.text(row["evidence"]),
            pen.text(row["proposed_by"]),
            pen.approval(row),
        )
        for row in pen.report["corrections"]
    ]
    heads = pen.columns(
        ("Number", Unit.COUNT), "Target", ("Start", Unit.INSTANT), ("End", Unit.INSTANT), "Becomes", "Responsible",
        "Reason", "Evidence", "Proposed by", "Approved by",
    )  # fmt: skip
    return pen.table("corrections", "Corrections", heads, rows)


def _corrected(pen: Pen) -> Block:
    """All together, and each object, of which a correction changed anything."""
    say = pen.say
    entries = [{"name": say("All targets"), **pen.report["fleet"]}, *pen.report["objects"]]
    rows = [
        (
            pen.text(entry["name"]),
            pen.share(entry["as_measured"]["availability"], 4),
            pen.share(entry["availability"], 4),
            pen.length(entry["as_measured"]["down_ms"]),
            pen.length(entry["down_ms"]),
            pen.text("; ".join(_flipped(pen, entry, measure) for measure in entry["flipped"])),
        )
        for entry in entries
        if entry["as_measured"]
    ]
    heads = pen.columns(
        "Target", ("Availability as measured", Unit.SHARE), ("Availability", Unit.SHARE),
        ("Down as measured", Unit.LENGTH), ("Down", Unit.LENGTH), "Verdicts that corrections turned",
    )  # fmt: skip
    return pen.table(
        "as_measured", "As measured and as corrected", heads, rows, empty="No correction changed a figure."
    )


def _flipped(pen: Pen, entry: Mapping[str, Any], measure: str) -> str:
    before, after = (
        words.named(words.VERDICTS, verdicts[measure], pen.say)
        for verdicts in (entry["as_measured"]["verdicts"], entry["verdicts"])
    )
    return f"{words.named(words.MEASURES, measure, pen.say)}: {before} → {after}"


def _looks(pen: Pen) -> list[Block]:
    """How the vital checks looked; nothing where no check is told of, as in an older report."""
    if not pen.report.get("looks"):
        return []
    rows = [
        (
            pen.text(row["kind"]),
            *(pen.length(row[name]) for name in ("interval", "retry_interval", "timeout")),
            *(pen.count(row[name]) for name in ("confirm_down", "confirm_up")),
            pen.length(row["max_gap"]),
            pen.count(row["checks"]),
        )
        for row in pen.report["looks"]
    ]
    heads = pen.columns(
        "Check", ("Interval", Unit.LENGTH), ("After a bad look", Unit.LENGTH), ("Timeout", Unit.LENGTH),
        ("Bad looks that confirm", Unit.COUNT), ("Good looks that confirm", Unit.COUNT),
        ("Longest gap", Unit.LENGTH), ("Checks", Unit.COUNT, True),
    )  # fmt: skip
    return [pen.table("looks", "How the checks looked that decide over up and down", heads, rows)]


def _parameters(pen: Pen) -> Block:
    # What each check has of its own stands above as it was in force; here it would be what is shipped.
    own = {item.name for item in fields(CheckParameters)} if pen.report.get("looks") else set()
    rows = [
        (Cell(name, name), Cell(None, _told(value)))
        for name, value in sorted(pen.parameters.items())
        if name not in own
    ]
    return pen.table("parameters", "Parameters", pen.columns("Name", "Value"), rows)


def _told(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{key} = {_told(part)}" for key, part in sorted(value.items()))
    if isinstance(value, list | tuple):
        return ", ".join(_told(part) for part in value)
    return "–" if value is None else str(value)


def _seal(pen: Pen, closing: Mapping[str, Any]) -> Block:
    log = closing["log"]
    rows = [
        (pen.text(pen.say("Algorithm")), pen.text(closing["algorithm"])),
        (pen.text("SHA-256"), pen.text(closing["sha256"])),
        (pen.text(pen.say("Log rows")), pen.text(f"{log['first']} – {log['last']}")),
        (pen.text(pen.say("Chain head")), pen.text(log["head"])),
        (pen.text(pen.say("Method version")), pen.text(pen.report["method"]["version"])),
        (pen.text(pen.say("Signature")), pen.text(_signature(pen, closing.get("signature")))),
        *((pen.text(name), pen.text(version)) for name, version in sorted(closing.get("made_with", {}).items())),
    ]
    return pen.table("seal", "Seal", pen.columns("Name", "Value"), rows)


def _signature(pen: Pen, found: Mapping[str, str] | None) -> str:
    """By which key, which is no proof: whoever changes the report may print another one. Verification proves."""
    if found is None:
        return pen.say("none")
    return pen.say("{algorithm}, by the key {key}", algorithm=found["algorithm"], key=found["key"])
