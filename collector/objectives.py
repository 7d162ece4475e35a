"""Objectives: what was promised, agreement by agreement, and how the month stands: attained, used up, burning, ahead.

Every agreement in force has the targets and services that are judged by it; the house stands for everything there is.
All of it is a function of the store, the tracks, the settings and two instants: the one asked about and the present.
"""

import sqlite3
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from collector import calendars
from collector.agreed import Agreed, Judged
from collector.complained import Complained, complained
from collector.requests import Asked, asked
from collector.settings import Settings
from collector.settled import Settled
from collector.store import agreements, complaints, incidents, targets
from collector.store.agreements import Agreement, Service
from collector.store.state import State as Store
from collector.subjects import Ground
from rules.attained import RECENT, answered
from rules.burn import Burn, Rule
from rules.calendar import ServiceHours
from rules.errors import Invalid, Missing
from rules.intervals import clip, intersect, subtract, total, union
from rules.parameters import Parameters
from rules.period import Period, local, month
from rules.promise import HOUSE
from rules.request import next_deadline
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
        self,
        at: int,
        now: int,
        wanted: Collection[str] | None = None,
        agreement: str | None = None,
        period: Period | None = None,
    ) -> dict[str, Any]:
        """How every agreement in force at an instant (ms UTC) stands in its month as of then, the house first.

        ``now`` is the present. With a ``period`` that the instant lies in or ends, all stand in that, instead of each
        in the month of its own zone. ``wanted`` are the ids of the targets and services that may be told of, None for
        all; agreements without any of these are left out. ``agreement`` names the only one asked for. Raises Missing
        when it is not in force, Invalid for an instant that lies ahead.
        """
        items = []
        seen = None if wanted is None else frozenset(wanted)
        for contract, known in self._known(at, now, seen, agreement, period):
            if wanted is None or known.time.passed:
                items.append(self._item(contract, known))
        if agreement is not None and not items:
            raise Missing(f"There is no agreement {agreement!r} about anything you may see.")
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
        for contract, known in self._known(at, now, None, None):
            for scope, name, pool in known.time.watched(contract.name):
                if not pool.budgeted:
                    continue
                fired = before.get((contract.name, scope, name), ())
                for burn in pool.burns(known.time.period, at, fired):
                    lasting = scope == OBJECT and not (burn.firing and comes_and_goes(pool, burn, at))
                    if (burn.firing or burn.blind) and not lasting:
                        found.append(Burning(contract.name, scope, name, burn))
        return found

    def _known(
        self, at: int, now: int, wanted: Collection[str] | None, agreement: str | None, period: Period | None = None
    ) -> Iterator[tuple[Contract, "_Known"]]:
        """Every contract asked for, with what it is judged on: in a period, or in its own month."""
        if at > now:
            raise Invalid("That lies ahead: what will be has no figures.")
        with self._state.read() as tx:
            chosen = self._contracts(tx, at, agreement)
        judged: dict[Period, _Known] = {}
        for contract in chosen:
            in_it = period or month(f"{local(at - 1, contract.tz):%Y-%m}", contract.tz)
            if in_it not in judged:
                judged[in_it] = self._judged(in_it, at, now, wanted)
            yield contract, judged[in_it].of(contract)

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

    def _judged(self, period: Period, at: int, now: int, wanted: Collection[str] | None) -> "_Known":
        """What all contracts are judged on in a period, as far as it has passed ``at`` an instant."""
        passed = self._settled.entries(Period(period.start, at, period.tz), now, wanted)
        recently = Period(at - RECENT, at, period.tz)
        seen = passed if recently.start >= period.start else self._settled.entries(recently, now, wanted)
        with self._state.read() as tx:
            ahead = list(self.ahead(tx, at, period.end, wanted))
            agreed = Agreed(tx, self._settings.calculation, self._settings.tz)
            opened = asked(tx, agreed, incidents.opened_in(tx, period.start, at), at, wanted)
            living = asked(tx, agreed, incidents.living(tx), at, wanted)
            said = complained(tx, agreed, complaints.received(tx, period.start, at), at, wanted)
        time = Together(
            period,
            at,
            [(member(entry), entry) for entry in passed],
            [(member(entry), list(clip_tiles(entry.partition, recently.start, at))) for entry in seen],
            ahead,
            self._settings.calculation,
        )
        return _Known(time, opened, living, said)

    def ahead(
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

    def _item(self, contract: Contract, known: "_Known") -> dict[str, Any]:
        period, at = known.time.period, known.time.at
        with self._state.read() as tx:
            hours = calendars.in_force(tx, contract.calendar)
        return {
            "agreement": {"name": contract.name, "version": contract.version},
            "customer": contract.customer,
            "selector": contract.selector,
            "calendar": contract.calendar,
            "uncovered_years": list(hours.uncovered(period.start, period.end)) if hours else [],
            "period": {"from": period.start, "to": period.end, "tz": period.tz},
            **known.time.standing(),
            "requests": answered(
                (one.request for one in known.opened),
                contract.parameters,
                at,
                [one.request for one in known.complaints],
            ),
            "deadlines": _running(known.living, contract.parameters, at),
        }


@dataclass(frozen=True, slots=True)
class _Known:
    """What one contract is judged on: the month, the incidents opened in it, those that are dealt with, complaints."""

    time: Together
    opened: Sequence[Asked]
    living: Sequence[Asked]
    complaints: Sequence[Complained]

    def of(self, contract: Contract) -> "_Known":
        """The part that the contract judges, by its terms."""
        time = replace(self.time, parameters=contract.parameters)
        if contract.house:
            return replace(self, time=time)
        return _Known(
            time.only(lambda one: one.agreement == contract.name),
            [one for one in self.opened if one.agreement == contract.name],
            [one for one in self.living if one.agreement == contract.name],
            [one for one in self.complaints if one.agreement == contract.name],
        )


def _running(living: Iterable[Asked], parameters: Parameters, at: int) -> list[dict[str, Any]]:
    """The next deadline of every incident that is dealt with, the earliest first."""
    found = []
    for one in living:
        following = next_deadline(one.request, parameters, at)
        if following is None or following.due is None:
            continue
        allowed = following.allowance.length
        found.append(
            {
                "incident": one.incident.name,
                "summary": one.incident.summary,
                "rule": following.rule,
                "due": following.due,
                "used": following.used(at) / allowed if allowed else None,
                "late": at > following.due,
                "warnings": [{"share": float(share), "at": when} for share, when in following.warnings],
            }
        )
    return sorted(found, key=lambda entry: (entry["due"], entry["incident"]))
