"""What is to be decided about agents: who is silent now, against who is recorded as silent. Reads only."""

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from collector.drafts import Draft, Drafts
from collector.family import SITE
from collector.faults import Kind, outage_key
from collector.live import Live
from collector.sight import site_key
from collector.silence import Judgement, Watched, judge, reporting
from collector.store import agents, checks, targets
from collector.store import incidents as table
from collector.store.agents import Agent
from collector.store.incidents import Incident
from collector.store.targets import Target
from rules.opening import Breach, ruling

COLLECTOR_FAULT = "collector"

_DYING = 180_000
"""How long (ms) after its last contact an agent is not missed by itself, while others see its host fail."""


@dataclass(slots=True)
class AgentVerdict:
    """Decisions to record, and the agents (ids) that fell silent or came back."""

    drafts: list[Draft] = field(default_factory=list)
    silent: list[str] = field(default_factory=list)
    back: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Missing:
    """A living incident about silence: the agents it names, by number, and since when."""

    incident: Incident
    numbers: frozenset[int]
    since: int


class AgentDecisions:
    """``contacts`` tells when each agent (number) was last heard since the start, in ms UTC."""

    def __init__(self, live: Live, contacts: Mapping[int, int], drafts: Drafts) -> None:
        self._live = live
        self._contacts = contacts
        self._drafts = drafts
        self._listening_since = 0

    def listen(self, now: int) -> None:
        """From ``now`` (ms UTC) on agents can be heard: whoever was not heard before has time to come."""
        self._listening_since = now

    def about(self, tx: sqlite3.Connection, living: Sequence[Incident], now: int) -> AgentVerdict:
        """Compare all agents with the living incidents."""
        missing = [found for incident in living if (found := _missing(tx, incident)) is not None]
        known = {agent.number: agent for agent in agents.living(tx)}
        often = reporting(self._live)
        watched = [
            Watched(number, self._contacts.get(number), often[number]) for number in sorted(known) if number in often
        ]
        silent = {number: one.since for one in missing for number in one.numbers}
        judged = judge(watched, silent, self._listening_since, now)
        verdict = AgentVerdict(
            silent=[known[number].id for number, _ in (*judged.lost, *judged.everyone)],
            back=[known[number].id for number in judged.back],
        )
        self._ended(verdict, missing, judged, known, now)
        self._begun(tx, verdict, judged, known, now)
        return verdict

    def _ended(
        self,
        verdict: AgentVerdict,
        missing: Sequence[_Missing],
        judged: Judgement,
        known: Mapping[int, Agent],
        now: int,
    ) -> None:
        for one in missing:
            back = sorted(one.numbers.intersection(judged.back))
            if back:
                heard = min(self._contacts[number] for number in back)
                text = ", ".join(known[number].name for number in back) + " reports again"
                verdict.drafts.append(self._drafts.recovery(one.incident.id, heard, text))
                if one.incident.kind == Kind.COLLECTOR:
                    self.listen(now)  # the others get time to come back before one of them is missed
            elif not one.numbers & set(known):
                gone = self._drafts.recovery(one.incident.id, now, "The agent was retired", unseen=True)
                verdict.drafts.append(gone)

    def _begun(
        self, tx: sqlite3.Connection, verdict: AgentVerdict, judged: Judgement, known: Mapping[int, Agent], now: int
    ) -> None:
        ticket_after, rules = self._drafts.calculation.ticket_after, self._drafts.settings.incident_rules
        for number, since in judged.lost:
            agent = known[number]
            key, summary = f"agent:{agent.id}", f"The agent {agent.name} is silent"
            before = table.of_fault(tx, key)
            own = next((target for target in targets.living(tx) if target.agent == agent.id), None)
            host = None if own is None else _of_its_host(tx, own)
            if own is not None and host is None and now - since < _DYING and self._fails(tx, own, since):
                continue
            told = "" if host is None else host.id
            if before is not None and self._drafts.comes_back(before, since):
                again = self._drafts.reopening(tx, before, f"{summary} again", since, now, ticket_after.important)
                verdict.drafts.append({**again, "systems": [], "parent": told} if told else again)
                continue
            ruled = ruling(rules, Breach(Kind.AGENT_LOST))
            opening = self._drafts.opening(
                tx, now, kind=Kind.AGENT_LOST, fault=key, agent=agent.id, priority=ruled.priority, summary=summary,
                text=f"{summary}. What it alone looks at is unknown.", since=since, detected=now,
                ticket_after=ticket_after.important, ticket=ruled.ticket and not told, parent=told,
            )  # fmt: skip
            verdict.drafts.append(opening)
        if judged.everyone:
            number_of = len(judged.everyone)
            ruled = ruling(rules, Breach(Kind.COLLECTOR))
            opening = self._drafts.opening(
                tx, now, kind=Kind.COLLECTOR, fault=COLLECTOR_FAULT, priority=ruled.priority, ticket=ruled.ticket,
                agent=" ".join(known[number].id for number, _ in judged.everyone),
                summary=f"All {number_of} agents are silent",
                text=f"All {number_of} agents fell silent at once: look at the collector and its network.",
                since=max(since for _, since in judged.everyone), detected=now, ticket_after=ticket_after.important,
            )  # fmt: skip
            verdict.drafts.append(opening)

    def _fails(self, tx: sqlite3.Connection, own: Target, since: int) -> bool:
        """Whether others saw the host fail after its agent fell silent: its outage may be about to be known."""
        answers = (one for check in checks.of_target(tx, own.id) for one in self._live.answers(check.handle).values())
        return any(not good and last > since for last, good in answers)


def _of_its_host(tx: sqlite3.Connection, own: Target) -> Incident | None:
    """The living incident that tells of a silent agent anyway: its host is down, or the whole site is dark."""
    keys = [outage_key(own.id), *([site_key(site)] if (site := own.labels.get(SITE)) else [])]
    found = [incident for key in keys if (incident := table.of_fault(tx, key)) is not None and incident.living]
    return found[0] if found else None


def _missing(tx: sqlite3.Connection, incident: Incident) -> _Missing | None:
    if not incident.agent:
        return None
    found = (agents.find(tx, key) for key in incident.agent.split())
    since = max((episode.since for episode in table.episodes(tx, incident.id)), default=incident.opened)
    return _Missing(incident, frozenset(agent.number for agent in found if agent is not None), since)
