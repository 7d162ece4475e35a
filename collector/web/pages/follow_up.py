"""What people note on the pages about an incident, the list of actions, and the page for those who asked."""

from dataclasses import asdict
from typing import Annotated, Any

from litestar import Response, get, post
from litestar.params import QueryParameter

from collector.access import require
from collector.api.follow_up import allowed
from collector.api.incident_parts import action
from collector.feedback_links import PATH
from collector.roles import Permission
from collector.store import follow_up, incidents
from collector.web.incidents_kept import visible
from collector.web.pages.desk import Asked, place, see_other, visitor
from collector.web.pages.entrance import Form
from collector.web.pages.given import House, Principal, Viewer
from collector.web.pages.incidents import incident_with
from collector.web.rendering import page
from collector.web.views.particulars import action_rows
from rules.errors import Conflicting, Forbidden, Invalid, Missing

_YES_NO = {"yes": True, "no": False}


@post("/incidents/{key:str}/follow-up/{what:str}", status_code=303, sync_to_thread=True)
def note(house: House, principal: Principal, viewer: Viewer, key: str, what: str, data: Form) -> Response[Any]:
    """Note a cause, an action, a call-back or how content they are, and come back to the incident."""
    incident = allowed(house, principal, key)
    room = house.follow_up
    text, solved = data.get("text", ""), _YES_NO.get(data.get("solved", ""))
    try:
        match what:
            case "cause":
                whys = [data.get(f"why{place}", "") for place in range(1, 6)]
                room.cause(
                    incident.id, principal, text, area=data.get("area", ""), code=data.get("code", ""), whys=whys
                )
            case "action":
                room.add_action(
                    incident.id,
                    principal,
                    kind=data.get("kind", ""),
                    what=data.get("what", ""),
                    owner=data.get("owner", ""),
                    due=data.get("due", ""),
                    measure=data.get("measure", ""),
                )
            case "callback":
                reached = data.get("reached", "yes") == "yes"
                room.called_back(incident.id, principal, reached=reached, solved=solved, text=text)
            case "satisfaction":
                room.satisfaction(incident.id, principal, _score(data), solved=solved, text=text)
            case _:
                raise Missing(f"Nothing about an incident is called {what!r}.")
    except (Invalid, Conflicting) as wrong:
        return incident_with(house, principal, viewer, key, str(wrong), wrong.status)
    return see_other(f"/incidents/{incident.name}")


@post("/incidents/{key:str}/actions/{number:int}", status_code=303, sync_to_thread=True)
def change_action(
    house: House, principal: Principal, viewer: Viewer, key: str, number: int, data: Form
) -> Response[Any]:
    """An action is done, judged or withdrawn; come back to the incident."""
    incident = allowed(house, principal, key)
    changes: dict[str, Any] = {name: True for name in ("done", "withdrawn") if name in data}
    if data.get("effective") in _YES_NO:
        changes["effective"] = _YES_NO[data["effective"]]
    try:
        house.follow_up.change_action(incident.id, number, principal, **changes)
    except (Invalid, Conflicting, Forbidden) as wrong:
        return incident_with(house, principal, viewer, key, str(wrong), wrong.status)
    return see_other(f"/incidents/{incident.name}")


@get("/actions", sync_to_thread=True)
def show_actions(request: Asked, house: House, principal: Principal, viewer: Viewer) -> Response[str]:
    """What is to be done about the causes of incidents, and what was done and waits to be judged."""
    require(principal, Permission.READ)
    now = house.clock.now()
    with house.state.read() as tx:
        found = follow_up.open_improvements(tx)
        known = {one.incident: incidents.get(tx, one.incident) for one in found}
        mine = {incident.id for incident in visible(tx, principal, known.values())}
        told = [asdict(action(tx, one, now)) for one in found if one.incident in mine]
    rows = action_rows(told, house.settings.tz, viewer.words)
    return page("actions.html", viewer, place(request), rows=rows)


@get(f"{PATH}{{token:str}}", sync_to_thread=True)
def ask(
    request: Asked, house: House, token: str, score: Annotated[int | None, QueryParameter(ge=1, le=5)] = None
) -> Response[str]:
    """The page for those who asked; with a score it sends itself, because looking at an address must change nothing."""
    incident = house.follow_up.asked_about(token)
    return page(
        "feedback.html", visitor(request), place(request), incident=incident, token=token, score=score, told=False
    )


@post(f"{PATH}{{token:str}}", sync_to_thread=True, status_code=200)
def answer(request: Asked, house: House, token: str, data: Form) -> Response[str]:
    """Take the answer, say thanks, and let them say more. Nobody signs in for that: the link says what they may."""
    score = _score(data)
    house.follow_up.answer(token, score, solved=_YES_NO.get(data.get("solved", "")), text=data.get("text", ""))
    incident = house.follow_up.asked_about(token)
    return page(
        "feedback.html", visitor(request), f"{PATH}{token}", incident=incident, token=token, score=score, told=True
    )


def _score(data: dict[str, str]) -> int:
    """A score as a form sends it. Raises Invalid for what is no number."""
    given = data.get("score", "")
    if not given.isascii() or not given.isdigit():
        raise Invalid("Choose how content you are, from 1 to 5.")
    return int(given)


handlers = [note, change_action, show_actions, ask, answer]
