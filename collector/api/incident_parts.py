"""What an incident's view holds besides its story: deadlines, its brief, who was told, what follows.

Instants in ms UTC.
"""

import json
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from collector.agreed import Agreed
from collector.countdown import following, running, stands
from collector.handling import milestones
from collector.requests import Asked, asked
from collector.settings import Settings
from collector.store import clocks as clock_table
from collector.store import follow_up, incidents, notices
from collector.store.follow_up import Improvement
from collector.store.incidents import Incident
from collector.store.log import Log
from rules.incident import Phase, Verb
from rules.request import Standing
from rules.root_cause import analysis_due


@dataclass(frozen=True, slots=True)
class DeadlineView:
    """Until when something must happen by a rule. ``used`` is the share of the time that is used, null for none;
    ``left`` is the time (ms) until then on the wall clock, negative once it has passed."""

    rule: str
    due: int
    left: int
    used: float | None
    late: bool


@dataclass(frozen=True, slots=True)
class ClockView:
    """How it stands under one rule: ``standing`` is kept, late, pending or by_itself.

    ``due`` is null while a pause lasts. ``done`` is when it was done, ``took`` the time of the clock (ms) until then;
    ``allowed`` is the time (ms) the rule allows. ``warned`` is the greatest share of which was warned.
    """

    rule: str
    standing: str
    due: int | None
    allowed: int
    used: float | None
    done: int | None
    took: int | None
    warned: float | None


@dataclass(frozen=True, slots=True)
class MilestonesView:
    """What happened when, from the failure to the closing, and the lengths of time (ms) between; null for what did not
    happen or is not known. ``restoration`` is the repair time that is judged."""

    failed: int
    detected: int | None
    opened: int | None
    answered: int | None
    started: int | None
    repaired: int | None
    restored: int | None
    confirmed: int | None
    closed: int | None
    detection: int | None
    response: int | None
    start_of_work: int | None
    active_repair: int | None
    restoration: int | None
    resolution: int | None


@dataclass(frozen=True, slots=True)
class DeliveryView:
    """What became of one notice. ``answer`` is the channel's, or why the last try failed."""

    channel: str
    event: str
    at: int
    state: str
    title: str
    attempts: int
    sent: int | None
    answer: str


@dataclass(frozen=True, slots=True)
class EscalationView:
    """Somebody was told because nobody acted in time."""

    to: str
    at: int


@dataclass(frozen=True, slots=True)
class CauseView:
    """The cause as it is known. ``area`` and ``code`` are empty where only words were told."""

    area: str
    code: str
    text: str
    whys: list[str]
    at: int
    actor: str


@dataclass(frozen=True, slots=True)
class ActionView:
    """A corrective or preventive action. ``returned``: incidents of the same fault since it was done, null before.

    ``effective`` is null while nobody has judged; ``measure`` is what of the report it is to mend, or empty.
    """

    incident: str
    number: int
    kind: str
    what: str
    owner: str
    due: int
    late: bool
    added: int
    done: int | None
    effective: bool | None
    remark: str
    withdrawn: int | None
    returned: int | None
    measure: str


@dataclass(frozen=True, slots=True)
class SatisfactionView:
    """How content those who asked are: ``score`` from 1 to 5; ``source`` is link, ticket or people."""

    score: int
    solved: bool | None
    text: str
    at: int
    source: str


@dataclass(frozen=True, slots=True)
class CallBackView:
    """A try to call back those who asked."""

    at: int
    reached: bool
    solved: bool | None
    text: str
    actor: str


@dataclass(frozen=True, slots=True)
class FollowUpView:
    """What follows it. ``analysis_due``: until when its cause must be analysed, null where none is asked for.

    ``feedback_link`` is empty for a reader who may not say what follows: whoever has it answers for those who asked.
    """

    cause: CauseView | None
    analysis_due: int | None
    actions: list[ActionView]
    satisfaction: SatisfactionView | None
    call_backs: list[CallBackView]
    feedback_link: str


def asking(tx: sqlite3.Connection, settings: Settings, found: Iterable[Incident], at: int) -> dict[str, Asked]:
    """By id: incidents as requests, as they stand at an instant; none for what was merged or void."""
    agreed = Agreed(tx, settings.calculation, settings.tz)
    return {one.incident.id: one for one in asked(tx, agreed, found, at, None)}


def deadline(one: Asked | None, at: int) -> DeadlineView | None:
    """The deadline that comes first; None when nothing is asked any more."""
    first = None if one is None else following(one, at)
    if first is None or first.due is None:
        return None
    allowed = first.allowance.length
    used = first.used(at) / allowed if allowed else None
    return DeadlineView(first.rule, first.due, first.due - at, used, at > first.due)


def clocks(tx: sqlite3.Connection, one: Asked | None, at: int) -> list[ClockView]:
    """How it stands under every rule that says anything about it."""
    if one is None:
        return []
    warned = clock_table.warned(tx, one.incident.id)
    asked_still = running(one, at)
    found = []
    for stand in stands(one, at):
        rule = str(stand.deadline.rule)
        if stand.done is None and rule not in asked_still and not stand.by_itself and not stand.late:
            continue
        share = warned.get(rule)
        allowed = stand.deadline.allowance.length
        used = stand.took if stand.took is not None else stand.deadline.used(at)
        found.append(
            ClockView(
                rule=rule,
                standing=_standing(stand),
                due=stand.deadline.due,
                allowed=allowed,
                used=used / allowed if allowed else None,
                done=stand.done,
                took=stand.took,
                warned=None if share is None else float(share),
            )
        )
    return found


def handled(tx: sqlite3.Connection, incident: Incident, at: int) -> MilestonesView:
    """What happened when, and how long that took."""
    found = milestones(tx, incident, at)
    return MilestonesView(**{name: getattr(found, name) for name in MilestonesView.__dataclass_fields__})


def brief(tx: sqlite3.Connection, log: Log, incident: Incident) -> dict[str, Any] | None:
    """What was written for those who must fix it, when it was last opened; None where nothing was."""
    begun = [event for event in incidents.events(tx, incident.id) if event.verb in (Verb.OPEN, Verb.REOPEN)]
    for event in reversed(begun):
        entry = log.entry(event.position)
        told = json.loads(entry.body).get("brief") if entry is not None else None
        if told:
            return dict(told)
    return None


def deliveries(tx: sqlite3.Connection, incident: Incident) -> list[DeliveryView]:
    """Which notices were given, and how that is known."""
    return [
        DeliveryView(one.channel, one.event, one.at, one.state, one.title, one.attempts, one.sent, one.answer)
        for one in notices.deliveries(tx, incident.id)
    ]


def escalations(tx: sqlite3.Connection, incident: Incident) -> list[EscalationView]:
    """To whom it was escalated."""
    return [EscalationView(to, at) for to, at in clock_table.escalated(tx, incident.id).items()]


def follow_ups(tx: sqlite3.Connection, settings: Settings, incident: Incident, link: str, at: int) -> FollowUpView:
    """What follows it; ``link`` is where those who asked may answer, empty where the reader may not know it."""
    cause = follow_up.cause(tx, incident.id)
    told = follow_up.satisfaction(tx, incident.id)
    over = incident.phase in (Phase.RESOLVED, Phase.CLOSED)
    analysed = cause is not None and bool(cause.area)
    serious = incident.priority == "urgent" or bool(incident.earlier)
    wanted = incident.resolved is not None and over and not incident.self_recovered and serious and not analysed
    return FollowUpView(
        cause=None
        if cause is None
        else CauseView(cause.area, cause.code, cause.text, list(cause.whys), cause.at, cause.actor),
        analysis_due=analysis_due(incident.resolved, settings.tz) if wanted and incident.resolved is not None else None,
        actions=[action(tx, one, at) for one in follow_up.improvements(tx, incident.id)],
        satisfaction=None
        if told is None
        else SatisfactionView(told.score, told.solved, told.text, told.at, told.source),
        call_backs=[
            CallBackView(one.at, one.reached, one.solved, one.text, one.actor)
            for one in follow_up.call_backs(tx, incident.id)
        ],
        feedback_link=link if incidents.solved(tx, incident) else "",
    )


def action(tx: sqlite3.Connection, one: Improvement, at: int) -> ActionView:
    """One action as it stands."""
    incident = incidents.get(tx, one.incident)
    return ActionView(
        incident=incident.name,
        number=one.number,
        kind=one.kind,
        what=one.what,
        owner=one.owner,
        due=one.due,
        late=one.open and at > one.due,
        added=one.added,
        done=one.done,
        effective=one.effective,
        remark=one.remark,
        withdrawn=one.withdrawn,
        returned=None if one.done is None else follow_up.returned(tx, incident.fault, one.done),
        measure=one.measure,
    )


def _standing(stand: Standing) -> str:
    for word in ("kept", "late", "by_itself"):
        if getattr(stand, word):
            return word
    return "pending"
