"""What a request for figures asks about: which targets and services, and which stretch of time."""

from typing import Annotated

from litestar.params import QueryParameter

from collector.access import require
from collector.agreed import Judged
from collector.api.given import House, Principal
from collector.api.targets import seen
from collector.roles import Permission
from collector.store import agreements, targets
from rules.period import Period, read_period

From = Annotated[
    str,
    QueryParameter(
        name="from",
        description="start, included: RFC 3339, ms UTC, local in `tz`; without `to` a period: 2026-10, 2026-Q4, 2026",
    ),
]
To = Annotated[str | None, QueryParameter(name="to", description="end, excluded")]
Zone = Annotated[str | None, QueryParameter(name="tz", description="zone of times without an offset, and of days")]
Names = Annotated[list[str] | None, QueryParameter(name="target", description="names or ids; all when none is given")]


def wanted(house: House, principal: Principal, names: list[str] | None) -> list[str] | None:
    """The ids of the targets and services asked for; None for all. Without names those in the asker's scope.

    Raises Forbidden and Missing.
    """
    require(principal, Permission.READ)
    if names:
        return [judged(house, principal, name).id for name in names]
    if principal.scope:
        with house.state.read() as tx:
            found = [target.id for target in targets.ever(tx) if principal.sees(target.labels)]
            return found + [one.id for one in agreements.ever_services(tx) if principal.sees(one.labels)]
    return None


def judged(house: House, principal: Principal, name: str) -> Judged:
    """The target or service of that name or id, if the asker may see it. Raises Forbidden and Missing."""
    with house.state.read() as tx:
        service = agreements.find_service(tx, name) or agreements.service_named(tx, name)
    if service is None:
        return seen(house, principal, name)
    require(principal, Permission.READ, service.labels)
    return service


def period_of(house: House, start: str, end: str | None, tz: str | None) -> Period:
    """The period, in the zone given or else the installation's. Raises Invalid."""
    return read_period(start, end, tz or house.settings.tz)
