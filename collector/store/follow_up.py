"""The statements of what follows an incident: its cause, what is done about that, what those who asked said."""

import json
import sqlite3
from dataclasses import dataclass, fields

from rules.errors import Missing
from rules.parameters import DAY

LONGEST_CALL_BACK = 30 * DAY
"""How long after its solution (ms) those who asked are waiting for a call."""


@dataclass(frozen=True, slots=True)
class RootCause:
    """The cause as it is known. ``area`` and ``code`` are empty where only words were told. ``at`` in ms UTC."""

    area: str
    code: str
    text: str
    whys: tuple[str, ...]
    at: int
    actor: str


@dataclass(frozen=True, slots=True)
class Improvement:
    """A corrective or preventive action. Instants in ms UTC, None for what did not happen.

    ``effective``: whether it helped, None while nobody has judged. ``measure``: the key of the measure of the report
    that it is to mend, or empty.
    """

    incident: str
    number: int
    position: int
    kind: str
    what: str
    owner: str
    due: int
    added: int
    done: int | None = None
    effective: bool | None = None
    judged: int | None = None
    remark: str = ""
    withdrawn: int | None = None
    measure: str = ""

    @property
    def open(self) -> bool:
        """Whether it is still to be done."""
        return self.done is None and self.withdrawn is None


@dataclass(frozen=True, slots=True)
class Satisfaction:
    """How content the one who asked is: ``score`` from 1 to 5. ``solved`` None where that was not said."""

    score: int
    solved: bool | None
    text: str
    at: int
    actor: str
    source: str


@dataclass(frozen=True, slots=True)
class CallBack:
    """One try to call somebody back, at ``at`` (ms UTC). ``solved``: what they said, None where that was not said."""

    at: int
    reached: bool
    solved: bool | None
    text: str
    actor: str


_IMPROVEMENT = ", ".join(entry.name for entry in fields(Improvement))


def cause(tx: sqlite3.Connection, incident: str) -> RootCause | None:
    """The cause of an incident as it is known; None while nobody told it."""
    row = tx.execute(
        "SELECT area, code, text, whys, at, actor FROM root_cause WHERE incident = :incident", {"incident": incident}
    ).fetchone()
    if row is None:
        return None
    return RootCause(row["area"], row["code"], row["text"], tuple(json.loads(row["whys"])), row["at"], row["actor"])


def put_cause(tx: sqlite3.Connection, incident: str, found: RootCause) -> None:
    """Note the cause in place of what was known before."""
    tx.execute(
        "INSERT INTO root_cause (incident, area, code, text, whys, at, actor)"
        " VALUES (:incident, :area, :code, :text, :whys, :at, :actor)"
        " ON CONFLICT (incident) DO UPDATE SET area = excluded.area, code = excluded.code, text = excluded.text,"
        " whys = excluded.whys, at = excluded.at, actor = excluded.actor",
        {
            "incident": incident,
            "area": found.area,
            "code": found.code,
            "text": found.text,
            "whys": json.dumps(found.whys, ensure_ascii=False),
            "at": found.at,
            "actor": found.actor,
        },
    )


def improvements(tx: sqlite3.Connection, incident: str) -> list[Improvement]:
    """The actions of an incident by number."""
    rows = tx.execute(
        f"SELECT {_IMPROVEMENT} FROM improvement WHERE incident = :incident ORDER BY number", {"incident": incident}
    )
    return [_improvement(row) for row in rows]


def improvement(tx: sqlite3.Connection, incident: str, number: int) -> Improvement:
    """One action of an incident (id). Raises Missing."""
    row = tx.execute(
        f"SELECT {_IMPROVEMENT} FROM improvement WHERE incident = :incident AND number = :number",
        {"incident": incident, "number": number},
    ).fetchone()
    if row is None:
        raise Missing(f"This incident has no action {number}.")
    return _improvement(row)


def open_improvements(tx: sqlite3.Connection) -> list[Improvement]:
    """Every action that is still to be done, by when it is due; then those done that nobody has judged."""
    rows = tx.execute(
        f"SELECT {_IMPROVEMENT} FROM improvement WHERE withdrawn IS NULL AND (done IS NULL OR effective IS NULL)"
        " ORDER BY done IS NOT NULL, due, incident, number"
    )
    return [_improvement(row) for row in rows]


def all_improvements(tx: sqlite3.Connection) -> list[Improvement]:
    """Every action there ever was, in the order in which they were added."""
    rows = tx.execute(f"SELECT {_IMPROVEMENT} FROM improvement ORDER BY added, incident, number")
    return [_improvement(row) for row in rows]


def next_number(tx: sqlite3.Connection, incident: str) -> int:
    """The number of the next action of an incident."""
    row = tx.execute(
        "SELECT coalesce(max(number), 0) + 1 AS next FROM improvement WHERE incident = :incident",
        {"incident": incident},
    ).fetchone()
    return int(row["next"])


def put_improvement(tx: sqlite3.Connection, found: Improvement) -> None:
    """Write an action as it stands now."""
    marks = ", ".join(f":{entry.name}" for entry in fields(Improvement))
    values: dict[str, object] = {entry.name: getattr(found, entry.name) for entry in fields(Improvement)}
    values["effective"] = None if found.effective is None else int(found.effective)
    tx.execute(f"INSERT OR REPLACE INTO improvement ({_IMPROVEMENT}) VALUES ({marks})", values)


def returned(tx: sqlite3.Connection, fault: str, since: int) -> int:
    """How often a fault came back after an instant (ms UTC), in whichever incident."""
    row = tx.execute(
        "SELECT count(*) AS n FROM episode JOIN incident ON incident.id = episode.incident"
        " WHERE incident.fault = :fault AND episode.since > :since",
        {"fault": fault, "since": since},
    ).fetchone()
    return int(row["n"])


def satisfaction(tx: sqlite3.Connection, incident: str) -> Satisfaction | None:
    """The last answer of the one who asked; None where there is none."""
    row = tx.execute(
        "SELECT score, solved, text, at, actor, source FROM satisfaction WHERE incident = :incident",
        {"incident": incident},
    ).fetchone()
    return None if row is None else Satisfaction(**{**dict(row), "solved": _maybe(row["solved"])})


def put_satisfaction(tx: sqlite3.Connection, incident: str, told: Satisfaction) -> None:
    """Note an answer in place of the one before."""
    tx.execute(
        "INSERT INTO satisfaction (incident, score, solved, text, at, actor, source)"
        " VALUES (:incident, :score, :solved, :text, :at, :actor, :source)"
        " ON CONFLICT (incident) DO UPDATE SET score = excluded.score, solved = excluded.solved, text = excluded.text,"
        " at = excluded.at, actor = excluded.actor, source = excluded.source",
        {
            "incident": incident,
            "score": told.score,
            "solved": None if told.solved is None else int(told.solved),
            "text": told.text,
            "at": told.at,
            "actor": told.actor,
            "source": told.source,
        },
    )


def call_backs(tx: sqlite3.Connection, incident: str) -> list[CallBack]:
    """Every try to call back, the oldest first."""
    rows = tx.execute(
        "SELECT at, reached, solved, text, actor FROM call_back WHERE incident = :incident ORDER BY at, position",
        {"incident": incident},
    )
    return [CallBack(**{**dict(row), "reached": bool(row["reached"]), "solved": _maybe(row["solved"])}) for row in rows]


def add_call_back(tx: sqlite3.Connection, incident: str, position: int, tried: CallBack) -> None:
    """Note a try to call back, as logged at a position."""
    tx.execute(
        "INSERT INTO call_back (position, incident, at, reached, solved, text, actor)"
        " VALUES (:position, :incident, :at, :reached, :solved, :text, :actor)",
        {
            "position": position,
            "incident": incident,
            "at": tried.at,
            "reached": int(tried.reached),
            "solved": None if tried.solved is None else int(tried.solved),
            "text": tried.text,
            "actor": tried.actor,
        },
    )


def to_call_back(tx: sqlite3.Connection, since: int) -> list[str]:
    """The incidents (ids) solved at ``since`` (ms UTC) or later, after somebody had answered them, of whose askers
    nobody has heard since; the first solved first. Not those whose fault is only looked at no more."""
    rows = tx.execute(
        "SELECT id FROM incident WHERE phase IN ('resolved', 'closed') AND resolved >= :since AND self_recovered = 0"
        " AND NOT EXISTS (SELECT 1 FROM call_back WHERE incident = incident.id AND reached = 1"
        "  AND call_back.at >= incident.resolved)"
        " AND NOT EXISTS (SELECT 1 FROM incident_event WHERE incident = incident.id AND verb = 'resolve' AND moot = 0"
        "  AND unseen = 1 AND incident_event.at = incident.resolved)"
        " AND NOT EXISTS (SELECT 1 FROM satisfaction WHERE incident = incident.id"
        "  AND satisfaction.at >= incident.resolved) ORDER BY resolved, id",
        {"since": since},
    )
    return [row["id"] for row in rows]


def heard(tx: sqlite3.Connection, start: int, end: int) -> list[str]:
    """The incidents (ids) about which somebody answered or was called back in [start, end) (ms UTC), by opening."""
    rows = tx.execute(
        "SELECT id FROM incident WHERE id IN (SELECT incident FROM satisfaction WHERE at >= :start AND at < :end"
        " UNION SELECT incident FROM call_back WHERE at >= :start AND at < :end) ORDER BY opened, id",
        {"start": start, "end": end},
    )
    return [row["id"] for row in rows]


def called_back(tx: sqlite3.Connection, incident: str, since: int, until: int) -> int | None:
    """When those who asked were first heard after the solution, from ``since`` to ``until`` (ms UTC); None: not yet."""
    row = tx.execute(
        "SELECT min(at) AS at FROM (SELECT at FROM call_back WHERE incident = :incident AND reached = 1"
        " UNION ALL SELECT at FROM satisfaction WHERE incident = :incident) WHERE at >= :since AND at <= :until",
        {"incident": incident, "since": since, "until": until},
    ).fetchone()
    return None if row["at"] is None else int(row["at"])


def _improvement(row: sqlite3.Row) -> Improvement:
    return Improvement(**{**dict(row), "effective": _maybe(row["effective"])})


def _maybe(value: int | None) -> bool | None:
    return None if value is None else bool(value)
