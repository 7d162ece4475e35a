"""The overview."""

from collections.abc import Sequence
from typing import Annotated, Any

from litestar import Response, get
from litestar.params import QueryParameter

from collector.access import require
from collector.agreed import Agreed
from collector.brief import brief, verdicts_of
from collector.roles import Permission
from collector.store import targets
from collector.store.targets import Target
from collector.web.pages.desk import Asked, place
from collector.web.pages.given import House, Principal, Viewer
from collector.web.rendering import page
from collector.web.views.bar import recent
from collector.web.views.overview import Filters, overview, shown
from rules.period import local, month


@get("/", sync_to_thread=True)
def show(
    request: Asked,
    house: House,
    principal: Principal,
    viewer: Viewer,
    in_state: Annotated[str, QueryParameter(name="state")] = "",
    label: str = "",
    q: str = "",
    number: Annotated[int, QueryParameter(name="page", ge=1, le=100_000)] = 1,
) -> Response[str]:
    """All targets: the fleet's figures of this month, and everything's state now."""
    require(principal, Permission.READ)
    now, tz = house.clock.now(), house.settings.tz
    filters = Filters(in_state, label, q.strip(), number)
    period = month(f"{local(now, tz):%Y-%m}", tz)
    with house.state.read() as tx:
        seen = [target for target in targets.living(tx) if principal.sees(target.labels)]
    measured = [target for target in seen if not target.pending]
    # A young installation would be a speck at the end of a day.
    last = recent(now, min((target.in_service_from or now for target in measured), default=None), tz)
    current = house.timelines.currents(now)
    on_page, _ = shown(seen, current, filters)
    figures = brief(house.settled, period, now, house.settings.calculation, [target.id for target in measured])
    view = overview(
        seen,
        current,
        _judged(figures, on_page, house, min(period.end, now)),
        {target.id: house.timelines.target(target.id, last, now).partition for target in on_page},
        strip=last,
        month=f"{local(now, tz):%Y-%m}",
        now=now,
        filters=filters,
        words=viewer.words,
    )
    return page("overview.html", viewer, place(request), view=view)


def _judged(figures: dict[str, Any], on_page: Sequence[Target], house: House, at: int) -> dict[str, Any]:
    """The figures with the goals, and with the verdicts of what is on the page, each by its own agreement."""
    settings = house.settings
    entries = {entry["id"]: entry for entry in figures["objects"]}
    with house.state.read() as tx:
        agreed = Agreed(tx, settings.calculation, settings.tz)
        for target in on_page:
            if target.id in entries:
                parameters = agreed.of(target, at - 1).promise.parameters
                entries[target.id]["verdicts"] = verdicts_of(entries[target.id], parameters)
    return {**figures, "method": {"parameters": settings.calculation.as_settings()}}


handlers = [show]
