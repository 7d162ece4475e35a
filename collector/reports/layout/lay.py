"""Lays a sealed report out in a language: its cover, and the chapters that its kind has."""

from collections.abc import Callable, Mapping
from string import ascii_uppercase
from typing import Any

from collector.reports.layout import management
from collector.reports.layout.annex import annex
from collector.reports.layout.attainment import attainment
from collector.reports.layout.blocks import Chapter, Cover, Laid
from collector.reports.layout.details import details
from collector.reports.layout.faults import faults
from collector.reports.layout.handling import handling
from collector.reports.layout.measures import decisions
from collector.reports.layout.outlook import changes, plan, risks
from collector.reports.layout.pen import Pen
from collector.reports.layout.people import contentment, improvements, major
from collector.reports.layout.quarter import quarter
from collector.reports.layout.summary import scope, summary
from collector.reports.layout.year import year
from collector.texts import translator

TITLES = {
    "month": "Availability report",
    "quarter": "Quarterly service quality review",
    "year": "Annual service report",
    "special": "Special report on a major incident",
}

_EDITION = "Service report"
"""What a month's edition about a service or a customer is called."""

_ALL = (summary, scope, attainment, faults, handling, contentment, major, improvements, changes, risks, plan)
_CHAPTERS = {"special": (summary, attainment, faults, handling, major, improvements)}
_REVIEWS: Mapping[str, Callable[[Pen], list[Chapter]]] = {"quarter": quarter, "year": year}
_INTERNAL = frozenset({risks})
"""The chapters that an edition leaves out: they are for the house alone."""

_NAMED = 12
"""So many targets of an edition stand on its cover by name."""


def lay(document: Mapping[str, Any], lang: str) -> Laid:
    """The report of a sealed document. Raises Invalid for a language nobody speaks."""
    report, closing = document["report"], document["seal"]
    pen = Pen(report, translator(lang))
    return Laid(
        language=pen.say.language,
        cover=_cover(pen, closing),
        chapters=[*_numbered(_chapters(pen)), *_lettered([*_annexes(pen), annex(pen, closing)])],
        closing=pen.say("`nineward report verify FILE` recomputes this report from the log and says whether it holds."),
    )


def _chapters(pen: Pen) -> list[Chapter]:
    """Those of the kind; a quarter or a year of an older shape, which has no months of its own, those of a month."""
    kind = pen.report["kind"]
    if kind in _REVIEWS and pen.report.get("review"):
        return _REVIEWS[kind](pen)
    chosen = _CHAPTERS.get(kind, _ALL)
    return [chapter(pen) for chapter in chosen if not (pen.edition and chapter in _INTERNAL)]


def _annexes(pen: Pen) -> list[Chapter]:
    """What stands between the chapters of a longer period and the seal."""
    if pen.report["kind"] not in _REVIEWS or not pen.report.get("review"):
        return []
    if pen.report["kind"] == "year" and not pen.edition:
        return [management.chapter(pen, decisions(pen)), details(pen)]
    return [details(pen)]


def _lettered(annexes: list[Chapter]) -> list[Chapter]:
    return [Chapter(letter, one.title, one.blocks) for letter, one in zip(ascii_uppercase, annexes, strict=False)]


def _numbered(chapters: list[Chapter]) -> list[Chapter]:
    """Numbered as they come: a report that leaves chapters out has no holes."""
    return [Chapter(str(number), one.title, one.blocks) for number, one in enumerate(chapters, start=1)]


def _cover(pen: Pen, closing: Mapping[str, Any]) -> Cover:
    report, say = pen.report, pen.say
    period, revision = report["period"], report["revision"]
    facts = [
        (say("Period"), f"{pen.moment(period['from']).shown} – {pen.moment(period['to']).shown} ({pen.tz})"),
        (say("Agreement"), f"{report['agreement']['name']}, {_version(pen, report['agreement']['version'])}"),
    ]
    facts[1:1] = [*_edition(pen), *_begun(pen)]
    draft, provisional = report["status"] == "draft", _provisional(report)
    if draft:
        until = say(
            "the part of the period up to {instant}; the period has not ended",
            instant=pen.moment(period["until"]).shown,
        )
        facts.insert(1, (say("Covers"), until))
    if provisional:
        freezes = say(
            "the figures can still change; they are frozen on {instant}",
            instant=pen.moment(report["freezes_at"]).shown,
        )
        facts.insert(1, (say("Provisional"), freezes))
    if revision["number"]:
        facts.append((say("Revision"), _revision(pen)))
    facts += [
        (say("Issued"), pen.moment(report["issued_at"]).shown),
        (say("Method"), _version(pen, report["method"]["version"])),
        (say("Seal"), closing["sha256"]),
    ]
    title, name = TITLES[report["kind"]], report["name"]
    if pen.edition:
        title, name = _EDITION if report["kind"] == "month" else title, f"{name} · {pen.edition['name']}"
    return Cover(say(title), name, say("Draft") if draft else say("Provisional") if provisional else "", facts)


def _begun(pen: Pen) -> list[tuple[str, str]]:
    """From when there are records, where that is later than the period's beginning."""
    since = pen.report.get("since")
    if since is None or since <= pen.report["period"]["from"]:
        return []
    at = pen.moment(since).shown
    return [(pen.say("Records"), pen.say("from {instant} on; before that nothing was in service", instant=at))]


def _provisional(report: Mapping[str, Any]) -> bool:
    """Whether the period is over and late results still change its figures; of older shapes that is not told."""
    return bool(report["period"]["to"] <= report["issued_at"] < report.get("freezes_at", 0))


def _edition(pen: Pen) -> list[tuple[str, str]]:
    """What an edition is about, as it stands on the cover."""
    told, say = pen.edition, pen.say
    if not told:
        return []
    about = told["name"] if told["selector"] in ("", told["name"]) else f"{told['name']} ({told['selector']})"
    names = [one["name"] for one in told["targets"]]
    listed = ", ".join(names[:_NAMED])
    if len(names) > _NAMED:
        listed = say("{names} and {count} more", names=listed, count=len(names) - _NAMED)
    facts = [(say("Edition"), about), (say("Targets"), f"{len(names)}: {listed}" if names else "0")]
    if told["services"]:
        facts.append((say("Services"), ", ".join(told["services"])))
    return facts


def _version(pen: Pen, version: Any) -> str:
    return pen.say("version {version}", version=version)


def _revision(pen: Pen) -> str:
    revision = pen.report["revision"]
    previous = revision["previous"]
    if not previous or not previous["number"]:
        return str(revision["number"])
    replaced = pen.say(
        "in the place of revision {number} of {instant}",
        number=previous["number"],
        instant=pen.moment(previous["issued_at"]).shown,
    )
    return f"{revision['number']}, {replaced}"
