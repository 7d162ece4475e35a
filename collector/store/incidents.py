"""The statements of incidents: the incidents themselves, their episodes and events, and the ledger of tickets."""

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Any

from rules.errors import Missing
from rules.incident import LIVE, SET_ASIDE, ActorKind, Course, Phase, Step, Verb, course

RECOVER = "recover"
"""The verb of a fault that is over; as an event it stands for one by which its incident was not resolved."""


@dataclass(frozen=True, slots=True)
class Incident:
    """One incident as it stands. Instants in ms UTC; see the schema for the rest."""

    id: str
    year: int
    number: int
    correlation: str
    kind: str
    fault: str
    target: str
    check: str
    agent: str
    priority: str
    summary: str
    phase: Phase
    opened: int
    answered: int | None = None
    started: int | None = None
    resolved: int | None = None
    closed: int | None = None
    self_recovered: bool = False
    cause: str = ""
    earlier: str = ""
    parent: str = ""
    unstable: int | None = None

    @property
    def name(self) -> str:
        """Its number as people say it: INC-2026-000123."""
        return f"INC-{self.year}-{self.number:06}"

    @property
    def living(self) -> bool:
        """Whether its fault is still being dealt with."""
        return self.phase in LIVE


@dataclass(frozen=True, slots=True)
class Episode:
    """One stretch in which the fault was there; ``ended`` None while it lasts."""

    since: int
    detected: int
    ended: int | None


@dataclass(frozen=True, slots=True)
class Happening:
    """One event of an incident, as logged at a position.

    ``moot``: it came too late to change anything. ``unseen``: it tells of the end of a fault that nobody saw end, since
    it is looked at no more.
    """

    position: int
    verb: str
    at: int
    actor_kind: str
    actor: str
    text: str
    moot: bool
    unseen: bool = False


@dataclass(frozen=True, slots=True)
class Ticket:
    """An incident's ticket in one system, as that system last told it."""

    system: str
    ticket: str
    url: str
    state: str
    synced: int


_NAMES = tuple(entry.name for entry in fields(Incident))
_COLUMNS = ", ".join(f'"{name}"' for name in _NAMES)
_EVENT = "position, verb, at, actor_kind, actor, text, moot, unseen"
_LIVE = ", ".join(f"'{phase.value}'" for phase in sorted(LIVE))


def _incident(row: sqlite3.Row) -> Incident:
    values = {name: row[name] for name in _NAMES}
    return Incident(**{**values, "phase": Phase(row["phase"]), "self_recovered": bool(row["self_recovered"])})


def find(tx: sqlite3.Connection, key: str) -> Incident | None:
    """The incident with that id or number (``INC-2026-000123``), or None."""
    prefix, _, rest = key.upper().partition("-")
    year, _, number = rest.partition("-")
    if prefix == "INC" and year.isdigit() and number.isdigit():
        row = tx.execute(
            f"SELECT {_COLUMNS} FROM incident WHERE year = :year AND number = :number",
            {"year": int(year), "number": int(number)},
        ).fetchone()
    else:
        row = tx.execute(f"SELECT {_COLUMNS} FROM incident WHERE id = :id", {"id": key}).fetchone()
    return None if row is None else _incident(row)


def get(tx: sqlite3.Connection, key: str) -> Incident:
    """The incident with that id or number. Raises Missing."""
    found = find(tx, key)
    if found is None:
        raise Missing(f"There is no incident {key!r}.")
    return found


def living(tx: sqlite3.Connection) -> list[Incident]:
    """Every incident whose fault is still being dealt with, by opening."""
    rows = tx.execute(f"SELECT {_COLUMNS} FROM incident WHERE phase IN ({_LIVE}) ORDER BY opened, id")
    return [_incident(row) for row in rows]


def targets_in_trouble(tx: sqlite3.Connection) -> list[str]:
    """The targets (ids) that living incidents are about, by their opening."""
    rows = tx.execute(f"SELECT target FROM incident WHERE phase IN ({_LIVE}) AND target <> '' ORDER BY opened, id")
    return [str(row["target"]) for row in rows]


def living_of_agents(tx: sqlite3.Connection) -> list[Incident]:
    """The living incidents about agents."""
    rows = tx.execute(f"SELECT {_COLUMNS} FROM incident WHERE phase IN ({_LIVE}) AND agent <> '' ORDER BY opened, id")
    return [_incident(row) for row in rows]


def of_fault(tx: sqlite3.Connection, fault: str) -> Incident | None:
    """The newest incident about that fault, whatever its phase."""
    row = tx.execute(
        f"SELECT {_COLUMNS} FROM incident WHERE fault = :fault ORDER BY opened DESC, year DESC, number DESC LIMIT 1",
        {"fault": fault},
    ).fetchone()
    return None if row is None else _incident(row)


def holding(
    tx: sqlite3.Connection, fault: str, since: int, ended: int | None
) -> tuple[Incident, Episode] | tuple[None, None]:
    """Where a fault that was there from ``since`` to ``ended`` (ms UTC; None while it lasts) is recorded already.

    That is the incident, of all there ever were about it, with an episode that overlaps; one that lasts comes before
    those that are over, and the newest before the older.
    """
    row = tx.execute(
        f"SELECT {_COLUMNS}, episode.since, episode.detected, episode.ended"
        " FROM incident JOIN episode ON episode.incident = incident.id WHERE fault = :fault"
        " AND (:ended IS NULL OR episode.since < :ended) AND (episode.ended IS NULL OR episode.ended > :since)"
        " ORDER BY episode.ended IS NULL DESC, episode.since DESC, opened DESC, year DESC, number DESC LIMIT 1",
        {"fault": fault, "since": since, "ended": ended},
    ).fetchone()
    if row is None:
        return None, None
    return _incident(row), Episode(row["since"], row["detected"], row["ended"])


def of_target(tx: sqlite3.Connection, target: str, since: int) -> list[Incident]:
    """The incidents about a target (id) that are living, or were resolved at ``since`` (ms UTC) or later."""
    rows = tx.execute(
        f"SELECT {_COLUMNS} FROM incident WHERE target = :target"
        f" AND (phase IN ({_LIVE}) OR resolved >= :since) ORDER BY opened, id",
        {"target": target, "since": since},
    )
    return [_incident(row) for row in rows]


def lasting_of(tx: sqlite3.Connection, target: str) -> list[Incident]:
    """The incidents about a target (id) whose fault is still there, whatever was done about them."""
    rows = tx.execute(
        f"SELECT {_COLUMNS} FROM incident WHERE target = :target"
        " AND EXISTS (SELECT 1 FROM episode WHERE incident = incident.id AND ended IS NULL) ORDER BY opened, id",
        {"target": target},
    )
    return [_incident(row) for row in rows]


def members(tx: sqlite3.Connection, incident: str) -> list[Incident]:
    """The incidents that an incident (id) tells of, by number."""
    rows = tx.execute(
        f"SELECT {_COLUMNS} FROM incident WHERE parent = :id AND parent <> '' ORDER BY year, number", {"id": incident}
    )
    return [_incident(row) for row in rows]


def opened_in(tx: sqlite3.Connection, start: int, end: int) -> list[Incident]:
    """The incidents opened in [start, end) (ms UTC), by opening."""
    rows = tx.execute(
        f"SELECT {_COLUMNS} FROM incident WHERE opened >= :start AND opened < :end ORDER BY opened, id",
        {"start": start, "end": end},
    )
    return [_incident(row) for row in rows]


def resolved_before(tx: sqlite3.Connection, instant: int) -> list[Incident]:
    """The incidents that have been resolved, and not closed, since before an instant (ms UTC)."""
    rows = tx.execute(
        f"SELECT {_COLUMNS} FROM incident WHERE phase = 'resolved' AND resolved < :instant ORDER BY id",
        {"instant": instant},
    )
    return [_incident(row) for row in rows]


def page(
    tx: sqlite3.Connection,
    *,
    phases: Iterable[str] = (),
    target: str = "",
    since: int | None = None,
    until: int | None = None,
    before: tuple[int, str] | None = None,
    limit: int = 100,
) -> list[Incident]:
    """The newest incidents first. ``since``: not resolved before it; ``until``: opened before it (ms UTC).

    ``before`` is (opened, id) of the last one on the page before this one.
    """
    asked = sorted(set(phases))
    marks = ", ".join(f":phase{index}" for index in range(len(asked)))
    opened, key = before or (None, "")
    rows = tx.execute(
        f"SELECT {_COLUMNS} FROM incident WHERE (:target = '' OR target = :target)"
        + (f" AND phase IN ({marks})" if asked else "")
        + " AND (:since IS NULL OR coalesce(resolved, closed, :since) >= :since)"
        " AND (:until IS NULL OR opened < :until)"
        " AND (:opened IS NULL OR opened < :opened OR (opened = :opened AND id < :key))"
        " ORDER BY opened DESC, id DESC LIMIT :limit",
        {
            "target": target,
            "since": since,
            "until": until,
            "opened": opened,
            "key": key,
            "limit": limit,
            **{f"phase{index}": phase for index, phase in enumerate(asked)},
        },
    )
    return [_incident(row) for row in rows]


def add(tx: sqlite3.Connection, incident: Incident) -> None:
    """Write a new incident."""
    marks = ", ".join(f":{entry.name}" for entry in fields(Incident))
    tx.execute(f"INSERT INTO incident ({_COLUMNS}) VALUES ({marks})", _values(incident))


def put(tx: sqlite3.Connection, incident: Incident) -> None:
    """Write an incident as it stands now."""
    changes = ", ".join(f'"{entry.name}" = :{entry.name}' for entry in fields(Incident) if entry.name != "id")
    tx.execute(f"UPDATE incident SET {changes} WHERE id = :id", _values(incident))


def _values(incident: Incident) -> dict[str, object]:
    values = {entry.name: getattr(incident, entry.name) for entry in fields(Incident)}
    return {**values, "phase": incident.phase.value, "self_recovered": int(incident.self_recovered)}


def next_number(tx: sqlite3.Connection, year: int) -> int:
    """One more than the highest number of the year."""
    row = tx.execute("SELECT coalesce(max(number), 0) + 1 AS next FROM incident WHERE year = :year", {"year": year})
    return int(row.fetchone()["next"])


def episodes(tx: sqlite3.Connection, incident: str) -> list[Episode]:
    """When the fault was there, oldest first."""
    rows = tx.execute(
        "SELECT since, detected, ended FROM episode WHERE incident = :id ORDER BY since", {"id": incident}
    )
    return [Episode(row["since"], row["detected"], row["ended"]) for row in rows]


def begin_episode(tx: sqlite3.Connection, incident: str, since: int, detected: int) -> None:
    """Note that the fault came (or came back). The second time changes nothing."""
    tx.execute(
        "INSERT INTO episode (incident, since, detected, ended) VALUES (:id, :since, :detected, NULL)"
        " ON CONFLICT (incident, since) DO NOTHING",
        {"id": incident, "since": since, "detected": detected},
    )


def end_episode(tx: sqlite3.Connection, incident: str, ended: int) -> bool:
    """Note that the fault ended; it cannot have ended before it began. False where it was over already."""
    found = tx.execute(
        "UPDATE episode SET ended = max(since, :ended) WHERE incident = :id AND ended IS NULL",
        {"id": incident, "ended": ended},
    )
    return found.rowcount > 0


def events(tx: sqlite3.Connection, incident: str) -> list[Happening]:
    """What happened to an incident, in the order in which it happened."""
    rows = tx.execute(
        f"SELECT {_EVENT} FROM incident_event WHERE incident = :id ORDER BY at, position", {"id": incident}
    )
    return [_happening(dict(row)) for row in rows]


def latest(tx: sqlite3.Connection, incident: str) -> int:
    """When the last thing happened to an incident (ms UTC); 0 when nothing has."""
    row = tx.execute("SELECT coalesce(max(at), 0) AS at FROM incident_event WHERE incident = :id", {"id": incident})
    return int(row.fetchone()["at"])


def steps_of(tx: sqlite3.Connection, incident: str) -> list[Step]:
    """The steps of an incident that changed something, in the order in which they happened."""
    return [
        Step(Verb(event.verb), event.at, ActorKind(event.actor_kind))
        for event in events(tx, incident)
        if not event.moot and event.verb in set(Verb)
    ]


def course_of(tx: sqlite3.Connection, incident: str) -> Course:
    """What the steps of an incident come to."""
    return course(steps_of(tx, incident))


def happened(tx: sqlite3.Connection, position: int) -> bool:
    """Whether the log entry at this position has been applied."""
    return tx.execute("SELECT 1 FROM incident_event WHERE position = :at", {"at": position}).fetchone() is not None


def event_at(tx: sqlite3.Connection, position: int) -> tuple[str, Happening] | None:
    """The event of the log entry at this position, after the id of its incident; None where it is of no incident."""
    row = tx.execute(f"SELECT incident, {_EVENT} FROM incident_event WHERE position = :at", {"at": position}).fetchone()
    if row is None:
        return None
    values = dict(row)
    return str(values.pop("incident")), _happening(values)


def _happening(values: dict[str, Any]) -> Happening:
    return Happening(**{**values, "moot": bool(values["moot"]), "unseen": bool(values["unseen"])})


def unseen(tx: sqlite3.Connection, incident: str) -> bool:
    """Whether the last end of the fault of an incident (id) was not seen, as far as it has ended."""
    row = tx.execute(
        "SELECT unseen FROM incident_event WHERE incident = :id AND (verb = :recover OR (verb = 'resolve'"
        " AND actor_kind = 'monitor')) AND moot = 0 ORDER BY position DESC LIMIT 1",
        {"id": incident, "recover": RECOVER},
    ).fetchone()
    return row is not None and bool(row["unseen"])


def solved(tx: sqlite3.Connection, incident: Incident) -> bool | None:
    """Whether it is over because its fault is, as far as anybody knows. None while it is being dealt with.

    False for what was merged or void, and where the fault is only looked at no more; a person's word that it is solved
    counts, whatever the monitor says of the fault later.
    """
    if incident.living:
        return None
    if incident.phase in SET_ASIDE:
        return False
    row = tx.execute(
        "SELECT 1 FROM incident_event WHERE incident = :id AND verb = 'resolve' AND moot = 0 AND unseen = 1"
        " AND at = :resolved",
        {"id": incident.id, "resolved": incident.resolved},
    ).fetchone()
    return row is None


def add_event(tx: sqlite3.Connection, incident: str, event: Happening) -> None:
    """Remember an event."""
    tx.execute(
        f"INSERT INTO incident_event (incident, {_EVENT})"
        " VALUES (:incident, :position, :verb, :at, :actor_kind, :actor, :text, :moot, :unseen)",
        {
            "position": event.position,
            "incident": incident,
            "verb": event.verb,
            "at": event.at,
            "actor_kind": event.actor_kind,
            "actor": event.actor,
            "text": event.text,
            "moot": int(event.moot),
            "unseen": int(event.unseen),
        },
    )


def tickets(tx: sqlite3.Connection, incident: str) -> list[Ticket]:
    """The tickets of an incident, by system."""
    rows = tx.execute(
        "SELECT system, ticket, url, state, synced FROM ledger WHERE incident = :id ORDER BY system", {"id": incident}
    )
    return [Ticket(*row) for row in rows]


def put_ticket(tx: sqlite3.Connection, incident: str, ticket: Ticket) -> None:
    """Note what a system told of its ticket; what it leaves empty stays as it was."""
    tx.execute(
        "INSERT INTO ledger (incident, system, ticket, url, state, synced)"
        " VALUES (:incident, :system, :ticket, :url, :state, :synced)"
        " ON CONFLICT (incident, system) DO UPDATE SET"
        " ticket = CASE WHEN excluded.ticket = '' THEN ledger.ticket ELSE excluded.ticket END,"
        " url = CASE WHEN excluded.url = '' THEN ledger.url ELSE excluded.url END,"
        " state = CASE WHEN excluded.state = '' THEN ledger.state ELSE excluded.state END,"
        " synced = excluded.synced",
        {
            "incident": incident,
            "system": ticket.system,
            "ticket": ticket.ticket,
            "url": ticket.url,
            "state": ticket.state,
            "synced": ticket.synced,
        },
    )


def installation(tx: sqlite3.Connection) -> str | None:
    """The random name of this installation; None before it got one."""
    row = tx.execute("SELECT id FROM installation").fetchone()
    return None if row is None else str(row["id"])


def name_installation(tx: sqlite3.Connection, name: str) -> None:
    """Name this installation, unless it has a name."""
    tx.execute("INSERT INTO installation (one, id) VALUES (1, :name) ON CONFLICT (one) DO NOTHING", {"name": name})


def touched(tx: sqlite3.Connection) -> dict[str, int]:
    """Targets that changed since they were last decided about, with the earliest changed instant."""
    return {row["target"]: row["earliest"] for row in tx.execute("SELECT target, earliest FROM touched")}


def forget_touched(tx: sqlite3.Connection, decided: Iterable[str]) -> None:
    """Delete the marks of targets that were decided about."""
    tx.executemany("DELETE FROM touched WHERE target = ?", ((target,) for target in decided))
