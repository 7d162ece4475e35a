"""/agents: enrolling those who look, and telling each its plan."""

from dataclasses import dataclass
from typing import Annotated, Any

from litestar import Controller, Request, Response, delete, get, post
from litestar.params import JSONBody, Parameter

from collector.access import require
from collector.api.given import House, Principal
from collector.api.guards import bearer_token
from collector.api.paging import Cursor, Limit, Page, by_number, page
from collector.plans import LONGEST_WAIT_S, Plan
from collector.roles import Permission
from collector.specs import JoinSpec, JoinTokenSpec
from collector.store import agents, checks
from collector.store.agents import Agent
from rules.errors import Unauthenticated

SILENT_AFTER = 30_000
"""An agent is shown as silent when it has not been heard for so long (ms); it sends every few seconds."""


@dataclass(frozen=True, slots=True)
class AgentView:
    """An agent. ``state``: ``waiting`` (never heard), ``here``, ``silent`` or ``revoked``. ``last_seen`` in ms UTC."""

    id: str
    number: int
    name: str
    target: str
    hostname: str
    address: str
    labels: dict[str, str]
    kinds: list[str]
    version: str
    created: int
    retired: int | None
    state: str
    last_seen: int | None


@dataclass(frozen=True, slots=True)
class MadeJoinToken:
    """A join token, shown this once, and the line that uses it."""

    id: str
    token: str
    line: str
    uses: int
    expires: int
    labels: dict[str, str]


@dataclass(frozen=True, slots=True)
class JoinTokenView:
    """A join token as it is listed: without the token."""

    id: str
    uses: int
    expires: int
    labels: dict[str, str]
    created: int


@dataclass(frozen=True, slots=True)
class Enrolled:
    """Who the agent is from now on, and its token, given this once."""

    id: str
    name: str
    number: int
    token: str


class Agents(Controller):
    path = "/agents"
    tags = ("agents",)

    @get(sync_to_thread=True)
    def all(
        self,
        house: House,
        principal: Principal,
        cursor: Cursor = None,
        limit: Limit = 100,
        retired: bool = False,
    ) -> Page[AgentView]:
        """The agents by number, those one may see; also the revoked ones with ``retired``."""
        require(principal, Permission.READ)
        with house.state.read() as tx:
            found = agents.ever(tx) if retired else agents.living(tx)
        found = [agent for agent in found if principal.sees(agent.labels)]
        part = page(found, lambda agent: by_number(agent.number), cursor, limit)
        return Page([view(house, agent) for agent in part.items], part.next)

    @get("/{name:str}", sync_to_thread=True)
    def one(self, house: House, principal: Principal, name: str) -> AgentView:
        """One agent, by name or id."""
        with house.state.read() as tx:
            agent = agents.resolve(tx, name)
        require(principal, Permission.READ, agent.labels)
        return view(house, agent)

    @delete("/{name:str}", sync_to_thread=True, status_code=200)
    def revoke(self, house: House, principal: Principal, name: str) -> AgentView:
        """Revoke an agent: its token is worth nothing from now on. What it reported stays."""
        require(principal, Permission.ADMINISTER)
        with house.state.read() as tx:
            agent = agents.resolve(tx, name)
        house.registry.agents.revoke(agent.id, principal)
        with house.state.read() as tx:
            return view(house, agents.get(tx, agent.id))

    @post("/join-tokens", sync_to_thread=True)
    def new_join_token(self, house: House, principal: Principal, data: JSONBody[JoinTokenSpec]) -> MadeJoinToken:
        """Make a join token; one use and one hour unless said otherwise."""
        require(principal, Permission.ADMINISTER)
        token, text = house.registry.agents.new_join_token(data, principal)
        line = house.registry.place.join_line(text, house.clock.now())
        return MadeJoinToken(token.id, text, line, token.uses, token.expires, token.labels)

    @get("/join-tokens", sync_to_thread=True)
    def join_tokens(
        self, house: House, principal: Principal, cursor: Cursor = None, limit: Limit = 100
    ) -> Page[JoinTokenView]:
        """The join tokens that still work."""
        require(principal, Permission.ADMINISTER)
        now = house.clock.now()
        with house.state.read() as tx:
            found = [token for token in agents.join_tokens(tx) if token.expires > now]
        part = page(found, lambda token: token.id, cursor, limit)
        shown = [
            JoinTokenView(token.id, token.uses, token.expires, token.labels, token.created) for token in part.items
        ]
        return Page(shown, part.next)

    @delete("/join-tokens/{key:str}", sync_to_thread=True, status_code=204)
    def revoke_join_token(self, house: House, principal: Principal, key: str) -> None:
        """Make a join token worthless."""
        require(principal, Permission.ADMINISTER)
        house.registry.agents.revoke_join_token(key, principal)

    @post("/join", sync_to_thread=True, status_code=200)
    def join(self, house: House, request: Request[Any, Any, Any], data: JSONBody[JoinSpec]) -> Enrolled:
        """Enrol with a join token, which is all the proof there is. Makes the agent's machine a target."""
        address = request.client.host if request.client else ""
        joined = house.registry.agents.join(data, address)
        agent = joined.agent
        return Enrolled(agent.id, agent.name, agent.number, joined.token)

    @get("/me/plan")
    async def plan(
        self,
        house: House,
        request: Request[Any, Any, Any],
        wait: Annotated[float, Parameter(ge=0, le=LONGEST_WAIT_S, description="seconds to wait for a change")] = 0.0,
    ) -> Response[bytes]:
        """The plan of the agent that asks, with the credentials its own checks need.

        304 when it is still the one named by If-None-Match, after ``wait`` seconds without a change.
        """
        agent = house.access.identify(bearer_token(request))
        if agent is None:
            raise Unauthenticated("No agent has this token. It may have been revoked.")
        tag = request.headers.get("if-none-match", "").strip().strip('"')
        found = await house.plans.wait(agent.id, tag, wait)
        return _answer(found, tag)


def view(house: House, agent: Agent) -> AgentView:
    """An agent as the API shows it."""
    heard = last_seen(house, agent)
    if agent.retired is not None:
        state = "revoked"
    elif heard is None:
        state = "waiting"
    else:
        state = "here" if house.clock.now() - heard <= SILENT_AFTER else "silent"
    return AgentView(
        id=agent.id,
        number=agent.number,
        name=agent.name,
        target=agent.target,
        hostname=agent.hostname,
        address=agent.address,
        labels=agent.labels,
        kinds=list(agent.kinds),
        version=agent.version,
        created=agent.created,
        retired=agent.retired,
        state=state,
        last_seen=heard,
    )


def last_seen(house: House, agent: Agent) -> int | None:
    """When an agent last spoke to this collector (ms UTC); before that, since a start, its newest result."""
    heard = house.access.contacts.get(agent.number)
    if heard is not None:
        return heard
    with house.state.read() as tx:
        handles = [check.handle for check in checks.assigned_to(tx, agent.number)]
    seen = [at for handle in handles if (at := house.tracks.last_seen(handle).get(agent.number)) is not None]
    return max(seen, default=None)


def _answer(plan: Plan | None, tag: str) -> Response[bytes]:
    headers = {"ETag": f'"{plan.tag if plan else tag}"', "Cache-Control": "no-store"}
    if plan is None:
        return Response(b"", status_code=304, headers=headers, media_type="application/json")
    return Response(plan.body, headers=headers, media_type="application/json")


handlers = [Agents]
