"""POST /results: plain results, for whatever wants to report without being an agent's program."""

from dataclasses import dataclass

from litestar import Controller, post
from litestar.params import JSONBody

from collector.access import require
from collector.api.given import House, Principal
from collector.intake import AgentIdentity
from collector.reported import Report, batch
from collector.roles import Permission
from collector.store import agents
from rules.errors import Forbidden

_PATIENCE_S = 10.0


@dataclass(frozen=True, slots=True)
class Reports:
    """Results to take, all or none."""

    results: list[Report]


@dataclass(frozen=True, slots=True)
class Taken:
    """How many results are on disk, and the head of the log's chain (hex)."""

    taken: int
    head: str


class Results(Controller):
    path = "/results"
    tags = ("agents",)

    @post(sync_to_thread=True, status_code=200)
    def report(self, house: House, principal: Principal, data: JSONBody[Reports]) -> Taken:
        """Take results of checks that this agent answers. The same body again changes nothing."""
        require(principal, Permission.SUBMIT)
        if principal.kind != "agent":
            raise Forbidden("Results are reported with an agent's token: enrol what reports by POST agents/join.")
        received = house.clock.now()
        with house.state.read() as tx:
            agent = agents.get(tx, principal.id)
            identity = AgentIdentity(agent.id, agent.number)
            body, count = batch(tx, identity, data.results, received, house.settings.tz)
        ack = house.intake.submit_batch(body, identity, received).result(_PATIENCE_S)
        return Taken(count, ack.head)


handlers = [Results]
