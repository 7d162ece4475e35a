"""Incidents: the list, and one with its story and what may be done to it now."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from collector.incident_words import countdown, said_of, state
from collector.printed import NO_FIGURE, duration, instant
from collector.sentences import said
from collector.store.incidents import Episode, Happening, Incident, Ticket
from collector.texts import Translator
from collector.web.views.words import ACTIONS, ACTORS, FAULTS, HAPPENINGS, PAUSES, PRIORITIES, word
from rules.incident import LIVE, SET_ASIDE, ActorKind, Phase, Verb, Waiting, permitted

PAGE = 100

TABS: Mapping[str, tuple[Phase, ...]] = {
    "": tuple(sorted(LIVE)),
    "resolved": (Phase.RESOLVED,),
    "closed": (Phase.CLOSED,),
    "all": tuple(Phase),
}
"""The choices over the list, by their word in the query string, and the phases each shows."""

CALL_BACK = "callback"
"""The choice of those that are solved and whose askers wait for a call."""

_MARKS = {
    **dict.fromkeys(("degraded", "threshold", "certificate", "burn", "forecast", "problem", "improvement"), "degraded"),
    "agent_lost": "unknown",
}


@dataclass(frozen=True, slots=True)
class Tab:
    """One choice over the list."""

    word: str
    query: str
    count: int | None
    chosen: bool


@dataclass(frozen=True, slots=True)
class TicketView:
    """An incident's ticket elsewhere. ``url`` is empty where there is none that may be followed."""

    system: str
    id: str
    url: str
    state: str


@dataclass(frozen=True, slots=True)
class IncidentRow:
    """One incident as listed. ``aside``: it was taken for over though nobody saw its fault end."""

    number: str
    kind: str
    mark: str
    summary: str
    target_id: str
    target: str
    priority: str
    state_word: str
    waiting: str
    opened: str
    length: str
    open: bool
    tickets: tuple[TicketView, ...]
    deadline: str = ""
    late: bool = False
    aside: bool = False


@dataclass(frozen=True, slots=True)
class IncidentList:
    """Everything the list shows."""

    tabs: tuple[Tab, ...]
    rows: tuple[IncidentRow, ...]
    later: str
    nothing: str


@dataclass(frozen=True, slots=True)
class Action:
    """A step that may follow now, as a button; ``choices`` are ``(value, word)`` to choose a reason from."""

    name: str
    word: str
    main: bool
    choices: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class EventRow:
    """One event of the story."""

    kind: str
    word: str
    at: str
    actor: str
    text: str


@dataclass(frozen=True, slots=True)
class IncidentPage:
    """Everything an incident's page shows."""

    row: IncidentRow
    actions: tuple[Action, ...]
    events: tuple[EventRow, ...]
    facts: tuple[tuple[str, str], ...]
    explain: str
    may_merge: bool
    may_void: bool


def incident_row(
    incident: Incident,
    target: str,
    tickets: Sequence[Ticket],
    now: int,
    tz: str,
    words: Translator,
    next_deadline: Mapping[str, Any] | None = None,
    *,
    solved: bool | None = None,
) -> IncidentRow:
    """``target`` is the name of the incident's target (or agent), empty where it has none. ``next_deadline`` is the one
    that comes first, as the API tells it, ``solved`` what it says of the end."""
    end = incident.resolved if incident.resolved is not None and not incident.living else now
    return IncidentRow(
        number=incident.name,
        kind=word(FAULTS, incident.kind, words),
        mark=_MARKS.get(incident.kind, "down") if incident.living else "up",
        summary=said(incident.summary, words),
        target_id=incident.target,
        target=target,
        priority=word(PRIORITIES, incident.priority, words) if incident.priority else "",
        state_word=state(incident.phase.value, words, solved=solved, unstable=incident.unstable is not None),
        waiting=_waiting(incident, now, solved, words),
        opened=instant(incident.opened, tz),
        length=duration(max(0, end - incident.opened), words),
        open=incident.living,
        tickets=tuple(_ticket(ticket) for ticket in tickets),
        deadline=countdown(next_deadline, tz, words),
        late=next_deadline is not None and next_deadline["late"],
        aside=solved is False and incident.phase not in SET_ASIDE,
    )


def incident_list(
    rows: Sequence[IncidentRow],
    chosen: str,
    counts: Mapping[str, int],
    after: tuple[int, str] | None,
    words: Translator,
) -> IncidentList:
    """``chosen`` is a key of TABS or CALL_BACK, ``counts`` how many there are of some choices; ``after`` names the last
    row where older ones follow."""
    names = {
        "": words("Open"),
        "resolved": words("Resolved"),
        "closed": words("Closed"),
        "all": words("All incidents"),
        CALL_BACK: words("To call back"),
    }
    tabs = tuple(Tab(names[key], _query(key, None), counts.get(key), key == chosen) for key in names)
    nothing = words("No open incident. All is well, or nobody looks: see the coverage on the overview.")
    return IncidentList(
        tabs, tuple(rows), _query(chosen, after) if after else "", words("No incident here.") if chosen else nothing
    )


def incident_page(
    incident: Incident,
    row: IncidentRow,
    happenings: Sequence[Happening],
    episodes: Sequence[Episode],
    tz: str,
    words: Translator,
) -> IncidentPage:
    """One incident with all its events, oldest first."""
    facts = [
        (words("Opened"), instant(incident.opened, tz)),
        (words("Answered"), instant(incident.answered, tz)),
        (words("Work started"), instant(incident.started, tz)),
        (words("Set aside") if row.aside else words("Resolved"), instant(incident.resolved, tz)),
        (words("Closed"), instant(incident.closed, tz)),
        (words("Priority"), row.priority or NO_FIGURE),
    ]
    if incident.unstable is not None:
        facts.append((words("Comes and goes since"), instant(incident.unstable, tz)))
    for episode in episodes:
        end = words("lasts") if episode.ended is None else instant(episode.ended, tz)
        facts.append((words("Fault"), f"{instant(episode.since, tz)} – {end}"))
    if incident.cause:
        facts.append((words("Cause"), incident.cause))
    if incident.earlier:
        facts.append((words("Before it"), incident.earlier))
    facts.append((words("Zone"), tz))
    since = episodes[-1].since if episodes else incident.opened
    return IncidentPage(
        row=row,
        actions=_actions(incident.phase, words),
        events=tuple(_event(happening, tz, words) for happening in happenings),
        facts=tuple(facts),
        explain=f"/targets/{incident.target}/explain?t={since}" if incident.target else "",
        may_merge=Verb.MERGE in permitted(incident.phase),
        may_void=Verb.VOID in permitted(incident.phase),
    )


def _actions(phase: Phase, words: Translator) -> tuple[Action, ...]:
    """The buttons: what needs more than a button has a form of its own, and the first step forward stands out."""
    verbs = [verb for verb in permitted(phase) if verb not in (Verb.COMMENT, Verb.MERGE, Verb.VOID)]
    return tuple(
        Action(
            verb.value,
            word(ACTIONS, verb, words),
            place == 0,
            tuple((waiting.value, word(PAUSES, waiting, words)) for waiting in Waiting) if verb is Verb.PAUSE else (),
        )
        for place, verb in enumerate(verbs)
    )


def _event(happening: Happening, tz: str, words: Translator) -> EventRow:
    actor = happening.actor
    if happening.actor_kind == ActorKind.MONITOR:
        actor = word(ACTORS, happening.actor_kind, words)
    text = said(said_of(happening.verb, happening.text, words), words)
    if happening.verb == Verb.PAUSE:
        reason, colon, more = text.partition(": ")
        text = word(PAUSES, reason, words) + colon + more
    aside = happening.unseen and happening.verb == Verb.RESOLVE
    told = words("set aside") if aside else word(HAPPENINGS, happening.verb, words)
    if happening.moot:
        told = words("{step} (too late to change anything)", step=told)
    return EventRow(happening.verb, told, instant(happening.at, tz), actor, text)


def _waiting(incident: Incident, now: int, solved: bool | None, words: Translator) -> str:
    if incident.self_recovered and solved:
        return words("recovered by itself")
    if incident.living and incident.answered is None:
        return words("unanswered for {length}", length=duration(max(0, now - incident.opened), words))
    return ""


def _ticket(ticket: Ticket) -> TicketView:
    """Only addresses of web pages become links: what another system answers is not to be trusted with more."""
    url = ticket.url if ticket.url.startswith(("https://", "http://")) else ""
    return TicketView(ticket.system, ticket.ticket or NO_FIGURE, url, ticket.state)


def _query(state: str, after: tuple[int, str] | None) -> str:
    pairs = {"state": state} if state else {}
    if after is not None:
        pairs["before"] = f"{after[0]}.{after[1]}"
    return f"?{urlencode(pairs)}" if pairs else ""
