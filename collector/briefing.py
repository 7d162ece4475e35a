"""Briefing: what the one who must fix a fault wants to know first, gathered when its incident is opened.

A brief is JSON that goes into the log with the decision, so it tells what was known then:

    began     {from, to}: between which looks the fault began (ms UTC; ``from`` None where nothing was seen before)
    looks     [{check, agent, bad, state, at, text}]: what each agent saw last of what failed, in its own words
    changes   [{at, text, values, words}]: what changed shortly before; see ``collector/lately.py``. Of several targets
              each with ``target``, its name
    radius    {dependents, names, services}: how many targets hang on it, the first of them, the services that need it
    good      [{check, at, values}]: the last good values of what failed
    similar   [{number, opened, ended, cause}]: earlier incidents of the kind, those with a known cause first
    commands  what one would run first

Bounded in size and time: only what is about this target, and of everything the first few.
"""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from collector import lately
from collector.faults import Fault, Kind
from collector.first_commands import Failing, commands
from collector.needed_by import NeededBy
from collector.scenes import Scene
from collector.sight import Sight
from collector.store import agents, checks, follow_up, incidents, targets
from collector.store.checks import Check
from collector.store.incidents import Incident
from collector.tracks import Sighting
from rules.parameters import MINUTE
from rules.result import Outcome
from rules.state import State

_CHECKS = 6
_LOOKS = 16
_NAMES = 8
_VALUES = 6
_WORDS = 300
_SIMILAR = 3
_EARLIER = 25
_WHOLE = 20
"""How many briefs a minute have everything in them. In a storm nobody reads more, and decisions must not wait."""

_MOST = 200
"""How many briefs there are a minute, the others being without what takes long to gather."""

_BAD = (State.DOWN, State.DEGRADED)


class Briefing:
    """Used by one thread."""

    def __init__(self) -> None:
        self._needed_by = NeededBy()
        self._minute = -1
        self._made = 0

    def of(self, sight: Sight, scene: Scene, fault: Fault) -> dict[str, Any]:
        """The brief of a fault of a scene's target that lasts; empty where there are too many at once."""
        made = self._count(sight.now)
        if made > _MOST:
            return {}
        target = scene.target
        failing = _failing(scene, fault)
        found: dict[str, Any] = {"began": _began(scene, fault), "looks": list(_looks(sight, scene, failing))}
        if made <= _WHOLE:
            ids = [check.id for check in failing]
            windows = sight.scenes.ground.maintenance_of(target.id)
            found |= {
                "changes": lately.changes(sight.tx, target.id, ids, windows, fault.since, sight.now),
                "radius": self._radius(sight, scene, fault),
                "good": list(_good(sight, failing, fault)),
                "similar": _similar(sight.tx, target.id, fault),
            }
        found["commands"] = commands(target.name, [_command_for(sight.tx, scene, check) for check in failing])
        return {key: value for key, value in found.items() if value}

    def _count(self, now: int) -> int:
        """Which brief of its minute this is, from 1."""
        if now // MINUTE != self._minute:
            self._minute, self._made = now // MINUTE, 0
        self._made += 1
        return self._made

    def _radius(self, sight: Sight, scene: Scene, fault: Fault) -> dict[str, Any]:
        key = scene.target.id
        behind: Sequence[str] = sight.family.behind([key]) if fault.kind is Kind.OUTAGE else ()
        names = [found.name for one in behind[:_NAMES] if (found := targets.find(sight.tx, one)) is not None]
        parts = [key] if fault.kind is Kind.OUTAGE else []
        services = self._needed_by.services(sight.tx, [*parts, *(check.id for check in _failing(scene, fault))])
        told = {"dependents": len(behind), "names": names, "services": services[:_NAMES]}
        return told if behind or services else {}


def _failing(scene: Scene, fault: Fault) -> list[Check]:
    """The checks that the fault is about: the one it names, or all that are not well, the vital ones first."""
    if fault.check:
        return [check for check, _ in scene.checks if check.id == fault.check]
    bad = [
        (not entries[-1].vital, check.handle, check)
        for check, entries in scene.checks
        if check.retired is None
        and any(track.spans and track.spans[-1].state in _BAD for track in entries[-1].tracks.values())
    ]
    return [check for _, _, check in sorted(bad, key=lambda one: one[:2])[:_CHECKS]]


def _began(scene: Scene, fault: Fault) -> dict[str, int | None]:
    """Between which looks it began: by the outage where there is one, else by the spans of the check it names."""
    if fault.kind is Kind.OUTAGE:
        brackets = [one.start_bracket for one in scene.timeline.history if one.start == fault.since]
    else:
        brackets = [
            span.start_bracket
            for check, entries in scene.checks
            if check.id == fault.check
            for track in entries[-1].tracks.values()
            for span in track.spans
            if span.state in _BAD and span.start >= fault.since
        ]
    first = min((to for _, to in brackets), default=fault.first_bad)
    before = [start for start, to in brackets if to == first and start is not None]
    return {"from": max(before, default=None), "to": first}


def _looks(sight: Sight, scene: Scene, failing: Sequence[Check]) -> Iterator[dict[str, Any]]:
    """What each agent saw last, those who see it first; of a check that nobody sees failing any more too."""
    told = []
    for check in failing:
        entries = next(entries for one, entries in scene.checks if one.id == check.id)
        for number, last in sight.tracks.last(check.handle).items():
            track = entries[-1].tracks.get(str(number))
            confirmed = track.spans[-1].state if track is not None and track.spans else State.UNKNOWN
            told.append((_look(sight.tx, check, number, last, confirmed), last.at))
    told.sort(key=lambda one: (not one[0]["bad"], one[0]["check"], -one[1]))
    yield from (look for look, _ in told[:_LOOKS])


def _look(tx: sqlite3.Connection, check: Check, number: int, last: Sighting, confirmed: State) -> dict[str, Any]:
    agent = agents.by_number(tx, number)
    return {
        "check": check.name,
        "agent": str(number) if agent is None else agent.name,
        "bad": confirmed in _BAD,
        "state": "error" if last.outcome is Outcome.ERROR else confirmed.value,
        "at": last.at,
        "text": last.text[:_WORDS],
    }


def _good(sight: Sight, failing: Sequence[Check], fault: Fault) -> Iterator[dict[str, Any]]:
    """The last good values before the fault, of the checks that measure something."""
    terms = checks.effectives(sight.tx, [check.handle for check in failing[:_NAMES]])
    for check in failing[: _CHECKS // 2]:
        reach = 3 * terms[check.handle].interval
        seen = sight.tracks.samples(check.handle, fault.first_bad - reach, fault.first_bad)
        last = next((one for one in reversed(seen) if one.outcome is Outcome.OK and one.values), None)
        if last is not None:
            values = {name: last.values[name] for name in sorted(last.values)[:_VALUES]}
            yield {"check": check.name, "at": last.at, "values": values}


def _similar(tx: sqlite3.Connection, target: str, fault: Fault) -> list[dict[str, Any]]:
    """Earlier incidents of the same kind about the same target, those whose cause is known first."""
    page = incidents.page(tx, target=target, limit=_EARLIER)
    same = [one for one in page if one.kind == fault.kind.value and one.check == fault.check and not one.living]
    told = [(_cause(tx, one), one) for one in same]
    told.sort(key=lambda one: not one[0])
    return [
        {"number": one.name, "opened": one.opened, "ended": one.resolved, "cause": cause[:_WORDS]}
        for cause, one in told[:_SIMILAR]
    ]


def _cause(tx: sqlite3.Connection, incident: Incident) -> str:
    known = follow_up.cause(tx, incident.id)
    return incident.cause if known is None else known.text or incident.cause


def _command_for(tx: sqlite3.Connection, scene: Scene, check: Check) -> Failing:
    options: Mapping[str, object] = checks.effective(tx, check.handle).options
    return Failing(check.kind, check.part, check.address or scene.target.address, options)
