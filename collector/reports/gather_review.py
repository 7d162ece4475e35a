"""Gathering what only a quarter or a year is made of: its months one by one, earlier periods, models, effects."""

import sqlite3
from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Any, Protocol

from collector.agreed import Agreed
from collector.objectives import Objectives
from collector.refold import Progress
from collector.reports import gather_complaints
from collector.reports.chapters.trend import MONTHS
from collector.reports.evidence import Part, Past, Review
from collector.requests import asked
from collector.settings import Settings
from collector.settled import Settled
from collector.store import agreements, follow_up, incidents, targets
from collector.store.follow_up import Improvement
from collector.store.state import State
from collector.timelines import Timelines
from rules.analysis.by_label import by_label
from rules.attained import answered
from rules.parameters import DAY, HOUR
from rules.period import Period, local, midnight, months
from rules.service import Capacity, Need, read_need

MODEL = "model"
"""The label that names a device's model."""

LONGEST = 90 * DAY
"""How far before and after a measure (ms) faults are counted."""
LEAST = 7 * DAY
"""So long (ms) a measure must have been done before anything is counted."""

Wanted = Collection[str] | None
"""Ids of the targets and services that a report is about; None for all."""

Tell = Callable[[sqlite3.Connection, Period], list[dict[str, Any]]]
"""Gives the incidents that were alive in a period, as a report tells them."""


class Rooms(Protocol):
    """Where the evidence is."""

    @property
    def state(self) -> State: ...
    @property
    def timelines(self) -> Timelines: ...
    @property
    def settled(self) -> Settled: ...


def whole_months(period: Period) -> list[Period]:
    """The calendar months a period consists of, where it consists of more than one; none otherwise."""
    found = list(months(period.start, period.end, period.tz))
    whole = found and found[0].start == period.start and found[-1].end == period.end
    return found if whole and len(found) > 1 else []


def gather_review(
    rooms: Rooms, tx: sqlite3.Connection, period: Period, before: Period, now: int, settings: Settings, told: Tell,
    tell: Progress, wanted: Wanted = None,
) -> Review | None:  # fmt: skip
    """What a review of ``period`` is made of, as far as that has passed at ``now``; None for a period of one month.

    Months before the records began are left out: of them nothing is known, which is not the same as nothing happened.
    ``told`` tells incidents as the report does, ``tell`` is given how far this is.
    """
    whole = whole_months(period)
    if not whole:
        return None
    looked = _Looked(rooms, tx, settings, now, told, wanted)
    first = looked.first(period.start)
    parts = [one for one in whole if one.start < now and one.end > first]
    found = []
    for done, one in enumerate(parts):
        tell(done, len(parts))
        found.append(looked.part(one))
    return Review(
        parts=found,
        older=looked.older(period),
        before=looked.past(before),
        year_ago=looked.past(_a_year_before(period)),
        models=looked.models(period.until(now)),
        spares=list(_spares(tx, wanted)),
        effects=list(looked.effects(period)),
    )


class _Looked:
    """One look at the rooms, at one instant."""

    def __init__(
        self, rooms: Rooms, tx: sqlite3.Connection, settings: Settings, now: int, told: Tell, wanted: Wanted
    ) -> None:
        self._rooms = rooms
        self._tx = tx
        self._settings = settings
        self._now = now
        self._told = told
        self._wanted = wanted

    def part(self, one: Period) -> Part:
        passed = one.until(self._now)
        figures = self._figures(passed)
        objectives = Objectives(self._rooms.state, self._rooms.settled, self._settings)
        return Part(
            name=_name(one),
            start=one.start,
            end=passed.end,
            fleet=figures["fleet"],
            objects=[{key: entry[key] for key in _KEPT} for entry in figures["objects"]],
            rules=self._rules(passed),
            attainment=objectives.document(passed.end, self._now, self._wanted, period=one)["items"],
        )

    def older(self, period: Period) -> list[dict[str, Any]]:
        """The eleven months before those of the trend, as far as the records reach back."""
        first = self.first(period.start)
        last = local(period.end - 1, period.tz)
        number = last.year * 12 + last.month - MONTHS
        end = midnight(number // 12, number % 12 + 1, 1, period.tz)
        start = midnight((number - 11) // 12, (number - 11) % 12 + 1, 1, period.tz)
        return [
            {"name": _name(one), "from": one.start, **self._figures(one)["fleet"]}
            for one in months(start, end, period.tz)
            if one.end > first and one.start < self._now
        ]

    def past(self, period: Period) -> Past:
        if period.end <= self.first(period.end):
            return Past(period.start, period.end)
        fleet = self._figures(period)["fleet"]
        if not fleet["agreed_ms"]:
            return Past(period.start, period.end)
        return Past(period.start, period.end, fleet, self._rules(period), self._told(self._tx, period))

    def models(self, passed: Period) -> list[dict[str, Any]]:
        """None for an edition: what the house's devices are is nothing that those who are served are told."""
        if self._wanted is not None:
            return []
        found, _ = self._rooms.timelines.lives(self._wanted, passed, self._now)
        labels = {one.name: one.labels.get(MODEL, "") for one in targets.ever(self._tx)}
        return by_label(found, labels)

    def effects(self, period: Period) -> Iterator[dict[str, Any]]:
        """The measures done whose time after reaches into the period, with the faults of their targets around it."""
        until = period.until(self._now).end
        for one in follow_up.all_improvements(self._tx):
            if one.done is None or one.withdrawn is not None or not period.start - LONGEST <= one.done < until:
                continue
            incident = incidents.get(self._tx, one.incident)
            if self._wanted is not None and incident.target not in self._wanted:
                continue
            window = min(LONGEST, until - one.done)
            target = targets.find(self._tx, incident.target) if incident.target else None
            around = None if target is None or window < LEAST else self._around(target.id, one.done, window, period.tz)
            yield {
                **_measure(one, incident.name),
                "target": None if target is None else target.name,
                "window_ms": window,
                "around": around,
            }

    def _around(self, target: str, done: int, window: int, tz: str) -> list[dict[str, Any]]:
        """Failures and operating time of a target in windows of one length before and after an instant (ms UTC)."""
        rows = []
        for start in (done - window, done):
            (entry,) = self._rooms.timelines.figures([target], Period(start, start + window, tz), self._now)["objects"]
            rows.append(
                {
                    "failures": entry["episodes"],
                    "operating_h": (entry["up_ms"] + entry["degraded_ms"]) / HOUR,
                    "down_ms": entry["down_ms"],
                }
            )
        return rows

    def _figures(self, period: Period) -> dict[str, Any]:
        return self._rooms.timelines.figures(self._wanted, period, self._now)

    def _rules(self, period: Period) -> list[dict[str, Any]]:
        agreed = Agreed(self._tx, self._settings.calculation, self._settings.tz)
        opened = incidents.opened_in(self._tx, period.start, period.end)
        requests = [one.request for one in asked(self._tx, agreed, opened, period.end, self._wanted)]
        complaints = gather_complaints.requests(self._tx, self._settings, period, self._wanted)
        return answered(requests, self._settings.calculation, period.end, complaints)

    def first(self, default: int) -> int:
        return min((target.created for target in targets.ever(self._tx)), default=default)


_KEPT = ("name", "kind", "agreed_ms", "fault_rate", "fault_rate_delivered", "mtbf_h", "mttr_h", "verdicts")


def _measure(one: Improvement, incident: str) -> dict[str, Any]:
    return {
        "incident": incident,
        "number": one.number,
        "what": one.what,
        "owner": one.owner,
        "done": one.done,
        "effective": one.effective,
    }


def _spares(tx: sqlite3.Connection, wanted: Wanted) -> Iterator[dict[str, Any]]:
    """Groups of parts of which a service can do without some, by names; what it can do without none of is no group."""
    names = {target.id: target.name for target in targets.ever(tx)}
    names.update((service.id, service.name) for service in agreements.ever_services(tx))
    for service in agreements.ever_services(tx):
        if service.retired is None and (wanted is None or service.id in wanted):
            for least, parts in _groups(read_need(service.needs)):
                # An edition names no part that it is not about.
                told = [names.get(part, part) for part in parts if wanted is None or part in wanted]
                yield {"service": service.name, "least": least, "parts": told}


def _groups(need: Need | Capacity) -> Iterator[tuple[int | None, Sequence[str]]]:
    """How many of which parts are needed, at any depth; None for so much of what they carry."""
    if isinstance(need, Capacity):
        yield None, [name for name, _ in need.of]
        return
    for part in need.of:
        if not isinstance(part, str):
            yield from _groups(part)
    plain = [part for part in need.of if isinstance(part, str)]
    if need.at_least < len(need.of) and len(plain) > 1:
        yield need.at_least, plain


def _a_year_before(period: Period) -> Period:
    start, end = local(period.start, period.tz), local(period.end, period.tz)
    return Period(
        midnight(start.year - 1, start.month, 1, period.tz), midnight(end.year - 1, end.month, 1, period.tz), period.tz
    )


def _name(period: Period) -> str:
    return f"{local(period.start, period.tz):%Y-%m}"
