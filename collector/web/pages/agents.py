"""The agents, and the line by which one more machine is enrolled."""

from typing import Any

from litestar import Response, get, post

from collector.access import require
from collector.decode import decode
from collector.printed import instant
from collector.roles import Permission
from collector.specs import JoinTokenSpec
from collector.store import agents as kept
from collector.store import checks, incidents
from collector.store.agents import Agent
from collector.web.pages.desk import Asked
from collector.web.pages.desk import place as place_of
from collector.web.pages.entrance import Form
from collector.web.pages.given import House, Principal, Viewer
from collector.web.rendering import page
from collector.web.views.agents import Heard, agents
from rules.errors import Invalid

RECENT = 120_000
"""How far back (ms) an agent's batches are read for its health."""


@get("/agents", sync_to_thread=True)
def show(request: Asked, house: House, principal: Principal, viewer: Viewer) -> Response[str]:
    """Every agent with its health."""
    return _page(request, house, principal, viewer, "")


@post("/agents/join-line", status_code=200, sync_to_thread=True)
def join_line(request: Asked, house: House, principal: Principal, viewer: Viewer, data: Form) -> Response[Any]:
    """Make a join token and show the line to paste: this once."""
    require(principal, Permission.ADMINISTER)
    uses = data.get("uses", "1")
    try:
        if not (uses.isascii() and uses.isdigit()):
            raise Invalid("The number of machines is a whole number.")
        spec = JoinTokenSpec(int(uses), data.get("ttl", "1h"))
        token, text = house.registry.agents.new_join_token(spec, principal)
    except Invalid as wrong:
        return _page(request, house, principal, viewer, str(wrong), wrong.status)
    line = house.registry.place.join_line(text, house.clock.now())
    until = instant(token.expires, house.settings.tz)
    return _page(request, house, principal, viewer, "", line=line, uses=token.uses, until=until)


def _page(
    request: Asked,
    house: House,
    principal: Principal,
    viewer: Viewer,
    trouble: str,
    status: int = 200,
    *,
    line: str = "",
    uses: int = 1,
    until: str = "",
) -> Response[str]:
    require(principal, Permission.READ)
    now = house.clock.now()
    with house.state.read() as tx:
        silent = {incident.agent for incident in incidents.living(tx) if incident.agent}
        known = [
            (agent, checks.assigned_to(tx, agent.number)) for agent in kept.living(tx) if principal.sees(agent.labels)
        ]
    rows = [
        (agent, heard(house, agent, [check.handle for check in own], now), len(own), agent.id in silent)
        for agent, own in known
    ]
    view = agents(rows, now, house.settings.tz, viewer.words)
    return page(
        "agents.html", viewer, place_of(request), status, view=view, trouble=trouble, line=line, uses=uses, until=until
    )


def heard(house: House, agent: Agent, handles: list[int], now: int) -> Heard | None:
    """An agent's newest batch, from the log's last minutes, else from the newest result that any of its checks has."""
    recent = [entry for entry in house.log.read_batches(agent.number, now - RECENT, now + 1) if entry.kind == "batch"]
    if recent:
        newest, header = recent[-1], decode(recent[-1].body).header
        first = decode(recent[0].body).header
        before = first if len(recent) > 1 and first.boot == header.boot else None
        return Heard(newest.at, header, before)
    positions = [house.live.lasts(handle).get(agent.number, 0) for handle in handles]
    entry = house.log.entry(max(positions, default=0))
    return Heard(entry.at, decode(entry.body).header) if entry is not None else None


handlers = [show, join_line]
