"""What the statistics say of targets in a period: bounds, intervals, trend, and how unlike the targets are."""

from typing import Any

from litestar import get

from collector.api.asked import From, Names, To, Zone, period_of, wanted
from collector.api.given import House, Principal
from rules.analysis import analyse


@get("/statistics", sync_to_thread=True, tags=["figures"])
def statistics(
    house: House, principal: Principal, start: From, end: To, tz: Zone = None, names: Names = None
) -> dict[str, Any]:
    """All that the statistics say of the targets asked for, as one set; services only where nothing else is asked."""
    now = house.clock.now()
    passed = period_of(house, start, end, tz).until(now)
    found = house.timelines.timelines(wanted(house, principal, names), passed, now)
    return analyse(found, passed, house.settings.calculation)


handlers = [statistics]
