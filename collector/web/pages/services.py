"""The services."""

from litestar import Response, get

from collector.access import require
from collector.api.services import part_name
from collector.needs import renamed
from collector.roles import Permission
from collector.store import agreements
from collector.web.pages.desk import Asked, place
from collector.web.pages.given import House, Principal, Viewer
from collector.web.rendering import page
from collector.web.views.bar import recent
from collector.web.views.services import Measured, services
from rules.period import local, month


@get("/services", sync_to_thread=True)
def show(request: Asked, house: House, principal: Principal, viewer: Viewer) -> Response[str]:
    """Every service one may see: what it needs, how it is, and this month so far."""
    require(principal, Permission.READ)
    now, tz = house.clock.now(), house.settings.tz
    named = f"{local(now, tz):%Y-%m}"
    with house.state.read() as tx:
        seen = [service for service in agreements.services(tx) if principal.sees(service.labels)]
        needs = {one.id: renamed(one.needs, lambda key: part_name(tx, key)) for one in seen}
    # What was made at this very instant has no time yet.
    seen = [service for service in seen if service.created < now]
    last = recent(now, min((service.created for service in seen), default=None), tz)
    document = house.timelines.figures([service.id for service in seen], month(named, tz), now)
    figures = {entry["name"]: entry for entry in document["objects"]}
    found = [
        Measured(
            service.id,
            service.name,
            needs[service.id],
            service.labels,
            house.timelines.current(service.id, now),
            figures[service.name],
            house.timelines.target(service.id, last, now).partition,
        )
        for service in seen
    ]
    view = services(found, document, named, last, now, viewer.words)
    return page("services.html", viewer, place(request), view=view)


handlers = [show]
