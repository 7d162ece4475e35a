"""The reports: what was issued, in which forms it can be fetched, what people say of it, and what verification says."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from collector.languages import LANGUAGES
from collector.printed import instant
from collector.reports import formats
from collector.reports.distribution import Stage
from collector.reports.mailing import stage_of
from collector.reports.sayings import LETTERS, SIGNED, VERIFIED, besides
from collector.reports.words import MEASURES
from collector.store.reports import Issued
from collector.texts import Translator
from collector.web.views.words import marked

_KINDS = {
    "month": marked("Month"),
    "quarter": marked("Quarter"),
    "year": marked("Year"),
    "special": marked("Special report"),
}
_NATIVE = {"en": "English", "zh-CN": "简体中文", "zh-TW": "繁體中文"}


@dataclass(frozen=True, slots=True)
class Files:
    """The forms of a report in one language: ``links`` of (format, address). ``name`` is empty where it has none."""

    language: str
    name: str
    links: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Row:
    """One issued report. ``edition`` is what it is about, empty for the whole organisation; ``zone`` that of its period
    where it is another one than the page's. ``newer`` is the id of the revision that is in force instead, ``replaced``
    says which that is; both are empty where it is in force itself."""

    id: str
    kind: str
    name: str
    edition: str
    zone: str
    stage: str
    issued: str
    by: str
    seal: str
    approved: tuple[str, ...]
    files: tuple[Files, ...]
    newer: str
    replaced: str


@dataclass(frozen=True, slots=True)
class Said:
    """A comment: on which measure, what, who and when."""

    measure: str
    text: str
    who: str


@dataclass(frozen=True, slots=True)
class Verified:
    """What verification says of a file."""

    holds: bool
    text: str
    signed: str
    more: tuple[str, ...]


def row(
    issued: Issued,
    newer: Issued | None,
    approvals: Sequence[Mapping[str, Any]],
    tz: str,
    words: Translator,
    *,
    outside: bool = False,
) -> Row:
    """One report, approvals in order of time. Those ``outside`` of the house are told when, not by whom."""
    about = issued.members
    return Row(
        id=issued.id,
        kind=words(_KINDS.get(issued.kind, issued.kind)),
        name=issued.name,
        edition="" if about is None else about.name,
        zone="" if issued.tz in ("", tz) else issued.tz,
        stage=_stage(issued, words),
        issued=instant(issued.issued_at, tz, seconds=False),
        by="" if outside else issued.issued_by,
        seal=issued.sha256,
        approved=tuple(_approved(one, tz, outside=outside) for one in approvals),
        files=tuple(_files(issued.id)),
        newer="" if newer is None else newer.id,
        replaced="" if newer is None else words("Replaced by revision {number}", number=newer.revision),
    )


def comments(found: Sequence[Mapping[str, Any]], tz: str, words: Translator) -> list[Said]:
    """Comments in order of time."""
    return [
        Said(measure(one["measure"], words), one["text"], f"{one['by']}, {instant(one['at'], tz, seconds=False)}")
        for one in found
    ]


def measure(key: str, words: Translator) -> str:
    """What a measure is called; without one the report as a whole."""
    return words("The report as a whole") if not key else words(MEASURES.get(key, key))


def letter(state: str, answer: str, words: Translator) -> str:
    """How far the letter of a report has come."""
    said = words("The letter of this report is {state}.", state=words(LETTERS[state]))
    return f"{said} {answer}".rstrip()


def verified(found: Mapping[str, Any], tz: str, words: Translator) -> Verified:
    """What verification said."""
    verdict, state, key = found["verdict"], found["signature"]["state"], found["signature"]["key"]
    return Verified(
        holds=verdict == "holds",
        text=words(VERIFIED[verdict]),
        signed=words(SIGNED[state], key=key),
        more=(*map(words, found["reasons"]), *besides(found, tz, words)),
    )


def _approved(one: Mapping[str, Any], tz: str, *, outside: bool) -> str:
    at = instant(one["at"], tz, seconds=False)
    return at if outside else f"{one['by']}, {at}"


def _stage(issued: Issued, words: Translator) -> str:
    match stage_of(issued):
        case Stage.DRAFT:
            return words("Draft")
        case Stage.FINAL:
            return words("Frozen")
    return words("Revision {number}", number=issued.revision)


def _files(key: str) -> list[Files]:
    known = {name: formats.find(name) for name in formats.names()}
    each = [
        Files(
            language,
            _NATIVE[language],
            tuple(
                (shape.EXTENSION, f"/api/v1/reports/{key}.{name}?lang={language}")
                for name, shape in known.items()
                if shape.LANGUAGES
            ),
        )
        for language in LANGUAGES
    ]
    plain = tuple(
        (shape.EXTENSION, f"/api/v1/reports/{key}.{name}") for name, shape in known.items() if not shape.LANGUAGES
    )
    return [*each, Files("", "", plain)]
