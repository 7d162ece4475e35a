"""What the statistics say of targets in a period: bounds, intervals, trend, and how unlike the targets are."""

from typing import Any

from litestar import get

from collector.api.asked import From, Names, To, Zone, period_of, wanted
from collector.api.given import House, Principal
from rules.analysis import analyse_lives
from rules.promise import HOUSE, Promise


@get("/statistics", sync_to_thread=True, tags=["figures"])
def statistics(
    house: House, principal: Principal, start: From, end: To = None, tz: Zone = None, names: Names = None
) -> dict[str, Any]:
    """All that the statistics say of the targets asked for, as one set; services only where nothing else is asked.

    What was promised is what the one agreement of all of them says; where they have several, the house's terms.
    """
    now = house.clock.now()
    passed = period_of(house, start, end, tz).until(now)
    found, promises = house.timelines.lives(wanted(house, principal, names), passed, now)
    only = promises.pop() if len(promises) == 1 else Promise(HOUSE, None, house.settings.calculation)
    document = analyse_lives(found, passed, only.parameters)
    return {**document, "method": {**document["method"], "agreement": only.as_named()}}


handlers = [statistics]
