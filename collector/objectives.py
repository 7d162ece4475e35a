"""Objectives: what was promised, agreement by agreement, and how the month stands: attained, used up, burning, ahead.

Every agreement in force has the targets and services that are judged by it; the house stands for everything there is.
All of it is a function of the store, the tracks, the settings and two instants: the one asked about and the present.
"""

import sqlite3
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from collector import calendars
from collector.agreed import Agreed, Judged
from collector.requests import request
from collector.settings import Settings
from collector.settled import Settled
from collector.store import agreements, incidents, targets
from collector.store.agreements import Agreement, Service
from collector.store.state import State as Store
from collector.store.targets import Target
from collector.subjects import Ground
from rules.attained import RECENT, answered
from rules.burn import Burn, Rule
from rules.calendar import ServiceHours
from rules.errors import Invalid, Missing
from rules.intervals import clip, intersect, subtract, total, union
from rules.parameters import Parameters
from rules.period import Period, local, month
from rules.promise import HOUSE
from rules.request import Request, next_deadline
from rules.tiling import clip as clip_tiles
from rules.together import OBJECT, Member, Together, comes_and_goes, member


@dataclass(frozen=True, slots=True)
class Contract:
    """An agreement in force, or the house; the terms by which its objects are judged together."""

    name: str
    version: int | None
    customer: str
    selector: str
    calendar: str
    tz: str
    valid_from: int | None
    valid_to: int | None
    parameters: Parameters

    @property
    def house(self) -> bool:
        """Whether it stands for everything there is."""
        return self.name == HOUSE


@dataclass(frozen=True, slots=True)
class Burning:
    """A burn rule that fires, or cannot tell: of what, by whose terms.

    ``scope`` is agreement, a label's name, priority, service or object, ``name`` which one of them.
    """

    agreement: str
    scope: str
    name: str
    burn: Burn


class Objectives:
    """Reads only; usable from any thread."""

    def __init__(self, state: Store, settled: Settled, settings: Settings) -> None:
        self._state = state
        self._settled = settled
        self._settings = settings

    def document(
        self, at: int, now: int, wanted: Collection[str] | None = None, agreement: str | None = None
    ) -> dict[str, Any]:
        """How every agreement in force at an instant (ms UTC) stands in its month as of then, the house first.

        ``now`` is the present. ``wanted`` are the ids of the targets and services that may be told of, None for all;
        agreements without any of these are left out. ``agreement`` names the only one asked for. Raises Missing when
        it is not in force, Invalid for an instant that lies ahead.
        """
        items = []
        seen = None if wanted is None else frozenset(wanted)
        for contract, time in self._months(at, now, seen, agreement):
            if wanted is None or agreement is not None or time.passed:
                items.append(self._item(contract, time, seen))
        return {"at": at, "items": items}

    def burning(
        self, at: int, now: int, firing: Mapping[tuple[str, str, str], Collection[Rule]] | None = None
    ) -> list[Burning]:
        """Every burn rule that fires at an instant (ms UTC), and every one that is blind; for whoever raises alarms.

        ``firing`` are those that fired when it was last asked, by (agreement, scope, name): they go on until their
        short window clears. A service and a group of five devices or more is watched whole, a single device where it
        comes and goes: twice in the window or more. Each is told by its own agreement, and all together by the house.
        """
        before = firing or {}
        found = []
        for contract, time in self._months(at, now, None, None):
            for scope, name, pool in time.watched(contract.name):
                if not pool.budgeted:
                    continue
                known = before.get((contract.name, scope, name), ())
                for burn in pool.burns(time.period, at, known):
                    lasting = scope == OBJECT and not (burn.firing and comes_and_goes(pool, burn, at))
                    if (burn.firing or burn.blind) and not lasting:
                        found.append(Burning(contract.name, scope, name, burn))
        return found

    def _months(
        self, at: int, now: int, wanted: Collection[str] | None, agreement: str | None
    ) -> Iterator[tuple[Contract, Together]]:
        """Every contract asked for, with its month and those of the objects that it judges."""
        if at > now:
            raise Invalid("That lies ahead: what will be has no figures.")
        with self._state.read() as tx:
            chosen = self._contracts(tx, at, agreement)
        known: dict[str, Together] = {}
        for contract in chosen:
            if contract.tz not in known:
                known[contract.tz] = self._month(contract.tz, at, now, wanted)
            time = replace(known[contract.tz], parameters=contract.parameters)
            yield contract, time if contract.house else time.only(partial(_judged_by, contract.name))

    def _contracts(self, tx: sqlite3.Connection, at: int, only: str | None) -> list[Contract]:
        house, tz = self._settings.calculation, self._settings.tz
        found = {HOUSE: Contract(HOUSE, None, "", "", "", tz, None, None, house)}
        for one in Agreed(tx, house, tz).in_force(at - 1):
            found[one.name] = self._contract(one)
        if only is None:
            return list(found.values())
        if only not in found:
            raise Missing(f"There is no agreement {only!r} in force at that time.")
        return [found[only]]

    def _contract(self, one: Agreement) -> Contract:
        parameters = self._settings.calculation.with_settings(one.parameters, one.name)
        return Contract(
            one.name,
            one.version,
            one.customer,
            one.selector,
            one.calendar,
            one.tz,
            one.valid_from,
            one.valid_to,
            parameters,
        )

    def _month(self, tz: str, at: int, now: int, wanted: Collection[str] | None) -> Together:
        period = month(f"{local(at - 1, tz):%Y-%m}", tz)
        passed = self._settled.entries(Period(period.start, at, tz), now, wanted)
        recently = Period(at - RECENT, at, tz)
        seen = passed if recently.start >= period.start else self._settled.entries(recently, now, wanted)
        with self._state.read() as tx:
            ahead = list(self._ahead(tx, at, period.end, wanted))
        return Together(
            period,
            at,
            [(member(entry), entry) for entry in passed],
            [(member(entry), list(clip_tiles(entry.partition, recently.start, at))) for entry in seen],
            ahead,
            self._settings.calculation,
        )

    def _ahead(
        self, tx: sqlite3.Connection, at: int, end: int, wanted: Collection[str] | None
    ) -> Iterator[tuple[Member, int]]:
        """The agreed service time of each object in [at, end): its hours, without maintenance that is approved."""
        if at >= end:
            return
        ground, agreed = Ground(tx), Agreed(tx, self._settings.calculation, self._settings.tz)
        everything: list[Judged] = [*targets.ever(tx), *agreements.ever_services(tx)]
        for judged in everything:
            if wanted is not None and judged.id not in wanted:
                continue
            terms = agreed.of(judged, at - 1)
            if isinstance(judged, Service):
                owed, priority = ground.service(judged, terms.calendar), ""
                stretches, windows, calendar = owed.in_service, owed.windows, owed.calendar
            else:
                subject, priority = ground.subject(judged, (), terms.calendar), judged.priority
                stretches, windows, calendar = subject.in_service, subject.windows, subject.calendar
            served = union((at if a is None else a, end if b is None else b) for a, b in stretches)
            hours = intersect(ServiceHours(calendar).hours(at, end), clip(served, at, end))
            length = total(subtract(hours, union((one.start, one.end) for one in windows if one.approved)))
            if length:
                service = isinstance(judged, Service)
                yield Member(judged.name, service, terms.promise.agreement, judged.labels, priority), length

    def _item(self, contract: Contract, time: Together, wanted: Collection[str] | None) -> dict[str, Any]:
        period, at = time.period, time.at
        with self._state.read() as tx:
            hours = calendars.in_force(tx, contract.calendar)
            asked = list(self._requests(tx, contract, period.start, at, wanted))
            running = list(self._running(tx, contract, at, wanted))
        return {
            "agreement": {"name": contract.name, "version": contract.version},
            "customer": contract.customer,
            "selector": contract.selector,
            "calendar": contract.calendar,
            "uncovered_years": list(hours.uncovered(period.start, period.end)) if hours else [],
            "period": {"from": period.start, "to": period.end, "tz": period.tz},
            **time.standing(),
            "requests": answered(asked, contract.parameters, at),
            "deadlines": running,
        }

    def _requests(
        self, tx: sqlite3.Connection, contract: Contract, start: int, end: int, wanted: Collection[str] | None
    ) -> Iterator[Request]:
        """The incidents opened in [start, end) that are judged by the contract, as requests."""
        agreed = Agreed(tx, self._settings.calculation, self._settings.tz)
        for incident in incidents.opened_in(tx, start, end):
            found = self._request(tx, agreed, contract, incident, end, wanted)
            if found is not None:
                yield found

    def _request(
        self,
        tx: sqlite3.Connection,
        agreed: Agreed,
        contract: Contract,
        incident: incidents.Incident,
        at: int,
        wanted: Collection[str] | None,
    ) -> Request | None:
        """An incident as a request; None where the contract does not judge it, or it may not be told of."""
        target: Target | None = targets.find(tx, incident.target) if incident.target else None
        if target is None:
            # what is nobody's in particular (a silent agent) is the house's own
            usable = contract.house and wanted is None
            return request(tx, incident, calendars.in_force(tx, contract.calendar), at) if usable else None
        if wanted is not None and target.id not in wanted:
            return None
        terms = agreed.of(target, at - 1)
        if not contract.house and terms.promise.agreement != contract.name:
            return None
        return request(tx, incident, calendars.in_force(tx, target.calendar or terms.calendar), at)

    def _running(
        self, tx: sqlite3.Connection, contract: Contract, at: int, wanted: Collection[str] | None
    ) -> Iterator[dict[str, Any]]:
        """The next deadline of every incident that is dealt with, the earliest first."""
        agreed = Agreed(tx, self._settings.calculation, self._settings.tz)
        found = []
        for incident in incidents.living(tx):
            asked = self._request(tx, agreed, contract, incident, at, wanted)
            following = None if asked is None else next_deadline(asked, contract.parameters, at)
            if asked is None or following is None or following.due is None:
                continue
            used = following.used(at)
            found.append(
                {
                    "incident": incident.name,
                    "summary": incident.summary,
                    "rule": following.rule,
                    "due": following.due,
                    "used": used / following.allowance.length if following.allowance.length else None,
                    "late": at > following.due,
                    "warnings": [{"share": float(share), "at": when} for share, when in following.warnings],
                }
            )
        yield from sorted(found, key=lambda one: (one["due"], one["incident"]))


def _judged_by(agreement: str, one: Member) -> bool:
    return one.agreement == agreement
