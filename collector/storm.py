"""The storm brake: each ticket system gets so many tickets an hour, what is beyond goes into one ticket.

Every fault stays an incident of its own with its own life; only its ticket is held, and the incident of the storm
tells of it. Within the hour a system may not get more openings and returns than its ``cap``; those taken back before
they were sent do not count. The storm is over when nothing that it tells of lasts any more, when what lasts fits within
the caps again, or when people say so. What lasts then is told of by itself, within the caps, the most urgent first.
"""

import sqlite3
from collections.abc import Sequence

from collector.decisions.storm import STORM
from collector.decisions.telling import OVER
from collector.drafts import Draft, Drafts
from collector.faults import Kind
from collector.store import errands, families, incidents
from collector.store.incidents import Incident
from collector.ticket_terms import terms_of
from rules.incident import Verb
from rules.opening import Breach, ruling
from rules.parameters import HOUR, MINUTE

_NEWS = 5 * MINUTE
"""How often (ms) the ticket of a storm hears how many incidents it tells of, if there are not twice as many."""

_ANNOUNCING = frozenset({Verb.OPEN.value, Verb.REOPEN.value})


class Brake:
    """Changes drafts before they are recorded. Used by one thread."""

    def __init__(self, drafts: Drafts) -> None:
        self._drafts = drafts
        tables = drafts.settings.tickets
        self._caps = {name: terms_of(name, table).cap for name, table in tables.items()}
        self._counts: dict[str, int] = {}
        self._storm = ""
        self._systems: set[str] = set()
        self._told: dict[str, tuple[int, int]] = {}  # by storm: how many it told of, and when

    def begin(self) -> None:
        """What was let through before is in the state by now: a new snapshot tells of it."""
        self._counts = {}
        self._storm = ""

    def on(self, tx: sqlite3.Connection, now: int, drafts: Sequence[Draft]) -> list[Draft]:
        """The same drafts, without the tickets that are too many; before them the storm's own where it begins.

        ``tx`` is one snapshot, the same since :meth:`begin`; ``now`` in ms UTC.
        """
        found: list[Draft] = []
        for draft in drafts:
            if draft["verb"] in _ANNOUNCING and draft["systems"]:
                found += self._held(tx, now, draft)
            found.append(draft)
        return found

    def news(self, tx: sqlite3.Connection, now: int) -> list[Draft]:
        """What a storm's ticket is to hear by now, and the end of what tells of others."""
        found: list[Draft] = []
        storm = incidents.of_fault(tx, STORM)
        if storm is not None and storm.living:
            count = families.count_members(tx, storm.id)
            told, at = self._told.setdefault(storm.id, (count, now))
            if self._systems or count >= 2 * told or (count > told and now - at >= _NEWS):
                self._told[storm.id] = (count, now)
                text = f"{storm.summary}: {count} incidents are told of here"
                found.append(self._drafts.gathered(storm.id, sorted(self._systems), text))
                self._systems = set()
        if storm is not None and storm.living and self._fits(tx, now, storm):
            found.append(self._drafts.calmed(storm, now))
        found += self._released(tx, now)
        for key in families.outlived(tx):
            incident = incidents.get(tx, key)
            if incident.kind == Kind.STORM or not _lasts(tx, incident):
                text = f"{incident.summary}: nothing that it tells of lasts any more"
                found.append(self._drafts.recovery(incident.id, now, text))
        return found

    def _fits(self, tx: sqlite3.Connection, now: int, storm: Incident) -> bool:
        """Whether all that a storm tells of and that lasts may be told of by itself within the caps."""
        most = max(self._caps.values(), default=0)
        lasting = families.held(tx, storm.id, most + 1)
        if not lasting or len(lasting) > most:
            return False
        room = {system: cap - self._count(tx, now, system) for system, cap in self._caps.items()}
        for key in lasting:
            for system in self._unheard(tx, incidents.get(tx, key)):
                room[system] -= 1
        return all(left >= 0 for left in room.values())

    def _released(self, tx: sqlite3.Connection, now: int) -> list[Draft]:
        """What storms held that are over, and lasts: as much of it as each system bears."""
        found = []
        for storm in families.spent(tx, STORM):
            for key in families.held(tx, storm, max(self._caps.values(), default=1)):
                incident = incidents.get(tx, key)
                systems = self._unheard(tx, incident)
                if all(self._count(tx, now, system) < self._caps[system] for system in systems):
                    for system in systems:
                        self._counts[system] += 1
                    found.append(self._drafts.released(tx, incident, systems, now))
        return found

    def _unheard(self, tx: sqlite3.Connection, incident: Incident) -> list[str]:
        """The systems that are to hear of an incident and do not know that it lasts."""
        told = errands.announced(tx, incident.id)
        meant = self._drafts.recipients.of(tx, incident.target, incident.priority, incident.kind)
        return [system for system in meant if told.get(system) is None or told[system] in OVER]

    def _held(self, tx: sqlite3.Connection, now: int, draft: Draft) -> list[Draft]:
        """What comes before a draft of which some tickets are held; takes those out of it."""
        over = [system for system in draft["systems"] if self._count(tx, now, system) >= self._caps[system]]
        for system in draft["systems"]:
            self._counts[system] += system not in over
        if not over:
            return []
        before = self._open(tx, now, draft, over)
        draft["systems"] = [system for system in draft["systems"] if system not in over]
        draft["parent"] = self._storm
        draft["held"] = over
        return before

    def _count(self, tx: sqlite3.Connection, now: int, system: str) -> int:
        """The tickets of the last hour: those queued before this snapshot, and those let through since."""
        if system not in self._counts:
            self._counts[system] = errands.announcements(tx, system, now - HOUR)
        return self._counts[system]

    def _open(self, tx: sqlite3.Connection, now: int, draft: Draft, over: Sequence[str]) -> list[Draft]:
        """The storm's opening or return, unless there is one; its ticket goes to the systems that are full."""
        storm = incidents.of_fault(tx, STORM)
        if not self._storm and storm is not None and storm.living:
            self._storm = storm.id
        if self._storm:
            told = errands.announced(tx, self._storm) if storm is not None else {}
            if storm is not None and storm.id == self._storm:
                self._systems |= {system for system in over if system not in told}
            return []
        summary = "A storm of incidents"
        text = f"{summary}: more than {max(self._caps[system] for system in over)} tickets within an hour are held here"
        if storm is not None and self._drafts.comes_back(storm, now):
            self._storm = storm.id
            again = self._drafts.reopening(tx, storm, text, now, now, 0)
            return [{**again, "systems": list(over), "due": draft["due"]}]
        ruled = ruling(self._drafts.settings.incident_rules, Breach(Kind.STORM))
        opening = self._drafts.opening(
            tx, now, kind=Kind.STORM, fault=STORM, priority=ruled.priority, summary=summary, text=text,
            since=draft["since"], detected=now, ticket_after=0,
        )  # fmt: skip
        self._storm = opening["incident"]
        self._told[self._storm] = (1, now)
        return [{**opening, "systems": list(over), "due": draft["due"]}]


def _lasts(tx: sqlite3.Connection, incident: Incident) -> bool:
    return any(episode.ended is None for episode in incidents.episodes(tx, incident.id))
