"""/metrics: the collector's own health for Prometheus (text format 0.0.4)."""

from collections.abc import Iterator

from litestar import Response, get

from collector.access import require
from collector.api.given import House, Principal
from collector.roles import Permission
from collector.store import agents, checks, errands, notices, targets
from collector.store.errands import ErrandState
from collector.store.notices import MessageState

_MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"


@get("/metrics", include_in_schema=False, sync_to_thread=True)
def metrics(house: House, principal: Principal) -> Response[str]:
    """How far log and fold are, and how much is watched. Needs a token that may read."""
    require(principal, Permission.READ)
    return Response("".join(_lines(house)), media_type=_MEDIA_TYPE)


def _lines(house: House) -> Iterator[str]:
    now = house.clock.now()
    yield from _gauge("nineward_log_position", "Entries in the log.", house.log.head()[0])
    yield from _gauge("nineward_fold_position", "Log position that the state reflects.", house.fold.position)
    with house.state.read() as tx:
        yield from _gauge("nineward_targets", "Targets that are watched.", len(targets.living(tx)))
        yield from _gauge("nineward_checks", "Checks that are asked.", len(checks.living(tx)))
        known = agents.living(tx)
        told = notices.counts(tx)
        untold = errands.left(tx)
    yield "# HELP nineward_errands What ticket systems are still to be told, and what they did not take.\n"
    yield "# TYPE nineward_errands gauge\n"
    for system in house.errands.systems:
        for kept in (ErrandState.WAITING, ErrandState.CLAIMED, ErrandState.PARKED):
            yield f'nineward_errands{{system="{system}",state="{kept}"}} {untold.get((system, kept), 0)}\n'
    yield "# HELP nineward_notices Messages to people, by how far they are.\n# TYPE nineward_notices gauge\n"
    for state in MessageState:
        yield f'nineward_notices{{state="{state}"}} {told.get(state, 0)}\n'
    yield "# HELP nineward_news_dropped_total News that was too old to be told, since the start.\n"
    yield f"# TYPE nineward_news_dropped_total counter\nnineward_news_dropped_total {house.noticing.dropped}\n"
    yield from _gauge("nineward_agents", "Agents that are enrolled.", len(known))
    yield "# HELP nineward_agent_silent_seconds Time since an agent last spoke.\n"
    yield "# TYPE nineward_agent_silent_seconds gauge\n"
    for agent in known:
        heard = house.access.contacts.get(agent.number)
        if heard is not None:
            name = agent.name.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
            yield f'nineward_agent_silent_seconds{{agent="{name}"}} {(now - heard) / 1000}\n'


def _gauge(name: str, text: str, value: float) -> Iterator[str]:
    yield f"# HELP {name} {text}\n# TYPE {name} gauge\n{name} {value}\n"


root_handlers = [metrics]
