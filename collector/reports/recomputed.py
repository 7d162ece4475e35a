"""A report computed again from the log, under what held when it was issued, and compared with what it says."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from collector.refold import Refolded, refolded
from collector.reports import edition, report, seal
from collector.reports.difference import differences
from collector.reports.digits import agree, rounded
from collector.reports.kinds import kind_of, periods
from collector.reports.making import Wanted, make
from collector.reports.reasons import reasons
from collector.settings import Settings
from collector.store import reports
from collector.store.log import Log
from collector.store.reports import Issued
from collector.store.state import State
from rules.availability import METHOD_VERSION
from rules.errors import NinewardError
from rules.period import Period


@dataclass(frozen=True, slots=True)
class Recomputed:
    """What the log gives of one ``issued`` report.

    Which reports were issued before it is asked of the log too: the state in use could have lost some.
    """

    state: State
    log: Log
    settings: Settings
    issued: Issued

    def compared(self, data: dict[str, Any], *, alike: bool) -> tuple[list[str], list[str]]:
        """What the log says against the report's data, and what is to be known besides.

        Other libraries (not ``alike``) need not agree in the last places.
        """
        if older := _older(self.issued):
            return self._older(data, older)
        (fresh, wrong), data = self._fresh(data, revised=True), rounded(data)
        if wrong:
            return wrong, []
        if seal.canonical(fresh) == seal.canonical(data) or (not alike and agree(fresh, data)):
            return [], []
        parts = [key for key in sorted(fresh.keys() | data.keys()) if fresh.get(key) != data.get(key)]
        return [f"The log gives other data than the report says, in: {', '.join(parts)}."], []

    def _older(self, data: dict[str, Any], older: str) -> tuple[list[str], list[str]]:
        """The same of a report that another release made in another way: its figures, as far as both have them.

        It is what it was issued as, and what differs is how figures are made now.
        """
        notes = [f"The seal, the place in the log and the chain up to it hold. {older}"]
        try:
            fresh, wrong = self._fresh(data, revised=False)
        except NinewardError as trouble:
            return [], [*notes, f"Its figures cannot be computed again: {trouble.message}"]
        told = list(_headline(data, fresh))
        others = [row for row in differences(rounded(data), fresh, alike=False) if row["part"] != "headline"]
        notes += told or ["Its headline figures are those that the log gives now."]
        if others:
            notes.append(f"So many other figures are computed otherwise now: {len(others)}.")
        return wrong, notes

    def _fresh(self, data: dict[str, Any], *, revised: bool) -> tuple[dict[str, Any], list[str]]:
        """The data of the same report as the log gives it, with what it says of ``revised`` ones; and whether the
        report stands where it says among those of its period."""
        wanted = Wanted(self.issued.kind, self.issued.name, self.issued.tz, edition.keyed(self.issued.edition))
        now, settings = self.issued.issued_at, self._with(data["method"]["parameters"], self.issued)
        with refolded(self.log, self.issued.position, settings) as again:
            with again.state.read() as tx:
                wrong = _misplaced(self.issued, reports.frozen_of(tx, self.issued))
            fresh, period = _made(again, wanted, now, settings)
            if revised and not wrong:
                fresh["revision"] = self._revised(data["revision"], fresh, again, wanted, period)
        return fresh, wrong

    def _revised(
        self, told: dict[str, Any], fresh: dict[str, Any], again: Refolded, wanted: Wanted, period: Period
    ) -> dict[str, Any]:
        """What the log says of the report that this one revises, and of what differs."""
        # What was recorded later stands in the log behind all that it was computed from.
        with (self.state if self.issued.later else again.state).read() as tx:
            before = reports.sealed_as(tx, self.issued.previous) if self.issued.previous else None
        if before is None:
            return {**report.UNREVISED, "number": self.issued.revision, "differences": [], "reasons": []}
        settings = self._with(told["previous"]["parameters"], before)
        with refolded(self.log, before.position, settings) as then:
            old, _ = _made(then, wanted, before.issued_at, settings)
        with again.state.read() as tx:
            about = edition.during(tx, wanted.edition, period, self.issued.issued_at)
            position = self.issued.position
            why = reasons(tx, again.log, before.position, position, before.issued_at, period, about)
        return {
            "number": before.revision + 1,
            "previous": before.as_previous(told["previous"]["parameters"], before.shape),
            "differences": differences(old, fresh, alike=before.shape == report.SCHEMA),
            "reasons": why,
        }

    def _with(self, parameters: Mapping[str, Any], issued: Issued) -> Settings:
        """What was set in nineward.toml when a report was issued: its entry has the digest of the parameters."""
        then = replace(self.settings, parameters=dict(parameters), tz=issued.zone or self.settings.tz)
        return then.at(self.settings.data)


def _made(again: Refolded, wanted: Wanted, now: int, settings: Settings) -> tuple[dict[str, Any], Period]:
    """The data of a report as of ``now``, over the period that it was about by what the log held then."""
    with again.state.read() as tx:
        period, before = periods(tx, kind_of(wanted.kind), wanted.name, wanted.tz, now)
    return make(again, wanted, period, before, now, settings), period


def _misplaced(issued: Issued, before: Sequence[Issued]) -> list[str]:
    """What is wrong with the place of a frozen report behind those of its period that were issued ``before``."""
    if issued.later or not issued.revision:
        return []
    last, number = (before[-1].sha256, before[-1].revision) if before else ("", 0)
    if (issued.previous, issued.revision) == (last, number + 1):
        return []
    return [
        f"It says that it is revision {issued.revision} after the seal {issued.previous or '–'};"
        f" the log has it after revision {number} with the seal {last or '–'}."
    ]


def _older(issued: Issued) -> str:
    """By what other shape or method a report was made than reports are now; empty for the same."""
    shape = issued.shape
    if shape != report.SCHEMA:
        return f"Its figures were made by version {shape} of the report's shape; here it is version {report.SCHEMA}."
    if issued.method != str(METHOD_VERSION):
        return f"Its figures were made by version {issued.method} of the method; here it is version {METHOD_VERSION}."
    return ""


def _headline(data: Mapping[str, Any], fresh: Mapping[str, Any]) -> Iterable[str]:
    """The headline figures that both reports have and that differ, in words."""
    now = {row["measure"]: row for row in fresh["headline"]}
    for row in data["headline"]:
        other = now.get(row["measure"])
        if other is None or (agree(row["actual"], other["actual"]) and row["verdict"] == other["verdict"]):
            continue
        actual, found = rounded(row["actual"], 6), rounded(other["actual"], 6)
        yield f"{row['measure']}: it says {actual} ({row['verdict']}), the log gives {found} ({other['verdict']})."
