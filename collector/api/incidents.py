"""/incidents: what is and was broken, what people and ticket systems did about it, and the steps that may follow."""

import base64
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from litestar import Controller, get, post
from litestar.params import QueryParameter

from collector.access import Principal as Somebody
from collector.access import require
from collector.api.given import House, Principal
from collector.api.incident_family import DependentView, MemberView, dependents, members, read_by, story
from collector.api.incident_parts import (
    ClockView,
    DeadlineView,
    DeliveryView,
    EscalationView,
    FollowUpView,
    MilestonesView,
    asking,
    brief,
    clocks,
    deadline,
    deliveries,
    escalations,
    follow_ups,
    handled,
)
from collector.api.paging import Cursor, Limit, Page
from collector.api.targets import seen as seen_target
from collector.requests import Asked
from collector.roles import Permission
from collector.store import checks, errands, families, followed, incidents
from collector.store.errands import Errand
from collector.store.followed import Followed
from collector.store.incidents import Incident, Ticket
from collector.web.incidents_kept import labels_of, seen, subject, visible
from rules.errors import Invalid, Missing
from rules.incident import LIVE, Phase, Verb, permitted
from rules.period import parse_instant

_STATES: Mapping[str, tuple[Phase, ...]] = {
    "living": tuple(sorted(LIVE)),
    **{phase.value: (phase,) for phase in Phase},
}


@dataclass(frozen=True, slots=True)
class TicketView:
    """The incident's ticket in one system; ``ticket`` is empty where the system told no id.

    ``standing`` is where it stood when it was last read, whatever that system calls it; empty where it was never read.
    """

    system: str
    ticket: str
    url: str
    state: str
    synced: int
    standing: str
    assignee: str


@dataclass(frozen=True, slots=True)
class IncidentRow:
    """One incident. Instants in ms UTC. ``since`` is when its fault (last) began, ``ended`` when that was over.

    ``solved`` is null while it is being dealt with, and false for what was merged or void, and where its fault is only
    looked at no more. ``unstable`` is since when its fault comes and goes, null where it does not.
    """

    number: str
    id: str
    kind: str
    state: str
    priority: str
    title: str
    target: str
    target_id: str
    check: str
    since: int
    ended: int | None
    opened_at: int
    acknowledged_at: int | None
    started_at: int | None
    resolved_at: int | None
    closed_at: int | None
    self_recovered: bool
    solved: bool | None
    unstable: int | None
    cause: str
    earlier: str
    tickets: list[TicketView]
    deadline: DeadlineView | None


@dataclass(frozen=True, slots=True)
class EpisodeView:
    """A stretch in which the fault was there; ``ended`` null while it lasts."""

    since: int
    detected: int
    ended: int | None


@dataclass(frozen=True, slots=True)
class EventView:
    """Something that happened to it. ``moot``: it came too late to change anything. ``unseen``: it tells of the end of
    a fault that is only looked at no more."""

    at: int
    kind: str
    actor_kind: str
    actor: str
    text: str
    moot: bool
    unseen: bool


@dataclass(frozen=True, slots=True)
class ErrandView:
    """What a ticket system is or was to be told. ``trouble`` is what the last failed try said."""

    id: str
    incident: str
    system: str
    event: str
    state: str
    due: int
    attempts: int
    next: int
    trouble: str


@dataclass(frozen=True, slots=True)
class IncidentView(IncidentRow):
    """One incident with its story. ``actions`` are the steps that may follow now.

    ``brief`` is what was written for those who must fix it. ``dependents`` and ``members`` name the first of those
    that the reader may see, the counts count all.
    """

    episodes: list[EpisodeView]
    events: list[EventView]
    errands: list[ErrandView]
    actions: list[str]
    clocks: list[ClockView]
    milestones: MilestonesView
    escalations: list[EscalationView]
    brief: dict[str, Any] | None
    dependents: list[DependentView]
    dependents_count: int
    members: list[MemberView]
    members_count: int
    deliveries: list[DeliveryView]
    follow_up: FollowUpView


@dataclass(frozen=True, slots=True)
class StepSpec:
    """What goes with a step: ``text`` for all, ``reason`` for a pause or what is void, ``cause`` for a resolution,
    ``into`` (number or id) for a merging."""

    text: str = ""
    reason: str = ""
    cause: str = ""
    into: str = ""


class IncidentsDoor(Controller):
    path = "/incidents"
    tags = ("incidents",)

    @get(sync_to_thread=True)
    def all(
        self,
        house: House,
        principal: Principal,
        wanted: Annotated[str | None, QueryParameter(name="state", description="a state, or living")] = None,
        target: str | None = None,
        since: Annotated[str | None, QueryParameter(description="not those resolved before this time")] = None,
        cursor: Cursor = None,
        limit: Limit = 100,
    ) -> Page[IncidentRow]:
        """Incidents, the newest first."""
        require(principal, Permission.READ)
        if wanted is not None and wanted not in _STATES:
            raise Invalid(f"state: expected one of {', '.join(_STATES)}, found {wanted!r}")
        about = seen_target(house, principal, target).id if target else ""
        instant = None if since is None else parse_instant(since, house.settings.tz)
        with house.state.read() as tx:
            found = incidents.page(
                tx,
                phases=_STATES[wanted] if wanted else (),
                target=about,
                since=instant,
                before=_read(cursor),
                limit=limit + 1,
            )
            mine = list(visible(tx, principal, found[:limit]))
            now = house.clock.now()
            asked = asking(tx, house.settings, mine, now)
            rows = [_row(tx, one, asked.get(one.id), now) for one in mine]
        more = len(found) > limit
        return Page(rows, _write(found[limit - 1]) if more else None)

    @get("/{key:str}", sync_to_thread=True)
    def one(self, house: House, principal: Principal, key: str) -> IncidentView:
        """One incident by number or id, with all that happened to it."""
        require(principal, Permission.READ)
        with house.state.read() as tx:
            return view(house, principal, tx, seen(tx, principal, key))

    @post("/{key:str}/{verb:str}", sync_to_thread=True, status_code=200)
    def step(
        self, house: House, principal: Principal, key: str, verb: str, data: StepSpec | None = None
    ) -> IncidentView:
        """ack, start, pause, resume, comment, resolve, close, reopen, merge or void.

        409 where the incident is not ready for it.
        """
        if verb not in set(Verb) or verb == Verb.OPEN:
            raise Missing(f"There is no step {verb!r} of an incident.")
        with house.state.read() as tx:
            incident = seen(tx, principal, key)
            labels = labels_of(tx, incident)
        require(principal, Permission.HANDLE, labels)
        said = data or StepSpec()
        with house.state.read() as tx:
            into = seen(tx, principal, said.into).id if said.into else ""
        house.incidents.act(
            incident.id, Verb(verb), principal, said.text, reason=said.reason, cause=said.cause, into=into
        )
        with house.state.read() as tx:
            return view(house, principal, tx, incidents.get(tx, incident.id))


class ErrandsDoor(Controller):
    path = "/errands"
    tags = ("incidents",)

    @get(sync_to_thread=True)
    def parked(self, house: House, principal: Principal) -> Page[ErrandView]:
        """What no ticket system took, and nobody tries any more until a person says so."""
        require(principal, Permission.HANDLE)
        with house.state.read() as tx:
            return Page(_errands(tx, errands.parked(tx)))

    @post("/{key:str}/release", sync_to_thread=True, status_code=200)
    def release(self, house: House, principal: Principal, key: str) -> ErrandView:
        """Try a parked errand again, under the same id."""
        require(principal, Permission.HANDLE)
        released = house.errands.release(key)
        with house.state.read() as tx:
            return _errands(tx, [released])[0]


def _row(tx: sqlite3.Connection, incident: Incident, asked: Asked | None, at: int) -> IncidentRow:
    last = incidents.episodes(tx, incident.id)[-1]
    check = checks.find(tx, incident.check) if incident.check else None
    return IncidentRow(
        number=incident.name,
        id=incident.id,
        kind=incident.kind,
        state=incident.phase.value,
        priority=incident.priority,
        title=incident.summary,
        target=subject(tx, incident),
        target_id=incident.target,
        check=check.name if check else "",
        since=last.since,
        ended=last.ended,
        opened_at=incident.opened,
        acknowledged_at=incident.answered,
        started_at=incident.started,
        resolved_at=incident.resolved,
        closed_at=incident.closed,
        self_recovered=incident.self_recovered,
        solved=incidents.solved(tx, incident),
        unstable=incident.unstable,
        cause=incident.cause,
        earlier=incident.earlier,
        tickets=[_ticket(tx, incident, one) for one in incidents.tickets(tx, incident.id)],
        deadline=deadline(asked, at),
    )


def _ticket(tx: sqlite3.Connection, incident: Incident, one: Ticket) -> TicketView:
    read = followed.last(tx, incident.id, one.system) or Followed("")
    return TicketView(one.system, one.ticket, one.url, one.state, one.synced, read.standing, read.assignee)


def view(house: House, principal: Somebody, tx: sqlite3.Connection, incident: Incident) -> IncidentView:
    """One incident, which ``principal`` may see, with everything that is told of it to them."""
    now = house.clock.now()
    told = brief(tx, house.log, incident)
    link = house.follow_up.links.of(incident.id) if principal.may(Permission.IMPROVE) else ""
    asked = asking(tx, house.settings, [incident], now).get(incident.id)
    row = _row(tx, incident, asked, now)
    return IncidentView(
        **{name: getattr(row, name) for name in IncidentRow.__dataclass_fields__},
        episodes=[EpisodeView(one.since, one.detected, one.ended) for one in incidents.episodes(tx, incident.id)],
        events=[
            EventView(one.at, one.verb, one.actor_kind, one.actor, one.text, one.moot, one.unseen)
            for one in story(tx, house.log, principal, incident)
        ],
        errands=_errands(tx, errands.of_incident(tx, incident.id)),
        actions=[verb.value for verb in permitted(incident.phase)],
        clocks=clocks(tx, asked, now),
        milestones=handled(tx, incident, now),
        escalations=escalations(tx, incident),
        brief=None if told is None else read_by(tx, principal, told),
        dependents=dependents(tx, principal, incident),
        dependents_count=families.count_dependents(tx, incident.id),
        members=members(tx, principal, incident),
        members_count=families.count_members(tx, incident.id),
        deliveries=deliveries(tx, incident),
        follow_up=follow_ups(tx, house.settings, incident, link, now),
    )


def _errands(tx: sqlite3.Connection, found: Sequence[Errand]) -> list[ErrandView]:
    return [
        ErrandView(
            id=one.id,
            incident=incidents.get(tx, one.incident).name,
            system=one.system,
            event=one.event,
            state=one.state.value,
            due=one.due,
            attempts=one.attempts,
            next=one.next,
            trouble=one.trouble,
        )
        for one in found
    ]


def _write(last: Incident) -> str:
    return base64.urlsafe_b64encode(f"{last.opened} {last.id}".encode()).rstrip(b"=").decode("ascii")


def _read(cursor: str | None) -> tuple[int, str] | None:
    if cursor is None:
        return None
    try:
        opened, _, key = base64.urlsafe_b64decode(cursor.encode("ascii") + b"==").decode("ascii").partition(" ")
        return int(opened), key
    except ValueError:
        raise Invalid("This cursor is not one that a page of this list gave.") from None


handlers = [IncidentsDoor, ErrandsDoor]
