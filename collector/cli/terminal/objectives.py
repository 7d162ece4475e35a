"""The document of objectives as text for people."""

from collections.abc import Mapping
from typing import Any

from collector.cli.terminal.table import facts, table
from collector.objective_words import alerts, deadline, rows, spending
from collector.printed import duration, percent
from collector.reports.exact import moment
from collector.texts import Translator

_HEADS = ("Objective", "Goal", "Reached", "Verdict", "Rests on")


def overview(document: Mapping[str, Any], words: Translator) -> str:
    """Every agreement: its objectives, and what is left of its budget."""
    return "\n\n".join(_summary(item, words) for item in document["items"])


def whole(item: Mapping[str, Any], at: int, words: Translator) -> str:
    """One agreement: the same with alerts, deadlines, groups, services and the targets that used most."""
    tz = item["period"]["tz"]
    parts = [_summary(item, words)]
    parts += [one.text for one in alerts(item, words)]
    deadlines = [(one["incident"], deadline(one, tz, at, words), one["summary"]) for one in item["deadlines"]]
    if deadlines:
        parts.append(table([words(head) for head in ("Incident", "Next deadline", "Fault")], deadlines))
    sets = [(f"{one['label']}: {one['value']}", one) for one in item["groups"]]
    sets += [(one["name"], one) for one in item["services"]]
    if sets:
        heads = ("Group or service", "Fault rate", "Verdict", "Budget used", "Budget left", "Forecast")
        parts.append(table([words(head) for head in heads], [_set(name, one, tz, words) for name, one in sets], (1, 3)))
    worst = [
        (one["name"], percent(one["fault_rate"], 4, up=True), duration(one["down_ms"], words), _left(one, tz, words))
        for one in item["worst"]
    ]
    if worst:
        columns = ("Target", "Fault rate", "Down", "Of its own budget")
        parts.append(table([words(column) for column in columns], worst, (1, 2)))
    return "\n\n".join(parts)


def _summary(item: Mapping[str, Any], words: Translator) -> str:
    period, agreement = item["period"], item["agreement"]
    tz = period["tz"]
    name = agreement["name"]
    if agreement["version"] is not None:
        name = words("{name}, version {version}", name=name, version=agreement["version"])
    heading = [
        (words("Agreement"), f"{name}  {item['customer']}".strip()),
        (words("Period"), f"{moment(period['from'], tz)} – {moment(period['to'], tz)} ({tz})"),
        (words("Targets"), item["objects"]),
    ]
    listed = [(one.name, one.target, one.value, one.verdict_word, one.basis) for one in rows(item, words)]
    told = spending(item, tz, words)
    lines = [
        facts(heading),
        "",
        table([words(head) for head in _HEADS], listed),
        "",
        facts([(words("Budget"), told.used)]),
        " ".join(part for part in (told.left, told.outlook) if part),
    ]
    if item["uncovered_years"]:
        years = ", ".join(map(str, item["uncovered_years"]))
        lines.append(words("The calendar {name} knows no holidays of {years}.", name=item["calendar"], years=years))
    return "\n".join(lines)


def _set(name: str, one: Mapping[str, Any], tz: str, words: Translator) -> tuple[object, ...]:
    first = rows(one, words)[0]
    told = spending(one, tz, words)
    return name, first.value, first.verdict_word, percent(told.share, 1, 1.0, up=True), told.left, told.outlook


def _left(one: Mapping[str, Any], tz: str, words: Translator) -> str:
    return spending(one, tz, words).used
