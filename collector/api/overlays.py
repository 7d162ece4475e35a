"""/maintenance, /mutes and /corrections: what people lay over the measured, proposed, approved, listed."""

import sqlite3
from dataclasses import dataclass
from typing import Annotated

from litestar import Controller, delete, get, post
from litestar.params import JSONBody, Parameter

from collector.access import require
from collector.api.asked import judged
from collector.api.given import House, Principal
from collector.api.paging import Cursor, Limit, Page, by_number, page
from collector.overlays import Announced
from collector.roles import Permission
from collector.specs import CorrectionSpec, MaintenanceSpec, MuteSpec
from collector.store import checks, people, targets, windows
from collector.store.agreements import ever_services, find_service, service_named
from collector.store.windows import Correction, Maintenance, Mute
from rules.errors import Missing

Past = Annotated[bool, Parameter(description="also those that are over, cancelled or withdrawn")]


@dataclass(frozen=True, slots=True)
class MaintenanceView:
    """A window with names. ``moved`` is the stretch before the approval that it does not cover, if there is one.

    ``next`` is its next or present window, for one that comes again (``every``); None when it is over. ``status`` is
    proposed, approved, running, over or cancelled.
    """

    id: str
    number: int
    targets: list[str]
    start: int
    end: int
    reason: str
    with_dependents: bool
    every: str
    tz: str
    until: int | None
    next: tuple[int, int] | None
    status: str
    proposed_by: str
    proposed_at: int
    approved_by: str
    approved_at: int | None
    moved: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class MuteView:
    """A mute with names; ``active`` while it holds tickets back."""

    id: str
    number: int
    what: str
    start: int
    until: int
    reason: str
    by: str
    active: bool


@dataclass(frozen=True, slots=True)
class CorrectionView:
    """A correction with names. ``status`` is proposed, approved or withdrawn."""

    id: str
    number: int
    target: str
    start: int
    end: int
    to_class: str
    reason: str
    responsible: str
    evidence: str
    status: str
    proposed_by: str
    proposed_at: int
    approved_by: str
    approved_at: int | None


class MaintenanceDoor(Controller):
    path = "/maintenance"
    tags = ("overlays",)

    @get(sync_to_thread=True)
    def all(
        self,
        house: House,
        principal: Principal,
        cursor: Cursor = None,
        limit: Limit = 100,
        past: Past = False,
    ) -> Page[MaintenanceView]:
        """The windows to come and running, by number."""
        require(principal, Permission.READ)
        now = house.clock.now()
        with house.state.read() as tx:
            found = windows.all_maintenance(tx) if past else [one for one in windows.maintenance(tx) if one.over > now]
            labels = {target.id: target.labels for target in targets.ever(tx)}
            labels.update((service.id, service.labels) for service in ever_services(tx))
        found = [one for one in found if all(principal.sees(labels.get(key, {})) for key in one.targets)]
        part = page(found, lambda one: by_number(one.number), cursor, limit)
        return Page([maintenance_view(house, Announced(one)) for one in part.items], part.next)

    @post(sync_to_thread=True)
    def announce(self, house: House, principal: Principal, data: JSONBody[MaintenanceSpec]) -> MaintenanceView:
        """Propose a window. Without ``start`` it begins now and is approved at once (unless an agreement forbids)."""
        require(principal, Permission.PLAN, {**principal.scope})
        for name in data.targets:
            with house.state.read() as tx:
                # In the order in which the window itself looks names up, lest it be laid over something else.
                service = find_service(tx, name) or service_named(tx, name)
                found = service or targets.named(tx, name) or targets.find(tx, name)
            if found is not None:
                require(principal, Permission.PLAN, found.labels)
        return maintenance_view(house, house.registry.overlays.announce(data, principal))

    @post("/{number:int}/approve", sync_to_thread=True, status_code=200)
    def approve(self, house: House, principal: Principal, number: int) -> MaintenanceView:
        """Approve a window, as a signed-in person other than its proposer."""
        return maintenance_view(house, house.registry.overlays.approve_maintenance(number, principal))

    @post("/{number:int}/cancel", sync_to_thread=True, status_code=200)
    def cancel(self, house: House, principal: Principal, number: int) -> MaintenanceView:
        """Cancel a window, or end it when it runs."""
        require(principal, Permission.PLAN)
        return maintenance_view(house, Announced(house.registry.overlays.cancel_maintenance(number, principal)))


class Mutes(Controller):
    path = "/mutes"
    tags = ("overlays",)

    @get(sync_to_thread=True)
    def all(
        self,
        house: House,
        principal: Principal,
        cursor: Cursor = None,
        limit: Limit = 100,
        past: Past = False,
    ) -> Page[MuteView]:
        """The mutes that hold, by number. Somebody with a scope is told of those about a target or check in it."""
        require(principal, Permission.READ)
        now = house.clock.now()
        with house.state.read() as tx:
            found = windows.all_mutes(tx) if past else [mute for mute in windows.mutes(tx) if mute.until > now]
            found = [mute for mute in found if not principal.scope or _about_seen(tx, principal, mute.what)]
        part = page(found, lambda mute: by_number(mute.number), cursor, limit)
        return Page([_mute(house, mute) for mute in part.items], part.next)

    @post(sync_to_thread=True)
    def add(self, house: House, principal: Principal, data: JSONBody[MuteSpec]) -> MuteView:
        """Hold tickets and notices back about a target, a check or a selector. Figures stay as they are."""
        require(principal, Permission.MUTE)
        return _mute(house, house.registry.overlays.mute(data, principal))

    @delete("/{number:int}", sync_to_thread=True, status_code=200)
    def end(self, house: House, principal: Principal, number: int) -> MuteView:
        """End a mute now."""
        require(principal, Permission.MUTE)
        return _mute(house, house.registry.overlays.end_mute(number, principal))


class Corrections(Controller):
    path = "/corrections"
    tags = ("overlays",)

    @get(sync_to_thread=True)
    def all(
        self,
        house: House,
        principal: Principal,
        target: str | None = None,
        cursor: Cursor = None,
        limit: Limit = 100,
    ) -> Page[CorrectionView]:
        """The corrections proposed and in force, by number."""
        require(principal, Permission.READ)
        only = judged(house, principal, target).id if target else None
        with house.state.read() as tx:
            found = windows.corrections(tx)
            labels = {one.id: one.labels for one in targets.ever(tx)}
            labels.update((service.id, service.labels) for service in ever_services(tx))
        found = [one for one in found if only in (None, one.target) and principal.sees(labels.get(one.target, {}))]
        part = page(found, lambda one: by_number(one.number), cursor, limit)
        return Page([correction_view(house, one) for one in part.items], part.next)

    @post(sync_to_thread=True)
    def propose(self, house: House, principal: Principal, data: JSONBody[CorrectionSpec]) -> CorrectionView:
        """Propose another class for measured time. Nothing changes until another person approves."""
        require(principal, Permission.PROPOSE, judged(house, principal, data.target).labels)
        return correction_view(house, house.registry.overlays.propose(data, principal))

    @post("/{number:int}/approve", sync_to_thread=True, status_code=200)
    def approve(self, house: House, principal: Principal, number: int) -> CorrectionView:
        """Put a correction in force, as a signed-in person other than its proposer."""
        return correction_view(house, house.registry.overlays.approve_correction(number, principal))

    @delete("/{number:int}", sync_to_thread=True, status_code=200)
    def withdraw(self, house: House, principal: Principal, number: int) -> CorrectionView:
        """Take a proposal back."""
        require(principal, Permission.PROPOSE)
        return correction_view(house, house.registry.overlays.withdraw_correction(number, principal))


def maintenance_view(house: House, announced: Announced) -> MaintenanceView:
    window, now = announced.maintenance, house.clock.now()
    with house.state.read() as tx:
        names = [one.name for key in window.targets if (one := targets.find(tx, key) or find_service(tx, key))]
    return MaintenanceView(
        id=window.id,
        number=window.number,
        targets=names,
        start=window.start,
        end=window.end,
        reason=window.reason,
        with_dependents=window.with_dependents,
        every=window.every,
        tz=window.tz,
        until=window.until,
        next=next(((start, end) for start, end in window.windows if end > now), None),
        status=_status(window, now),
        proposed_by=_name(house, window.proposed_by),
        proposed_at=window.proposed_at,
        approved_by=_name(house, window.approved_by),
        approved_at=window.approved_at,
        moved=announced.moved,
    )


def _status(window: Maintenance, now: int) -> str:
    if window.retired is not None:
        return "cancelled"
    if window.over <= now:
        return "over"
    if window.approved_at is None:
        return "proposed"
    return "running" if any(start <= now < end for start, end in window.windows) else "approved"


def _mute(house: House, mute: Mute) -> MuteView:
    active = mute.start <= house.clock.now() < mute.until
    return MuteView(
        mute.id,
        mute.number,
        _muted(house, mute.what),
        mute.start,
        mute.until,
        mute.reason,
        _name(house, mute.by),
        active,
    )


def _about_seen(tx: sqlite3.Connection, principal: Principal, what: str) -> bool:
    """Whether a mute is about one target, or a check of it, that ``principal`` may see."""
    check = checks.find(tx, what)
    target = targets.find(tx, what if check is None else check.target)
    return target is not None and principal.sees(target.labels)


def _muted(house: House, what: str) -> str:
    with house.state.read() as tx:
        if (target := targets.find(tx, what)) is not None:
            return target.name
        if (check := checks.find(tx, what)) is not None:
            return f"{targets.get(tx, check.target).name} {check.name}"
    return what


def correction_view(house: House, correction: Correction) -> CorrectionView:
    with house.state.read() as tx:
        target = targets.find(tx, correction.target) or find_service(tx, correction.target)
    if target is None:
        raise Missing("The target of this correction does not exist.")
    withdrawn = "withdrawn" if correction.retired is not None else "proposed"
    return CorrectionView(
        id=correction.id,
        number=correction.number,
        target=target.name,
        start=correction.start,
        end=correction.end,
        to_class=correction.to_class,
        reason=correction.reason,
        responsible=correction.responsible,
        evidence=correction.evidence,
        status="approved" if correction.approved_at is not None else withdrawn,
        proposed_by=_name(house, correction.proposed_by),
        proposed_at=correction.proposed_at,
        approved_by=_name(house, correction.approved_by),
        approved_at=correction.approved_at,
    )


def _name(house: House, key: str) -> str:
    """A person's name for their id; programs and local users are known by the id they have."""
    with house.state.read() as tx:
        person = people.find(tx, key)
    return person.name if person else key


handlers = [MaintenanceDoor, Mutes, Corrections]
