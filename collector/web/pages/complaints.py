"""What people who are served complain of, and what was done about it."""

from typing import Any

from litestar import Response, get, post

from collector.api.complaints import views
from collector.web.pages.desk import Asked, place, see_other
from collector.web.pages.entrance import Form
from collector.web.pages.given import House, Principal, Viewer
from collector.web.rendering import page
from collector.web.views.complaints import areas, complaint_rows
from rules.errors import Conflicting, Forbidden, Invalid, Missing


@get("/complaints", sync_to_thread=True)
def show(request: Asked, house: House, principal: Principal, viewer: Viewer) -> Response[str]:
    """Every complaint one may see, and where a new one is noted."""
    return _page(house, principal, viewer, place(request))


@post("/complaints", status_code=303, sync_to_thread=True)
def add(house: House, principal: Principal, viewer: Viewer, data: Form) -> Response[Any]:
    """Note a complaint, and come back to the list."""
    given = {name: data.get(name, "").strip() for name in ("by", "about", "incident")}
    try:
        house.complaints.add(principal, data.get("text", ""), received=data.get("received") or None, **given)
    except (Invalid, Missing, Forbidden) as wrong:
        return _page(house, principal, viewer, "/complaints", str(wrong), wrong.status)
    return see_other("/complaints")


@post("/complaints/{number:int}/{what:str}", status_code=303, sync_to_thread=True)
def change(house: House, principal: Principal, viewer: Viewer, number: int, what: str, data: Form) -> Response[Any]:
    """Note an answer or the end, and come back to the list."""
    text = data.get("text", "")
    try:
        match what:
            case "reply":
                house.complaints.reply(number, principal, text)
            case "close":
                house.complaints.close(number, principal, area=data.get("area", ""), text=text)
            case _:
                raise Missing(f"Nothing about a complaint is called {what!r}.")
    except (Invalid, Conflicting) as wrong:
        return _page(house, principal, viewer, "/complaints", str(wrong), wrong.status)
    return see_other("/complaints")


def _page(
    house: House, principal: Principal, viewer: Viewer, path: str, trouble: str = "", status: int = 200
) -> Response[str]:
    found = views(house, principal, house.complaints.all(principal))
    rows = complaint_rows(found, house.settings.tz, viewer.words)
    return page("complaints.html", viewer, path, status, rows=rows, areas=areas(viewer.words), trouble=trouble)


handlers = [show, add, change]
