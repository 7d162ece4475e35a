"""The objectives of a month."""

from litestar import Response, get

from collector.api.asked import wanted
from collector.objectives import Objectives
from collector.web.pages.desk import Asked, place
from collector.web.pages.given import House, Principal, Viewer
from collector.web.rendering import page
from collector.web.views.objectives import objectives_page
from collector.web.views.target import chosen_month
from rules.errors import Invalid


@get("/objectives", sync_to_thread=True)
def show(request: Asked, house: House, principal: Principal, viewer: Viewer, month: str = "") -> Response[str]:
    """Every agreement in force, and all there is: in this month so far, or in an earlier one as it ended."""
    seen = wanted(house, principal, None)
    now = house.clock.now()
    shown = chosen_month(month, now, house.settings.tz)
    if shown.start >= now:
        raise Invalid("That month lies ahead: what will be has no figures.")
    document = Objectives(house.state, house.settled, house.settings).document(min(now, shown.end), now, seen)
    return page("objectives.html", viewer, place(request), view=objectives_page(document, shown, now, viewer.words))


handlers = [show]
