"""The incidents: the list, one of them, and what people do to it."""

from typing import Annotated, Any

from litestar import Response, get, post
from litestar.params import QueryParameter

from collector.access import require
from collector.roles import Permission
from collector.store import incidents, targets
from collector.web.incidents_kept import count_open, seen, subject, visible
from collector.web.pages.desk import Asked, place, see_other
from collector.web.pages.entrance import Form
from collector.web.pages.given import House, Principal, Viewer
from collector.web.rendering import page
from collector.web.views.incidents import PAGE, TABS, incident_list, incident_page, incident_row
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
    if tab not in TABS:
        raise Invalid(f"There are no incidents of state {tab!r}.")
    now, tz = house.clock.now(), house.settings.tz
    with house.state.read() as tx:
        found = incidents.page(tx, phases=TABS[tab], before=_place_in_list(before), limit=PAGE + 1)
        rows = [
            incident_row(incident, subject(tx, incident), incidents.tickets(tx, incident.id), now, tz, viewer.words)
            for incident in visible(tx, principal, found[:PAGE])
        ]
    after = (found[PAGE - 1].opened, found[PAGE - 1].id) if len(found) > PAGE else None
    view = incident_list(rows, tab, count_open(house, principal), after, viewer.words)
    return page("incidents.html", viewer, place(request), view=view)


@get("/incidents/{key:str}", sync_to_thread=True)
def show(house: House, principal: Principal, viewer: Viewer, key: str) -> Response[str]:
    """One incident with its story, by number or id."""
    require(principal, Permission.READ)
    return _one(house, principal, viewer, key, "")


@post("/incidents/{key:str}/{verb:str}", status_code=303, sync_to_thread=True)
def act(house: House, principal: Principal, viewer: Viewer, key: str, verb: str, data: Form) -> Response[Any]:
    """Take a step and come back to the incident; what the lifecycle does not allow is said there."""
    with house.state.read() as tx:
        incident = seen(tx, principal, key)
        target = targets.find(tx, incident.target) if incident.target else None
    require(principal, Permission.HANDLE, target.labels if target else None)
    if verb not in set(Verb) or verb == Verb.OPEN:
        raise Missing(f"There is no step {verb!r} of an incident.")
    try:
        house.incidents.act(
            incident.id,
            Verb(verb),
            principal,
            data.get("text", ""),
            reason=data.get("reason", ""),
            cause=data.get("cause", "").strip(),
        )
    except (Invalid, Conflicting) as wrong:
        return _one(house, principal, viewer, key, str(wrong), wrong.status)
    return see_other(f"/incidents/{incident.name}")


def _one(
    house: House, principal: Principal, viewer: Viewer, key: str, trouble: str, status: int = 200
) -> Response[str]:
    now, tz = house.clock.now(), house.settings.tz
    with house.state.read() as tx:
        incident = seen(tx, principal, key)
        tickets = incidents.tickets(tx, incident.id)
        row = incident_row(incident, subject(tx, incident), tickets, now, tz, viewer.words)
        view = incident_page(
            incident, row, incidents.events(tx, incident.id), incidents.episodes(tx, incident.id), tz, viewer.words
        )
    return page("incident.html", viewer, f"/incidents/{incident.name}", status, view=view, trouble=trouble)


def _place_in_list(text: str) -> tuple[int, str] | None:
    """Where the last page of the list ended: ``OPENED.ID``."""
    if not text:
        return None
    opened, dot, key = text.partition(".")
    if not dot or not (opened.isascii() and opened.isdigit()):
        raise Invalid("This page of the list does not exist.")
    return int(opened), key


handlers = [show_all, show, act]
