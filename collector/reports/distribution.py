"""``[[reports.editions]]`` of nineward.toml: which editions the calendar issues at the freeze, and for whom."""

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from collector.languages import LANGUAGES
from collector.remote.smtp import address
from collector.reports import formats
from collector.reports.edition import Edition, canonical, known_values, selection
from collector.reports.kinds import CALENDAR, Kind
from collector.store import agreements, targets
from rules import settings as table
from rules.errors import Invalid, NinewardError

EDITIONS = "editions"
"""The key below ``[reports]``."""


class Stage(StrEnum):
    """What an issued report is to its readers."""

    DRAFT = "draft"
    FINAL = "final"
    REVISION = "revision"


@dataclass(frozen=True, slots=True)
class EditionTerms:
    """One edition: about one service or what a selector names."""

    service: str = ""
    """The service it is about, by name; with its parts."""
    select: str = ""
    """Or a selector such as "customer=acme" that names what it is about."""
    kinds: tuple[Kind, ...] = (Kind.MONTH,)
    """Of which periods: month, quarter, year."""
    recipients: tuple[str, ...] = ()
    """Who gets it by mail, apart from everybody else; nobody where it is empty."""
    formats: tuple[str, ...] = ()
    """The files attached; by default those of [reports]."""
    languages: tuple[str, ...] = ()
    """In which languages; by default those of [reports]."""
    on: tuple[Stage, ...] = (Stage.FINAL, Stage.REVISION)
    """Which issues are sent: final, revision. An edition leaves the house when it is frozen, not before."""

    def __post_init__(self) -> None:
        if bool(self.service) == bool(self.select):
            raise Invalid('expected one of service = "NAME" and select = "customer=acme"')
        if self.select:
            try:
                canonical(self.select)
            except Invalid as wrong:
                raise Invalid(f"select: {wrong.message}") from wrong
        if unknown := [kind for kind in self.kinds if kind not in CALENDAR]:
            raise Invalid(f"kinds: {unknown[0].value!r} is none of {', '.join(CALENDAR)}")
        if wrong_one := [one for one in self.recipients if not address(one)]:
            raise Invalid(f"recipients: {wrong_one[0]!r} is not a mail address such as desk@example.com")
        for form in self.formats:
            formats.find(form)
        if unspoken := [language for language in self.languages if language not in LANGUAGES]:
            raise Invalid(f"languages: {unspoken[0]!r} is none of {', '.join(LANGUAGES)}")
        if Stage.DRAFT in self.on:
            raise Invalid("on: expected final or revision; an edition leaves the house when it is frozen")

    @property
    def spoken(self) -> str:
        """What it is about, as it was written."""
        return self.service or self.select

    def edition(self, tx: sqlite3.Connection) -> Edition:
        """What it is about. Raises Missing for a service that is not there."""
        if self.service:
            return Edition(service=agreements.resolve_service(tx, self.service).id)
        return Edition(selector=canonical(self.select))


def editions(reports: Mapping[str, Any]) -> tuple[EditionTerms, ...]:
    """The editions of a ``[reports]`` table. Raises Invalid with every mistake in them, and for one given twice."""
    given = reports.get(EDITIONS, [])
    if not isinstance(given, list | tuple):
        raise Invalid("[reports] has mistakes.", (f"{EDITIONS}: expected [[reports.editions]] tables",))
    found: list[EditionTerms] = []
    mistakes: list[str] = []
    for number, one in enumerate(given):
        where = f"reports.{EDITIONS}[{number}]"
        try:
            found.append(table.read(EditionTerms, one, where))
        except Invalid as wrong:
            mistakes += [f"{where}: {mistake}" for mistake in wrong.mistakes]
    about = [canonical(one.select) if one.select else one.service for one in found]
    twice = {one for one in about if about.count(one) > 1}
    mistakes += [f"reports.{EDITIONS}: there are two about {one}" for one in sorted(twice)]
    if any(one.recipients for one in found) and not mailed(reports):
        mistakes.append(
            f"reports.{EDITIONS}: recipients need a mail server: set host, sender and recipients in [reports]"
        )
    if mistakes:
        raise Invalid("[reports] has mistakes.", tuple(mistakes))
    return tuple(found)


def mailed(reports: Mapping[str, Any]) -> dict[str, Any]:
    """The rest of a ``[reports]`` table: the mail server and the distribution list of the whole; may be empty."""
    return {key: value for key, value in reports.items() if key != EDITIONS}


def aimless(reports: Mapping[str, Any], state: Path, now: int) -> list[str]:
    """Editions about services that are not there, and selectors that nothing meets, by what a state file knows.

    Nothing is told where there is no such file or no target yet.
    """
    if not state.exists():
        return []
    with closing(sqlite3.connect(f"{state.absolute().as_uri()}?mode=ro", uri=True)) as tx:
        tx.row_factory = sqlite3.Row
        try:
            return list(_aimless(tx, reports, now))
        except sqlite3.Error as trouble:
            return [f"reports.{EDITIONS}: {state} cannot be read: {trouble}"]


def _aimless(tx: sqlite3.Connection, reports: Mapping[str, Any], now: int) -> Iterator[str]:
    if not targets.living(tx):
        return
    for number, terms in enumerate(editions(reports)):
        where = f"reports.{EDITIONS}[{number}]"
        try:
            asked = terms.edition(tx)
        except NinewardError:
            known = [one.name for one in agreements.services(tx)]
            meant = table.suggest(terms.service, known)
            yield f"{where}.service: there is no service {terms.service!r}{meant or '.'}"
            continue
        chosen = selection(tx, asked, now)
        if not chosen.targets and not chosen.services:
            yield f"{where}.select: {terms.select} names nothing. {known_values(tx, asked)}"
