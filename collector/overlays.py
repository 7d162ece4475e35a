"""Overlays: maintenance, mutes and corrections, as people lay them over what was measured, with their approvals."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from collector.access import Principal, require_approver
from collector.agreed import Agreed, Judged
from collector.ids import new_id
from collector.journal import Change, Journal
from collector.specs import CorrectionSpec, Instant, MaintenanceSpec, MuteSpec
from collector.store import checks, objects, targets, windows
from collector.store.agreements import agreement_named, find_service, service_named
from collector.store.windows import Correction, Maintenance, Mute
from rules.duration import parse_duration
from rules.errors import Conflicting, Invalid, Missing
from rules.parameters import Parameters
from rules.period import parse_instant, zone
from rules.recurrence import Every
from rules.selector import Selector
from rules.settings import suggest
from rules.state import State as Class

T = TypeVar("T")

MEASURED = "measured"
"""The class that takes earlier corrections back."""

_CLASSES = frozenset(
    {Class.UP.value, Class.DEGRADED.value, Class.DOWN.value, Class.MAINTENANCE.value, Class.EXCLUDED.value, MEASURED}
)
_LONGEST_SERIES = 3 * 366 * 86_400_000
"""A series must be looked at again one day, by somebody who knows whether it still holds."""
_NEEDS_EVIDENCE = frozenset({Class.UP.value, Class.DOWN.value})


class Responsible(StrEnum):
    """Who corrected time belongs to."""

    OWN = "own"
    CUSTOMER = "customer"
    CARRIER = "carrier"
    SUPPLIER = "supplier"
    POWER = "power"
    FORCE_MAJEURE = "force_majeure"


@dataclass(frozen=True, slots=True)
class Announced:
    """A window as it was taken. ``moved`` is the stretch (ms UTC) before the approval that it does not cover, if any.

    That stretch counts as measured, unless a correction is proposed and approved for it.
    """

    maintenance: Maintenance
    moved: tuple[int, int] | None = None


class Overlays:
    """Announces maintenance, keeps silence, proposes and approves corrections."""

    def __init__(self, journal: Journal, tz: str, one_person: bool) -> None:
        self._journal = journal
        self._tz = tz
        self._one_person = one_person

    def announce(self, spec: MaintenanceSpec, author: Principal) -> Announced:
        """Propose a window. Given as a duration from now it is approved at once, by whoever announces it.

        It then starts just after its approval, because only what was approved before it started is maintenance. Where
        an agreement of one of the targets demands a second person, it waits for one.
        """
        journal = self._journal
        with journal.turn():
            now = journal.clock.now()
            with journal.state.read() as tx:
                covered, start, end, until = self._window(tx, spec, now)
                number = objects.next_number(tx, "maintenance")
                second = any(_second(tx, one, now) for one in covered)
            at_once = spec.start is None and not second
            begin = max(start, now + 1) if at_once else start
            if end <= begin:
                raise Invalid("A maintenance must end after it starts, and after now.")
            data = {
                "number": number,
                "targets": [one.id for one in covered],
                "start": begin,
                "end": end,
                "reason": spec.reason,
                "with_dependents": spec.with_dependents,
                "every": spec.every,
                "tz": (spec.tz or self._tz) if spec.every else "",
                "until": until,
                "proposed_by": author.id,
                "proposed_at": now,
                "approved_by": author.id if at_once else "",
                "approved_at": now if at_once else None,
            }
            change = Change("maintenance", new_id("m"), "add", data)
            journal.write([change], author)
            with journal.state.read() as tx:
                return Announced(windows.get_maintenance(tx, change.id))

    def approve_maintenance(self, number: int, author: Principal) -> Announced:
        """Approve a window. If it has begun already it is moved to just after now, and the earlier part is told.

        Of a series all windows to come are approved; one that runs is not, and is told.
        """
        journal = self._journal
        with journal.turn():
            with journal.state.read() as tx:
                window = _found(windows.maintenance_numbered(tx, number), f"maintenance {number}")
                about = [_judged(tx, key).labels for key in window.targets]
            require_approver(author, window.proposed_by, self._one_person, about)
            if window.retired is not None:
                raise Conflicting(f"Maintenance {number} was cancelled.")
            if window.approved_at is not None:
                return Announced(window)
            now = journal.clock.now()
            last = window.windows[-1]
            if (last[0] if window.every else last[1]) <= now + 1:
                raise Conflicting(f"Maintenance {number} is over. Propose a correction for that time instead.")
            if window.every:
                return self._approve_series(window, now, author)
            start = max(window.start, now + 1)
            data = {"approved_by": author.id, "approved_at": now, "start": start}
            journal.write([Change("maintenance", window.id, "approve", data)], author)
            with journal.state.read() as tx:
                taken = windows.get_maintenance(tx, window.id)
            return Announced(taken, (window.start, start) if start > window.start else None)

    def _approve_series(self, window: Maintenance, now: int, author: Principal) -> Announced:
        data = {"approved_by": author.id, "approved_at": now}
        self._journal.write([Change("maintenance", window.id, "approve", data)], author)
        running = next(((start, end) for start, end in window.windows if start <= now < end), None)
        with self._journal.state.read() as tx:
            return Announced(windows.get_maintenance(tx, window.id), running)

    def cancel_maintenance(self, number: int, author: Principal) -> Maintenance:
        """Cancel a window that has not begun, or end one that runs. Twice is the same as once."""
        journal = self._journal
        with journal.turn():
            with journal.state.read() as tx:
                window = _found(windows.maintenance_numbered(tx, number), f"maintenance {number}")
            now = journal.clock.now()
            if window.retired is None and window.over > now:
                running = window.approved_at is not None and window.start < now and not window.every
                data = {"end": now} if running else {"retired": now}
                journal.write([Change("maintenance", window.id, "end" if running else "cancel", data)], author)
            with journal.state.read() as tx:
                return windows.get_maintenance(tx, window.id)

    def mute(self, spec: MuteSpec, author: Principal) -> Mute:
        """Keep tickets and notices back. It always ends; it never changes a figure."""
        journal = self._journal
        with journal.turn():
            now = journal.clock.now()
            mistakes: list[str] = []
            until = self._end(spec.until, spec.duration, now, "until", mistakes)
            if not spec.reason.strip():
                mistakes.append("reason: say why, the report will show it")
            if until <= now and not mistakes:
                mistakes.append("until: must lie in the future")
            with journal.state.read() as tx:
                what = _muted(tx, spec.what, mistakes)
                number = objects.next_number(tx, "mute")
            _refuse(mistakes, "This mute cannot be made.")
            data = {
                "number": number,
                "what": what,
                "start": now,
                "until": until,
                "reason": spec.reason,
                "by": author.id,
            }
            change = Change("mute", new_id("q"), "add", data)
            journal.write([change], author)
            with journal.state.read() as tx:
                return windows.get_mute(tx, change.id)

    def end_mute(self, number: int, author: Principal) -> Mute:
        """End a mute now. One that has ended stays as it is."""
        journal = self._journal
        with journal.turn():
            with journal.state.read() as tx:
                mute = _found(windows.mute_numbered(tx, number), f"mute {number}")
            now = journal.clock.now()
            if mute.until > now:
                journal.write([Change("mute", mute.id, "end", {"until": now})], author)
            with journal.state.read() as tx:
                return windows.get_mute(tx, mute.id)

    def propose(self, spec: CorrectionSpec, author: Principal) -> Correction:
        """Propose a change of class for measured time. It does nothing until another person approves it."""
        journal = self._journal
        with journal.turn():
            now = journal.clock.now()
            mistakes: list[str] = []
            start = self._instant(spec.start, "start", mistakes)
            end = self._instant(spec.end, "end", mistakes)
            if start is not None and end is not None and not start < end <= now:
                mistakes.append("end: must lie after start and not in the future")
            if spec.to_class not in _CLASSES:
                words = sorted(_CLASSES)
                mistakes.append(f"to_class: expected one of {', '.join(words)}{suggest(spec.to_class, words)}")
            if spec.responsible not in frozenset(Responsible):
                mistakes.append(f"responsible: expected one of {', '.join(Responsible)}")
            if not spec.reason.strip():
                mistakes.append("reason: say why, the report will show it")
            if spec.to_class in _NEEDS_EVIDENCE and not spec.evidence.strip():
                mistakes.append(f"evidence: a correction to {spec.to_class} needs a ticket or record as its proof")
            with journal.state.read() as tx:
                target = _judged(tx, spec.target)
                number = objects.next_number(tx, "correction")
            _refuse(mistakes, "This correction cannot be proposed.")
            data = {
                "number": number,
                "target": target.id,
                "start": start,
                "end": end,
                "to_class": spec.to_class,
                "reason": spec.reason,
                "responsible": spec.responsible,
                "evidence": spec.evidence,
                "proposed_by": author.id,
                "proposed_at": now,
            }
            change = Change("correction", new_id("x"), "propose", data)
            journal.write([change], author)
            with journal.state.read() as tx:
                return windows.get_correction(tx, change.id)

    def approve_correction(self, number: int, author: Principal) -> Correction:
        """Put a correction in force. Twice is the same as once."""
        journal = self._journal
        with journal.turn():
            with journal.state.read() as tx:
                correction = _found(windows.correction_numbered(tx, number), f"correction {number}")
                about = [_judged(tx, correction.target).labels]
            require_approver(author, correction.proposed_by, self._one_person, about)
            if correction.retired is not None:
                raise Conflicting(f"Correction {number} was withdrawn.")
            if correction.approved_at is None:
                data = {"approved_by": author.id, "approved_at": journal.clock.now()}
                journal.write([Change("correction", correction.id, "approve", data)], author)
            with journal.state.read() as tx:
                return windows.get_correction(tx, correction.id)

    def withdraw_correction(self, number: int, author: Principal) -> Correction:
        """Take a proposal back. Raises Conflicting for an approved one: that takes a correction to ``measured``."""
        journal = self._journal
        with journal.turn():
            with journal.state.read() as tx:
                correction = _found(windows.correction_numbered(tx, number), f"correction {number}")
            if correction.approved_at is not None:
                raise Conflicting(
                    f"Correction {number} is in force. Propose another one to the class {MEASURED} for the same time."
                )
            if correction.retired is None:
                change = Change("correction", correction.id, "withdraw", {"retired": journal.clock.now()})
                journal.write([change], author)
            with journal.state.read() as tx:
                return windows.get_correction(tx, correction.id)

    def _window(
        self, tx: sqlite3.Connection, spec: MaintenanceSpec, now: int
    ) -> tuple[Sequence[Judged], int, int, int | None]:
        """What it covers, its first window, and the end of the series, if it is one."""
        mistakes: list[str] = []
        covered: list[Judged] = []
        for number, name in enumerate(spec.targets):
            try:
                covered.append(_judged(tx, name))
            except Missing as missing:
                mistakes.append(f"targets[{number}]: {missing.message}")
        if not spec.targets:
            mistakes.append("targets: name at least one")
        if not spec.reason.strip():
            mistakes.append("reason: say why, the report will show it")
        start = now if spec.start is None else self._instant(spec.start, "start", mistakes)
        end = self._end(spec.end, spec.duration, now if start is None else start, "end", mistakes)
        if start is not None and end <= start and not mistakes:
            mistakes.append("end: must lie after start")
        if start is not None and end <= now and not mistakes:
            mistakes.append("end: lies in the past; propose a correction for that time instead")
        begin = now if start is None else start
        until = self._until(spec, begin, end, mistakes)
        _refuse(mistakes, "This maintenance cannot be announced.")
        return covered, begin, end, until

    def _until(self, spec: MaintenanceSpec, start: int, end: int, mistakes: list[str]) -> int | None:
        """The end of a series; None for a single window. Notes what is wrong with the series."""
        if not spec.every:
            if spec.until is not None or spec.tz:
                mistakes.append("until, tz: belong to a window that comes again; say how often with every")
            return None
        if spec.every not in frozenset(Every):
            mistakes.append(f"every: expected one of {', '.join(Every)}{suggest(spec.every, list(Every))}")
            return None
        try:
            zone(spec.tz or self._tz)
        except Invalid as wrong:
            mistakes.append(f"tz: {wrong.message}")
        if end - start > Every(spec.every).least:
            mistakes.append(f"end: a window that comes again each {spec.every} must be shorter than that")
        until = None if spec.until is None else self._instant(spec.until, "until", mistakes)
        if spec.until is None or (until is not None and not start < until <= start + _LONGEST_SERIES):
            mistakes.append("until: say when the series ends, at most three years after its start")
        return until

    def _end(self, given: Instant | None, duration: str, start: int, where: str, mistakes: list[str]) -> int:
        if (given is None) == (not duration):
            mistakes.append(f"{where}: give either {where} or duration")
            return start
        if given is not None:
            return self._instant(given, where, mistakes) or start
        try:
            return start + parse_duration(duration)
        except Invalid as wrong:
            mistakes.append(f"duration: {wrong.message}")
            return start

    def _instant(self, given: Instant, where: str, mistakes: list[str]) -> int | None:
        if isinstance(given, int):
            return given
        try:
            return parse_instant(given, self._tz)
        except Invalid as wrong:
            mistakes.append(f"{where}: {wrong.message}")
            return None


def _muted(tx: sqlite3.Connection, text: str, mistakes: list[str]) -> str:
    """The id of the target or check that is meant, or the selector as it stands."""
    if (check := checks.find(tx, text)) is not None:
        return check.id
    if "=" in text or text == "*":
        try:
            Selector.parse(text)
        except Invalid as wrong:
            mistakes.append(f"what: {wrong.message}")
        return text
    try:
        return targets.resolve(tx, text).id
    except Missing as missing:
        mistakes.append(f"what: {missing.message}")
        return ""


def _judged(tx: sqlite3.Connection, name: str) -> Judged:
    """The target or service of that id or name. Raises Missing."""
    return find_service(tx, name) or service_named(tx, name) or targets.resolve(tx, name)


def _second(tx: sqlite3.Connection, one: Judged, at: int) -> bool:
    """Whether the agreement in force demands a second person for every approval."""
    agreement = agreement_named(tx, Agreed(tx, Parameters(), "").of(one, at).promise.agreement)
    return agreement is not None and agreement.second_person


def _found(thing: T | None, words: str) -> T:
    if thing is None:
        raise Missing(f"There is no {words}.")
    return thing


def _refuse(mistakes: Sequence[str], message: str) -> None:
    if mistakes:
        raise Invalid(message, tuple(mistakes))
