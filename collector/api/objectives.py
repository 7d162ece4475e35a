"""/objectives: what was promised, agreement by agreement, and how the month stands."""

from typing import Annotated, Any

from litestar import get
from litestar.params import Parameter

from collector.api.asked import Zone, wanted
from collector.api.given import House, Principal
from collector.objectives import Objectives
from rules.period import parse_instant


@get("/objectives", sync_to_thread=True, tags=["figures"])
def objectives(
    house: House,
    principal: Principal,
    at: Annotated[str | None, Parameter(description="as of this instant, in its month; now when not given")] = None,
    agreement: Annotated[str | None, Parameter(description="only this one; all in force when not given")] = None,
    tz: Zone = None,
) -> dict[str, Any]:
    """Objectives with verdicts, error budgets, burn rates and forecasts of every agreement in force, and of all."""
    now = house.clock.now()
    instant = now if at is None else parse_instant(at, tz or house.settings.tz)
    seen = wanted(house, principal, None)
    return Objectives(house.state, house.settled, house.settings).document(instant, now, seen, agreement)


handlers = [objectives]
"""Mounted under /api/v1."""
