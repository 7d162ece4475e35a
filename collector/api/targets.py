"""/targets: what is watched."""

from dataclasses import dataclass
from typing import Annotated, Any

from litestar import Controller, delete, get, patch, post
from litestar.params import JSONBody, Parameter

from collector.access import require
from collector.api.given import House, Principal
from collector.api.paging import Cursor, Limit, Page, page
from collector.parts import Part
from collector.parts import parts as parts_of
from collector.registry import Imported
from collector.roles import Permission
from collector.specs import TargetSpec
from collector.store import agents, checks, targets
from collector.store.targets import Target
from collector.timelines import Current
from rules.selector import Selector, words

_PARTS_SEEN = 900_000
"""Every part is read at least so often, in ms."""


@dataclass(frozen=True, slots=True)
class TargetView:
    """A target and how it is: ``state`` is one of the classes of time or ``pending``, ``since`` in ms UTC."""

    id: str
    name: str
    address: str
    kind: str
    priority: str
    profile: str
    labels: dict[str, str]
    parents: list[str]
    credentials: list[str]
    snmp: str
    settings: dict[str, Any]
    in_service_from: int | None
    in_service_to: int | None
    agent: str
    no_outside_witness: bool
    calendar: str
    agreement: str
    created: int
    retired: int | None
    state: str
    since: int | None
    reason: str


@dataclass(frozen=True, slots=True)
class Look:
    """The newest result of one check by one agent; ``at`` in ms UTC."""

    check: str
    check_id: str
    vital: bool
    agent: str
    at: int
    outcome: str
    values: dict[str, float]
    text: str


@dataclass(frozen=True, slots=True)
class ImportBody:
    """Targets to add or change by name: all of them, or none. With ``dry_run`` nothing is done."""

    targets: tuple[TargetSpec, ...]
    dry_run: bool = False


class Targets(Controller):
    path = "/targets"
    tags = ("targets",)

    @get(sync_to_thread=True)
    def all(
        self,
        house: House,
        principal: Principal,
        cursor: Cursor = None,
        limit: Limit = 100,
        selector: Annotated[str | None, Parameter(description="only those it names: site=hz,kind=switch")] = None,
        retired: bool = False,
    ) -> Page[TargetView]:
        """The targets one may see, by name; also the removed ones with ``retired``."""
        require(principal, Permission.READ)
        chosen = Selector.parse(selector or "*")
        with house.state.read() as tx:
            found = targets.ever(tx) if retired else targets.living(tx)
        seen = [
            target
            for target in found
            if principal.sees(target.labels)
            and chosen.matches(words(target.name, target.kind, target.priority, target.labels))
        ]
        part = page(seen, lambda target: f"{target.name}\0{target.id}", cursor, limit)
        names = {target.id: target.name for target in found}
        now = house.clock.now()
        states = house.timelines.currents(now)
        shown = [
            _view(target, states.get(target.id) or house.timelines.current(target.id, now), names)
            for target in part.items
        ]
        return Page(shown, part.next)

    @post(sync_to_thread=True)
    def add(self, house: House, principal: Principal, data: JSONBody[TargetSpec]) -> TargetView:
        """Watch one more target. Without ``checks`` it gets those its address calls for."""
        require(principal, Permission.CONFIGURE, data.labels)
        return view(house, house.registry.add_target(data, principal))

    @post("/import", sync_to_thread=True, status_code=200)
    def take_over(self, house: House, principal: Principal, data: JSONBody[ImportBody]) -> Imported:
        """Add or change many, all or nothing. The same import twice changes nothing the second time."""
        require(principal, Permission.CONFIGURE)
        return house.registry.import_targets(data.targets, principal, data.dry_run)

    @get("/{name:str}", sync_to_thread=True)
    def one(self, house: House, principal: Principal, name: str) -> TargetView:
        """One target, by name or id."""
        return view(house, seen(house, principal, name))

    @patch("/{name:str}", sync_to_thread=True)
    def change(self, house: House, principal: Principal, name: str, data: JSONBody[dict[str, Any]]) -> TargetView:
        """Change the given fields (those of a new target but for checks). Labels and settings merge, null removes."""
        require(principal, Permission.CONFIGURE, seen(house, principal, name).labels)
        return view(house, house.registry.set_target(name, data, principal))

    @delete("/{name:str}", sync_to_thread=True, status_code=200)
    def remove(self, house: House, principal: Principal, name: str) -> TargetView:
        """Retire a target. Nothing is deleted: its history and figures stay."""
        target = seen(house, principal, name)
        require(principal, Permission.CONFIGURE, target.labels)
        house.registry.remove_target(target.id, principal)
        return view(house, seen(house, principal, target.id))

    @get("/{name:str}/last", sync_to_thread=True)
    def last(self, house: House, principal: Principal, name: str) -> Page[Look]:
        """The newest result of each check by each agent."""
        return Page(looks(house, seen(house, principal, name)))

    @get("/{name:str}/parts", sync_to_thread=True)
    def parts(self, house: House, principal: Principal, name: str) -> Page[Part]:
        """The interfaces and components that its SNMP check saw in the last quarter of an hour, watched or not."""
        target = seen(house, principal, name)
        with house.state.read() as tx:
            own = checks.of_target(tx, target.id)
        now = house.clock.now()
        sightings = [
            one.values
            for check in own
            if check.kind == "snmp"
            for one in house.tracks.samples(check.handle, now - _PARTS_SEEN, now + 1)
        ]
        # An interface's own check looks at it more often than all interfaces are recorded.
        watched = {check.id: check.part for check in own if check.kind == "interface"}
        sightings += [
            {f"{metric}[{watched[look.check_id]}]": value for metric, value in look.values.items()}
            for look in looks(house, target)
            if look.check_id in watched and look.at >= now - _PARTS_SEEN
        ]
        return Page(parts_of(sightings, {(check.kind, check.part) for check in own}), None)

    @post("/{name:str}/look", sync_to_thread=True, status_code=202)
    def look(self, house: House, principal: Principal, name: str) -> None:
        """Ask the agents to look at it now, once; at most every five seconds."""
        target = seen(house, principal, name)
        require(principal, Permission.HANDLE, target.labels)
        with house.state.read() as tx:
            handles = [check.handle for check in checks.of_target(tx, target.id)]
        house.plans.look_now(handles)


def seen(house: House, principal: Principal, name: str) -> Target:
    """The target of that name or id, if ``principal`` may see it. Raises Missing or Forbidden."""
    with house.state.read() as tx:
        target = targets.resolve(tx, name)
    require(principal, Permission.READ, target.labels)
    return target


def view(house: House, target: Target) -> TargetView:
    """A target as the API shows it, with its state now."""
    with house.state.read() as tx:
        names = {parent: targets.get(tx, parent).name for parent in target.parents}
    return _view(target, house.timelines.current(target.id, house.clock.now()), names)


def looks(house: House, target: Target) -> list[Look]:
    """The newest result of each of a target's checks by each agent, by check."""
    with house.state.read() as tx:
        own = checks.of_target(tx, target.id)
        names = {agent.number: agent.name for agent in agents.ever(tx)}
    return [
        Look(
            check=check.name,
            check_id=check.id,
            vital=check.vital,
            agent=names.get(number, str(number)),
            at=sighting.at,
            outcome=sighting.outcome.value,
            values=dict(sighting.values),
            text=sighting.text,
        )
        for check in own
        for number, sighting in sorted(house.tracks.last(check.handle).items())
    ]


def _view(target: Target, now: Current, names: dict[str, str]) -> TargetView:
    return TargetView(
        id=target.id,
        name=target.name,
        address=target.address,
        kind=target.kind,
        priority=target.priority.value,
        profile=target.profile,
        labels=target.labels,
        parents=[names.get(parent, parent) for parent in target.parents],
        credentials=list(target.credentials),
        snmp=target.snmp,
        settings=target.settings,
        in_service_from=target.in_service_from,
        in_service_to=target.in_service_to,
        agent=target.agent,
        no_outside_witness=target.no_outside_witness,
        calendar=target.calendar,
        agreement=target.agreement,
        created=target.created,
        retired=target.retired,
        state=str(now.state),
        since=now.since,
        reason=now.reason,
    )


handlers = [Targets]
