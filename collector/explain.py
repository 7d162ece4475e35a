"""Why a target was in a state at an instant: the checks as each agent saw them, the raw results, rules and overlays."""

import sqlite3
from collections.abc import Mapping
from typing import Any

from collector.store import agents, checks, targets, windows
from collector.store.checks import Check, Effective
from collector.store.state import State
from collector.store.targets import Target
from collector.subjects import Ground
from collector.timelines import Timelines
from collector.told import edges, outage_at, sentences, told
from collector.tracks import Tracks
from rules.errors import Invalid, Missing
from rules.period import Period
from rules.span import Track
from rules.state import State as Class
from rules.timeline import Tile, Timeline

REACH = 86_400_000
"""How far (ms) around the instant the stretch of one state is followed."""

PENDING = "pending"

_MEASURED_BAD = (Class.DOWN, Class.UNREACHABLE, Class.UNKNOWN, Class.MAINTENANCE, Class.EXCLUDED)
"""What the time of an outage may count as."""


def explain(state: State, tracks: Tracks, timelines: Timelines, target: str, at: int, now: int) -> dict[str, Any]:
    """Everything that made the target's state at ``at`` (ms UTC).

    Raises Missing for a target that was not there yet, Invalid for an instant that is still to come.

    ``stretch`` is how long that state lasted, followed no further than :data:`REACH`; ``results`` are the raw results
    near the instant, each with the position of its batch in the log; ``evidence`` is what the target told of its own
    restarts and lines around it, and which edges of the ``outage`` that holds it that dated.
    """
    if at >= now:
        raise Invalid("That instant has not come yet.")
    with state.read() as tx:
        key = targets.resolve(tx, target).id
        then = _as_it_was(tx, key, at)
        names = {agent.number: agent.name for agent in agents.ever(tx)}
        asked = [
            (check, _in_force(tx, check, at))
            for check in checks.ever_of_target(tx, key)
            if check.created <= max(at, then.created) and (check.retired is None or at < check.retired)
        ]
        parents = [targets.get(tx, parent) for parent in then.parents]
        overlays = _overlays(tx, key, at)
        evidence = Ground(tx).evidence(then)
        checked = {check.id: check.name for check in checks.ever_of_target(tx, key)}
    period = Period(at - REACH, max(at + 1, min(at + REACH, now)))
    timeline = timelines.target(key, period, now)
    start, end, found = _tile(timeline, at)
    explained = [_check(tracks, check, effective, names, at, now) for check, effective in asked]
    behind = {parent.name: timelines.target(parent.id, period, now).at(at).value for parent in parents}
    outage = outage_at(timeline, at) if found in _MEASURED_BAD else None
    near = told(evidence, outage, checked, at)
    pending = then.in_service_from is None or at < then.in_service_from
    return {
        "target": then.name,
        "at": at,
        "state": PENDING if pending and found is Class.OUT_OF_SERVICE else found.value,
        "stretch": [start, end],
        "because": [*sentences(near, outage), *_because(then, found, explained, behind, overlays, at)],
        "checks": explained,
        "parents": behind,
        "overlays": overlays,
        "outage": edges(outage),
        "evidence": near,
    }


def _as_it_was(tx: sqlite3.Connection, key: str, at: int) -> Target:
    """The target as in force at the instant. A service may have begun before anybody told us of the target."""
    found = targets.at(tx, key, at)
    if found is None:
        found = targets.history(tx, key)[0][1]
        if found.in_service_from is None or at < found.in_service_from:
            raise Missing(f"The target {found.name} did not exist at that instant yet.")
    return found


def _tile(timeline: Timeline, at: int) -> Tile:
    """The stretch of one state that holds the instant: the partition tiles the period, so there is one."""
    (found,) = [tile for tile in timeline.partition if tile[0] <= at < tile[1]]
    return found


def _in_force(tx: sqlite3.Connection, check: Check, at: int) -> Effective:
    """The check's settings at the instant; what came first holds before its own beginning."""
    history = checks.effective_history(tx, check.handle)
    return next((effective for since, effective in reversed(history) if since <= at), history[0][1])


def _check(
    tracks: Tracks, check: Check, effective: Effective, names: Mapping[int, str], at: int, now: int
) -> dict[str, Any]:
    near = effective.max_gap + max(effective.confirm_down, effective.confirm_up) * effective.interval
    seen = tracks.track(check.handle, at - near, at + near, now)
    return {
        "check": check.name,
        "id": check.id,
        "handle": check.handle,
        "vital": effective.vital,
        "parameters": {
            "interval_ms": effective.interval,
            "confirm_down": effective.confirm_down,
            "confirm_up": effective.confirm_up,
            "max_gap_ms": effective.max_gap,
        },
        "agents": [
            {"agent": names.get(number, str(number)), **_seen(track, at)} for number, track in sorted(seen.items())
        ],
        "results": [
            {
                "at": one.at,
                "agent": names.get(one.agent, str(one.agent)),
                "outcome": one.outcome.value,
                "text": one.text,
                "values": dict(one.values),
                "position": one.position,
            }
            for one in tracks.samples(check.handle, at - near, at + near)
        ],
    }


def _seen(track: Track, at: int) -> dict[str, Any]:
    """What one agent's confirmed span says at the instant; state None where it does not know."""
    hole = next((hole for hole in track.holes if hole[0] <= at < hole[1]), None)
    span = next((one for one in track.spans if one.start <= at < (track.until if one.end is None else one.end)), None)
    if hole or span is None:
        return {"state": None, "since": None, "start_bracket": None, "detected": None, "edge_source": None}
    return {
        "state": span.state.value,
        "since": span.start,
        "start_bracket": list(span.start_bracket),
        "detected": span.detected,
        "edge_source": str(span.edge_source),
    }


def _overlays(tx: sqlite3.Connection, target: str, at: int) -> list[dict[str, Any]]:
    """Maintenance and corrections that lie over the instant, whether they took effect or not."""
    found = [
        {
            "kind": "maintenance",
            "number": window.number,
            "from": window.start,
            "to": window.end,
            "reason": window.reason,
            "approved": window.approved_at is not None and window.approved_at < window.start,
        }
        for window in windows.maintenance(tx)
        if target in window.targets and window.start <= at < window.end
    ]
    found += [
        {
            "kind": "correction",
            "number": one.number,
            "from": one.start,
            "to": one.end,
            "reason": one.reason,
            "approved": one.approved_at is not None,
            "to_class": one.to_class,
        }
        for one in windows.corrections(tx)
        if one.target == target and one.start <= at < one.end
    ]
    return found


def _because(
    then: Target,
    found: Class,
    explained: list[dict[str, Any]],
    behind: Mapping[str, str],
    overlays: list[dict[str, Any]],
    at: int,
) -> list[str]:
    """The reasons in sentences, the deciding ones first."""
    said = [
        f"{overlay['kind']} {overlay['number']} ({overlay['reason']})"
        + ("" if overlay["approved"] else ", not approved in time: without effect")
        for overlay in overlays
    ]
    if found is Class.OUT_OF_SERVICE:
        begun = then.in_service_from
        if begun is None:
            said.append("it had never answered well: pending, in no figure")
        elif at < begun:
            said.append("its service had not begun")
        else:
            said.append("outside its service hours or after its service ended")
    said += [f"parent {name} was {state}" for name, state in behind.items() if state in ("down", "unreachable")]
    for check in explained:
        kind = "vital check" if check["vital"] else "check"
        if not check["agents"]:
            said.append(f"{kind} {check['check']}: no agent had looked")
        for seen in check["agents"]:
            state = seen["state"] or "not known (no result near enough)"
            said.append(f"{kind} {check['check']} as {seen['agent']} saw it: {state}")
    return said
