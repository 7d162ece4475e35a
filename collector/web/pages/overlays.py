"""Maintenance and corrections, and their approval by a person who has signed in."""

import sqlite3
from collections.abc import Iterable
from typing import Any

from litestar import Response, get, post

from collector.access import require
from collector.api.overlays import correction_view, maintenance_view
from collector.overlays import Announced
from collector.roles import Permission
from collector.store import agreements, targets, windows
from collector.store.windows import Correction, Maintenance
from collector.web.pages.desk import Asked, place, see_other
from collector.web.pages.given import House, Principal, Viewer
from collector.web.rendering import page
from collector.web.views.overlays import overlays_page
from rules.errors import Conflicting, Forbidden, Missing

_MAINTENANCE, _CORRECTION = "maintenance", "correction"


@get("/overlays", sync_to_thread=True)
def show(request: Asked, house: House, principal: Principal, viewer: Viewer) -> Response[str]:
    """The windows to come and running, and the corrections of everything one may see."""
    return _page(house, principal, viewer, place(request))


@post("/overlays/{noun:str}/{number:int}/approve", status_code=303, sync_to_thread=True)
def approve(house: House, principal: Principal, viewer: Viewer, noun: str, number: int) -> Response[Any]:
    """Approve one and come back to the list; what cannot be approved is said there."""
    overlays = house.registry.overlays
    try:
        with house.state.read() as tx:
            _may_see(tx, principal, _found(tx, noun, number))
        if noun == _MAINTENANCE:
            overlays.approve_maintenance(number, principal)
        else:
            overlays.approve_correction(number, principal)
    except (Conflicting, Forbidden) as wrong:
        return _page(house, principal, viewer, "/overlays", str(wrong), wrong.status)
    return see_other("/overlays")


def _page(
    house: House, principal: Principal, viewer: Viewer, path: str, trouble: str = "", status: int = 200
) -> Response[str]:
    require(principal, Permission.READ)
    now = house.clock.now()
    with house.state.read() as tx:
        planned = [one for one in windows.maintenance(tx) if one.over > now and _sees(tx, principal, one.targets)]
        corrected = [one for one in windows.corrections(tx) if _sees(tx, principal, (one.target,))]
    view = overlays_page(
        [(maintenance_view(house, Announced(one)), _waits(house, principal, one)) for one in planned],
        [(correction_view(house, one), _waits(house, principal, one)) for one in corrected],
        house.settings.tz,
        viewer.words,
    )
    return page("overlays.html", viewer, path, status, view=view, trouble=trouble)


def _waits(house: House, principal: Principal, one: Maintenance | Correction) -> bool:
    """Whether this person could approve it now."""
    if one.approved_at is not None or one.retired is not None or not principal.may(Permission.APPROVE):
        return False
    return principal.kind == "person" and (house.settings.one_person or one.proposed_by != principal.id)


def _found(tx: sqlite3.Connection, noun: str, number: int) -> Maintenance | Correction:
    found: Maintenance | Correction | None = None
    if noun == _MAINTENANCE:
        found = windows.maintenance_numbered(tx, number)
    elif noun == _CORRECTION:
        found = windows.correction_numbered(tx, number)
    if found is None:
        raise Missing(f"There is no {noun} {number}.")
    return found


def _may_see(tx: sqlite3.Connection, principal: Principal, one: Maintenance | Correction) -> None:
    """Raise Missing for what lies outside of the person's scope."""
    if not _sees(tx, principal, one.targets if isinstance(one, Maintenance) else (one.target,)):
        raise Missing(f"There is no number {one.number}.")


def _sees(tx: sqlite3.Connection, principal: Principal, keys: Iterable[str]) -> bool:
    """Whether everything it is about lies in the person's scope."""
    if not principal.scope:
        return True
    found = [targets.find(tx, key) or agreements.find_service(tx, key) for key in keys]
    return all(one is not None and principal.sees(one.labels) for one in found)


handlers = [show, approve]
