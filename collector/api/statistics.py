"""What the statistics say of targets in a period: bounds, intervals, trend, and how unlike the targets are."""

from typing import Any

from litestar import get

from collector.api.asked import From, Names, To, Zone, period_of, wanted
from collector.api.given import House, Principal
from rules.analysis import analyse
from rules.lives import pooled
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
    found = pooled(house.timelines.timelines(wanted(house, principal, names), passed, now))
    terms = [entry.promise for entry in found if entry.promise is not None]
    one = len(terms) == len(found) > 0 and len({(promise.agreement, promise.version) for promise in terms}) == 1
    only = terms[0] if one else Promise(HOUSE, None, house.settings.calculation)
    document = analyse(found, passed, only.parameters)
    return {**document, "method": {**document["method"], "agreement": only.as_named()}}


handlers = [statistics]
