"""/traps: what devices said of themselves (SNMP traps and informs)."""

import base64
from dataclasses import dataclass

from litestar import Controller, get, post
from litestar.params import JSONBody

from collector.access import require
from collector.api.given import House, Principal
from collector.api.paging import Cursor, Limit, Page
from collector.api.targets import seen as seen_target
from collector.intake import AgentIdentity
from collector.roles import Permission
from collector.store import agents, targets, traps
from collector.store.traps import Trap
from collector.traps import HeardTrap
from rules.errors import Forbidden, Invalid
from rules.period import parse_instant


@dataclass(frozen=True, slots=True)
class Heard:
    """What an agent heard in one run of its process, ``boot``."""

    boot: str
    traps: list[HeardTrap]


@dataclass(frozen=True, slots=True)
class TakenTraps:
    """How many of them were new."""

    taken: int


@dataclass(frozen=True, slots=True)
class TrapView:
    """A notification. ``target`` is a name, empty where no target has the source's address; ``at`` in ms UTC."""

    at: int
    agent: str
    target: str
    target_id: str
    source: str
    version: str
    inform: bool
    oid: str
    name: str
    uptime: int | None
    bindings: list[list[str]]
    unkept: int


class TrapsDoor(Controller):
    path = "/traps"
    tags = ("traps",)

    @get(sync_to_thread=True)
    def all(
        self,
        house: House,
        principal: Principal,
        target: str | None = None,
        since: str | None = None,
        cursor: Cursor = None,
        limit: Limit = 100,
    ) -> Page[TrapView]:
        """Notifications of devices, the newest first; with an empty ``target`` those of addresses no target has."""
        require(principal, Permission.READ)
        about = seen_target(house, principal, target).id if target else target
        instant = None if since is None else parse_instant(since, house.settings.tz)
        before = _read(cursor)
        shown: list[Trap] = []
        with house.state.read() as tx:
            known = {one.id: one for one in targets.ever(tx)}
            names = {agent.number: agent.name for agent in agents.ever(tx)}
            while len(shown) <= limit:
                found = traps.page(tx, target=about, since=instant, before=before, limit=limit + 1)
                shown += (one for one in found if principal.sees(known[one.target].labels if one.target else {}))
                if len(found) <= limit:
                    break
                before = _place(found[-1])
        items = [
            TrapView(
                one.at,
                names.get(one.agent, str(one.agent)),
                known[one.target].name if one.target else "",
                one.target,
                one.source,
                one.version,
                one.inform,
                one.oid,
                one.name,
                one.uptime,
                [list(pair) for pair in one.bindings],
                one.unkept,
            )
            for one in shown[:limit]
        ]
        return Page(items, _write(shown[limit - 1]) if len(shown) > limit else None)

    @post(sync_to_thread=True, status_code=200)
    def take(self, house: House, principal: Principal, data: JSONBody[Heard]) -> TakenTraps:
        """Keep what an agent heard. The same again changes nothing."""
        require(principal, Permission.SUBMIT)
        if principal.kind != "agent":
            raise Forbidden("Traps are passed on with an agent's token.")
        with house.state.read() as tx:
            agent = agents.get(tx, principal.id)
        return TakenTraps(house.traps.take(AgentIdentity(agent.id, agent.number), data.boot, data.traps))


def _place(one: Trap) -> tuple[int, int, int]:
    return one.at, one.position, one.place


def _write(last: Trap) -> str:
    return base64.urlsafe_b64encode(".".join(map(str, _place(last))).encode()).rstrip(b"=").decode("ascii")


def _read(cursor: str | None) -> tuple[int, int, int] | None:
    if cursor is None:
        return None
    try:
        at, position, place = base64.urlsafe_b64decode(cursor.encode("ascii") + b"==").decode("ascii").split(".")
        return int(at), int(position), int(place)
    except ValueError:
        raise Invalid("This cursor is not one that a page of this list gave.") from None


handlers = [TrapsDoor]
