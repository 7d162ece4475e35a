"""The overview."""

import sqlite3
from typing import Annotated

from litestar import Response, get
from litestar.params import Parameter

from collector.access import Principal, require
from collector.app import House
from collector.roles import Permission
from collector.store import checks, targets
from collector.store.targets import Target
from collector.web.pages.desk import Asked, place
from collector.web.rendering import Viewer, page
from collector.web.views.overview import PAGE, Current, Filters, overview, shown
from rules.period import Period, local, month
from rules.result import Outcome

DAY = 86_400_000


@get("/", sync_to_thread=True)
def show(
    request: Asked,
    house: House,
    principal: Principal,
    viewer: Viewer,
    state: str = "",
    label: str = "",
    q: str = "",
    number: Annotated[int, Parameter(query="page", ge=1, le=100_000)] = 1,
) -> Response[str]:
    """All targets: the fleet's figures of this month, and everything's state now."""
    require(principal, Permission.READ)
    now, tz = house.clock.now(), house.settings.tz
    filters = Filters(state, label, q.strip(), number)
    period, day = month(f"{local(now, tz):%Y-%m}", tz), Period(now - DAY, now, tz)
    with house.state.read() as tx:
        seen = [target for target in targets.living(tx) if principal.sees(target.labels)]
    measured = [target for target in seen if not target.pending]
    current = {key: Current(*found) for key, found in house.timelines.currents(now).items()}
    on_page, _ = shown(seen, current, filters)
    with house.state.read() as tx:
        waiting = [target for target in seen if target.pending and filters.admit(target)]
        errors = {target.id: last_error(tx, house, target) for target in waiting[:PAGE]}
    view = overview(
        seen,
        current,
        house.timelines.figures([target.id for target in measured], period, now),
        {target.id: house.timelines.target(target.id, day, now).partition for target in on_page},
        errors,
        strip=day,
        month=f"{local(now, tz):%Y-%m}",
        now=now,
        filters=filters,
        words=viewer.words,
    )
    return page("overview.html", viewer, place(request), view=view)


def last_error(tx: sqlite3.Connection, house: House, target: Target) -> str:
    """What a target's checks last answered instead of well; empty when nothing was said yet."""
    sightings = [
        (sighting.at, check.name, sighting)
        for check in checks.of_target(tx, target.id)
        for sighting in house.tracks.last(check.handle).values()
        if sighting.outcome in (Outcome.FAILED, Outcome.ERROR)
    ]
    if not sightings:
        return ""
    _, name, newest = max(sightings, key=lambda entry: entry[:2])
    return f"{name}: {newest.text or newest.outcome}"


handlers = [show]
