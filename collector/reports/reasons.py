"""Why a frozen report changed: what came into the log since it was issued and bears on its period."""

import sqlite3
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from collector.decisions.follow_up import CALLED_BACK, SATISFACTION
from collector.late import LATE_WINDOW
from collector.reports.edition import Selection
from collector.store import agents, checks, incidents, objects
from collector.store.agents import Agent
from collector.store.follow_up import LONGEST_CALL_BACK
from collector.store.log import Log
from collector.store.objects import Revision
from rules.incident import Verb
from rules.parameters import DAY
from rules.period import Period, local, midnight
from rules.selector import Selector, words

_OVERLAYS = ("correction", "maintenance")
_BEARING = (*_OVERLAYS, "agreement", "calendar", "check", "policy", "service", "target")
_LEEWAY = 3 * DAY
"""Calendar periods are of different lengths: so much the period before may be longer."""
_ALL = 1 << 31
_SERVED = ("in_service_from", "in_service_to")


_OF_ASKERS = {SATISFACTION: "satisfaction", CALLED_BACK: "call_back"}
"""The kinds of reasons that those who asked give, by the verb of the event."""

ELSEWHERE = "elsewhere"
"""The kind of a reason that lies outside of what an edition tells of."""


def reasons(
    tx: sqlite3.Connection,
    log: Log,
    after: int,
    until: int,
    since: int,
    period: Period,
    about: Selection | None = None,
) -> list[dict[str, Any]]:
    """Changes of the configuration, corrections and windows, deeds on incidents, then late results by agent.

    Those that bear on the period, or on the one before it and the year so far, which stand beside it.

    What stands in the log beyond position ``after``, up to ``until``; ``since`` (ms UTC) is when the earlier report was
    issued. Who made a change is told by the name they had then. With what an edition is ``about`` only what concerns
    that is told, and no person; where it is none of that, that there is a reason elsewhere.
    """
    changes = [
        change
        for change in objects.revisions(tx, after, _ALL)
        if change.position <= until and change.noun in _BEARING and _bears(tx, change, period)
    ]
    deeds = list(_deeds(tx, after, until, period))
    if about is None:
        told = [*map(_told, changes), *(row for _, row in deeds)]
        return [*told, *_late(log, agents.ever(tx), after, until, since, period)]
    found = [{**_told(change), "by": ""} for change in changes if _concerns(tx, change, about)]
    found += [{**row, "by": ""} for target, row in deeds if target in about.ids]
    lookers = _lookers(tx, about)
    looking = [agent for agent in agents.ever(tx) if agent.number in lookers]
    found += [{**row, "name": ""} for row in _late(log, looking, after, until, since, period)]
    others = [*(change.at for change in changes), *(row["at"] for _, row in deeds)]
    if others and not found:
        found = [{"kind": ELSEWHERE, "name": "", "what": "", "by": "", "at": others[0]}]
    return found


def _lookers(tx: sqlite3.Connection, about: Selection) -> set[int]:
    """The agents (numbers) that ever looked at what an edition is about."""
    return {
        look.agent
        for target in about.targets
        for check in checks.ever_of_target(tx, target.id)
        for look in checks.assignments(tx, check.handle)
    }


def _told(change: Revision) -> dict[str, Any]:
    return {
        "kind": change.noun,
        "name": str(change.data.get("number") or change.data.get("name") or change.id),
        "what": change.verb,
        "by": change.actor.get("name", ""),
        "at": change.at,
    }


def _concerns(tx: sqlite3.Connection, change: Revision, about: Selection) -> bool:
    """Whether a change is one of what an edition is about, or of the terms and settings that hold for that."""
    data = change.data
    match change.noun:
        case "correction" | "check":
            return data["target"] in about.ids
        case "maintenance":
            listed = data["targets"]
            return isinstance(listed, list) and not about.ids.isdisjoint(listed)
        case "policy":
            return _selects(str(data["selector"]), about)
        case "agreement":
            named = {one.agreement for one in about.targets} | {one.agreement for one in about.services}
            return data["name"] in named or _selects(str(data.get("selector", "")), about)
        case "calendar":
            return data["name"] in {one.calendar for one in about.targets} | {one.calendar for one in about.services}
    return change.id in about.ids


def _selects(selector: str, about: Selection) -> bool:
    meant = Selector.parse(selector) if selector else None
    return meant is not None and any(
        meant.matches(words(one.name, one.kind, one.priority, one.labels)) for one in about.targets
    )


def _bears(tx: sqlite3.Connection, change: Revision, period: Period) -> bool:
    """Whether a change can alter what the period's figures are."""
    data = change.data
    if change.noun in _OVERLAYS:
        start, end = data["start"], data["end"]
        return isinstance(start, int) and isinstance(end, int) and start < period.end and end > _reach(period)
    if change.since < period.end:
        return True
    if change.noun == "agreement":
        begins = data.get("valid_from")
        return isinstance(begins, int) and begins < period.end
    if change.noun != "target":
        return False
    row = tx.execute(
        "SELECT data FROM revision WHERE id = ? AND position < ? ORDER BY position DESC LIMIT 1",
        (change.id, change.position),
    ).fetchone()
    before = {} if row is None else msgspec.json.decode(row["data"])
    return any(before.get(key) != data.get(key) for key in _SERVED)


def _reach(period: Period) -> int:
    """From where on (ms UTC) something stands in the report of a period: the period before, or the year so far."""
    return min(period.start - period.length - _LEEWAY, midnight(local(period.end - 1, period.tz).year, 1, 1, period.tz))


def _deeds(tx: sqlite3.Connection, after: int, until: int, period: Period) -> Iterator[tuple[str, dict[str, Any]]]:
    """What was done about the incidents of the period, each with the target (id) that it is about.

    Told late of the period, or making an incident of it another thing: none, a part of another, one that goes on; what
    those said who asked about what was solved in it or shortly before: only their last word is known, and one of the
    period may be gone.
    """
    rows = tx.execute(
        "SELECT incident.id, incident.target, event.verb, event.actor, event.at"
        " FROM incident_event AS event JOIN incident ON incident.id = event.incident"
        " WHERE event.position > :after AND event.position <= :until AND event.moot = 0"
        " AND (event.at < :end OR event.verb IN (:void, :merge, :reopen)"
        "  OR (event.verb = :answer AND incident.resolved >= :heard AND incident.resolved < :end))"
        " AND incident.opened < :end AND coalesce(incident.resolved, incident.closed, :start) >= :start"
        " ORDER BY event.position",
        {
            "after": after, "until": until, "start": _reach(period), "end": period.end,
            "heard": period.start - LONGEST_CALL_BACK, "answer": SATISFACTION,
            "void": Verb.VOID, "merge": Verb.MERGE, "reopen": Verb.REOPEN,
        },
    )  # fmt: skip
    for row in rows:
        name, kind = incidents.get(tx, row["id"]).name, _OF_ASKERS.get(row["verb"], "incident")
        yield row["target"], {"kind": kind, "name": name, "what": row["verb"], "by": row["actor"], "at": row["at"]}


def _late(
    log: Log, looking: Iterable[Agent], after: int, until: int, since: int, period: Period
) -> Iterator[dict[str, Any]]:
    """Results about the period that came after the report. None is dated longer before its receipt than allowed."""
    start = max(period.start, since - LATE_WINDOW)
    if start >= period.end:
        return
    for agent in looking:
        late = [entry for entry in log.read_batches(agent.number, start, period.end) if after < entry.position <= until]
        if late:
            yield {
                "kind": "late_results",
                "name": agent.name,
                "what": f"{len(late)} batches",
                "by": "",
                "at": late[0].at,
            }
