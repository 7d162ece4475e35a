"""/whatif: a period as it would have been with other settings; /progress: how far long work is."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import Any

from litestar import get, post
from litestar.params import JSONBody

from collector.access import require
from collector.api.asked import period_of, wanted
from collector.api.given import House, Principal
from collector.roles import Permission
from collector.whatif.answer import what_if
from collector.whatif.scenario import Scenario, read_scenario
from rules.errors import Invalid


@dataclass(frozen=True, slots=True)
class Question:
    """A period (as of ``GET availability``), the targets and services it is about (all when none), and the scenario."""

    period: dict[str, Any]
    targets: list[str] = field(default_factory=list)
    scenario: dict[str, Any] = field(default_factory=dict)


@post("/whatif", sync_to_thread=True, status_code=200, tags=["figures"])
def ask(house: House, principal: Principal, data: JSONBody[Question]) -> dict[str, Any]:
    """What a scenario changes: outages, tickets that would have been opened, figures. Nothing is written."""
    asked = wanted(house, principal, data.targets or None)
    scenario = read_scenario(data.scenario)
    if principal.scope:
        wanted(house, principal, list(_names(scenario)) or None)  # nobody learns of others' targets by asking for them
    if not isinstance(data.period.get("from"), str) or set(data.period) - {"from", "to", "tz"}:
        raise Invalid('period: expected {"from": …, "to": …} as texts, and perhaps "tz"')
    period = period_of(house, data.period["from"], data.period.get("to"), data.period.get("tz"))
    with house.progress.work("whatif") as tell:
        return what_if(house, scenario, asked, period, house.clock.now(), tell)


@get("/progress", sync_to_thread=False, tags=["operation"])
def progress(house: House, principal: Principal) -> dict[str, Any]:
    """Long work under way (rebuild, whatif): how much of it is done."""
    require(principal, Permission.READ)
    return {"items": [asdict(one) for one in house.progress.standing()], "next": None}


def _names(scenario: Scenario) -> Iterator[str]:
    for child, parents in scenario.parents.items():
        yield child
        yield from parents
    for planned in scenario.maintenance:
        yield from planned.targets
    for group in scenario.redundant:
        yield from group


handlers = [ask, progress]
