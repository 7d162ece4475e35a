"""The incidents: the list, one of them, and what people do to it."""

from dataclasses import asdict
from typing import Annotated, Any

from litestar import Response, get, post
from litestar.params import QueryParameter

from collector.access import require
from collector.api.incident_family import story
from collector.api.incident_parts import DeadlineView, asking, deadline
from collector.api.incidents import view as view_of
from collector.roles import Permission
from collector.store import errands, follow_up, incidents
from collector.web.incidents_kept import count_open, labels_of, seen, subject, visible
from collector.web.pages.desk import Asked, place, see_other
from collector.web.pages.entrance import Form
from collector.web.pages.given import House, Principal, Viewer
from collector.web.rendering import page
from collector.web.views.incidents import CALL_BACK, PAGE, TABS, incident_list, incident_page, incident_row
from collector.web.views.particulars import particulars
from rules.errors import Conflicting, Invalid, Missing
from rules.incident import Verb


@get("/incidents", sync_to_thread=True)
def show_all(
    request: Asked,
    house: House,
    principal: Principal,
    viewer: Viewer,
    tab: Annotated[str, QueryParameter(name="state")] = "",
    before: str = "",
) -> Response[str]:
    """The newest incidents first, open ones unless asked for others."""
    require(principal, Permission.READ)
    if tab not in (*TABS, CALL_BACK):
        raise Invalid(f"There are no incidents of state {tab!r}.")
    now, tz = house.clock.now(), house.settings.tz
    with house.state.read() as tx:
        waiting = follow_up.to_call_back(tx, now - follow_up.LONGEST_CALL_BACK)
        if tab == CALL_BACK:
            found = [incidents.get(tx, key) for key in waiting]
        else:
            found = incidents.page(tx, phases=TABS[tab], before=_place_in_list(before), limit=PAGE + 1)
        mine = list(visible(tx, principal, found[:PAGE]))
        asked = asking(tx, house.settings, mine, now)
        rows = [
            incident_row(
                incident,
                subject(tx, incident),
                incidents.tickets(tx, incident.id),
                now,
                tz,
                viewer.words,
                _plain(deadline(asked.get(incident.id), now)),
                solved=incidents.solved(tx, incident),
            )
            for incident in mine
        ]
        callable_ = len(list(visible(tx, principal, (incidents.get(tx, key) for key in waiting))))
    after = (found[PAGE - 1].opened, found[PAGE - 1].id) if len(found) > PAGE and tab != CALL_BACK else None
    counts = {"": count_open(house, principal), CALL_BACK: callable_}
    view = incident_list(rows, tab, counts, after, viewer.words)
    return page("incidents.html", viewer, place(request), view=view)


@get("/incidents/{key:str}", sync_to_thread=True)
def show(house: House, principal: Principal, viewer: Viewer, key: str) -> Response[str]:
    """One incident with its story, by number or id."""
    require(principal, Permission.READ)
    return incident_with(house, principal, viewer, key, "")


@post("/incidents/{key:str}/{verb:str}", status_code=303, sync_to_thread=True)
def act(house: House, principal: Principal, viewer: Viewer, key: str, verb: str, data: Form) -> Response[Any]:
    """Take a step and come back to the incident; what the lifecycle does not allow is said there."""
    with house.state.read() as tx:
        incident = seen(tx, principal, key)
        labels = labels_of(tx, incident)
    require(principal, Permission.HANDLE, labels)
    if verb not in set(Verb) or verb == Verb.OPEN:
        raise Missing(f"There is no step {verb!r} of an incident.")
    try:
        with house.state.read() as tx:
            into = seen(tx, principal, data["into"].strip()).id if data.get("into", "").strip() else ""
        house.incidents.act(
            incident.id,
            Verb(verb),
            principal,
            data.get("text", ""),
            reason=data.get("reason", ""),
            cause=data.get("cause", "").strip(),
            into=into,
        )
    except (Invalid, Conflicting) as wrong:
        return incident_with(house, principal, viewer, key, str(wrong), wrong.status)
    return see_other(f"/incidents/{incident.name}")


@post("/incidents/{key:str}/release/{errand:str}", status_code=303, sync_to_thread=True)
def release(house: House, principal: Principal, viewer: Viewer, key: str, errand: str) -> Response[Any]:
    """Have a ticket system told again what it did not take, and come back to the incident."""
    with house.state.read() as tx:
        incident = seen(tx, principal, key)
        labels = labels_of(tx, incident)
        mine = {one.id for one in errands.of_incident(tx, incident.id)}
    require(principal, Permission.HANDLE, labels)
    if errand not in mine:
        raise Missing(f"{incident.name} has no errand {errand!r}.")
    try:
        house.errands.release(errand)
    except Missing as wrong:
        return incident_with(house, principal, viewer, key, str(wrong), wrong.status)
    return see_other(f"/incidents/{incident.name}")


def incident_with(
    house: House, principal: Principal, viewer: Viewer, key: str, trouble: str, status: int = 200
) -> Response[str]:
    """The page of one incident, with what went wrong when something was sent from it; empty for nothing."""
    now, tz = house.clock.now(), house.settings.tz
    with house.state.read() as tx:
        incident = seen(tx, principal, key)
        tickets = incidents.tickets(tx, incident.id)
        told = view_of(house, principal, tx, incident)
        row = incident_row(
            incident, subject(tx, incident), tickets, now, tz, viewer.words, _plain(told.deadline), solved=told.solved
        )
        view = incident_page(
            incident,
            row,
            story(tx, house.log, principal, incident),
            incidents.episodes(tx, incident.id),
            tz,
            viewer.words,
        )
    more = particulars(asdict(told), tz, viewer.words)
    return page("incident.html", viewer, f"/incidents/{incident.name}", status, view=view, more=more, trouble=trouble)


def _plain(found: DeadlineView | None) -> dict[str, Any] | None:
    return None if found is None else asdict(found)


def _place_in_list(text: str) -> tuple[int, str] | None:
    """Where the last page of the list ended: ``OPENED.ID``."""
    if not text:
        return None
    opened, dot, key = text.partition(".")
    if not dot or not (opened.isascii() and opened.isdigit()):
        raise Invalid("This page of the list does not exist.")
    return int(opened), key


handlers = [show_all, show, act, release]
