"""Why a target was in a state at an instant: the checks as each agent saw them, the raw results, rules and overlays."""

import itertools
import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from collector import in_force
from collector.agreed import Agreed
from collector.needs import renamed
from collector.reasons import Reason
from collector.steps import steps
from collector.store import agents, agreements, checks, targets, windows
from collector.store.agreements import Service
from collector.store.checks import Check
from collector.store.state import State
from collector.store.targets import Target
from collector.store.windows import Maintenance
from collector.subjects import Ground
from collector.timelines import Timelines
from collector.told import edges, outage_at, reasons, told
from collector.tracks import Tracks
from rules.errors import Invalid, Missing
from rules.parameters import Parameters
from rules.period import Period
from rules.service import read_need
from rules.span import Track
from rules.state import State as Class
from rules.timeline import Tile, Timeline, Window
from rules.votes import CheckTracks, inside, measure

REACH = 86_400_000
"""How far (ms) around the instant the stretch of one state is followed."""

PENDING = "pending"

_STEPS = {
    "in_service": "not in service",
    "parents": "what it hangs on was down",
    "calendar": "service calendar",
    "maintenance": "planned maintenance",
    "corrections": "approved correction",
}

_MEASURED_BAD = (Class.DOWN, Class.UNREACHABLE, Class.UNKNOWN, Class.MAINTENANCE, Class.EXCLUDED)
"""What the time of an outage may count as."""


def explain(state: State, tracks: Tracks, timelines: Timelines, target: str, at: int, now: int) -> dict[str, Any]:
    """Everything that made the state of a target or service (name or id) at ``at`` (ms UTC).

    Raises Missing for one that was not there yet, Invalid for an instant that is still to come.

    ``stretch`` is how long that state lasted, followed no further than :data:`REACH`; ``steps`` are the states it had
    after each layer that was laid over what was measured; ``results`` are the raw results near the instant, each with
    the position of its batch in the log, and ``sealed`` the hashes that cover these; ``evidence`` is what the target
    told of its own restarts and lines around it, and which edges of the ``outage`` that holds it that dated.
    ``because`` says the reasons in English, ``reasons`` the same as texts with places for other languages.
    """
    if at >= now:
        raise Invalid("That instant has not come yet.")
    period = Period(at - REACH, max(at + 1, min(at + REACH, now)))
    with state.read() as tx:
        service = agreements.service_named(tx, target) or agreements.find_service(tx, target)
        if service is not None:
            return explain_service(tx, timelines, service, period, at, now)
        key = targets.resolve(tx, target).id
        then = _as_it_was(tx, key, at)
        names = {agent.number: agent.name for agent in agents.ever(tx)}
        checked = {check.id: check.name for check in checks.ever_of_target(tx, key)}
        ground = Ground(tx)
        scene = timelines.scene(key, period, now)
        terms = scene.timeline.promise
        parameters = timelines.settings.calculation if terms is None else terms.parameters
        asked = [
            (check, entries)
            for check, entries in scene.checks
            if check.created <= max(at, then.created) and (check.retired is None or at < check.retired)
        ]
        explained = [_check(tx, tracks, check, entries, names, parameters, at, now) for check, entries in asked]
        around = Period(max(0, period.start - REACH), period.end + REACH, period.tz)
        above = {parent: timelines.target(parent, around, now) for parent in ground.parents(then)}
        agreed = Agreed(tx, timelines.settings.calculation, timelines.settings.tz).of(then, at)
        subject = ground.subject(targets.get(tx, key), scene.checks, agreed.calendar)
        overlays = _overlays(tx, key, subject.windows, at)
    start, end, found = _tile(scene.timeline, at)
    behind = {above[parent].name: above[parent].at(at).value for parent in then.parents}
    laid = steps(subject, above, period, parameters, at, now)
    outage = outage_at(scene.timeline, at) if found in _MEASURED_BAD else None
    near = told(subject.evidence, outage, checked, at)
    pending = then.in_service_from is None or at < then.in_service_from
    said = [*reasons(near, outage), *_because(then, found, explained, behind, overlays, laid, at)]
    return {
        "target": then.name,
        "kind": then.kind,
        "at": at,
        "state": PENDING if pending and found is Class.OUT_OF_SERVICE else found.value,
        "stretch": [start, end],
        "because": [reason.english() for reason in said],
        "reasons": [reason.written() for reason in said],
        "steps": [{"step": name, "state": after.value} for name, after in laid],
        "agreement": None if terms is None else terms.as_named(),
        "checks": explained,
        "parents": behind,
        "overlays": overlays,
        "outage": edges(outage),
        "evidence": near,
        "sealed": _sealed(tracks, explained),
    }


def explain_service(
    tx: sqlite3.Connection, timelines: Timelines, service: Service, period: Period, at: int, now: int
) -> dict[str, Any]:
    """Of a service: what it needed, and in which state each of its parts was; each part can be explained in turn."""
    begun = [entry for since, entry in agreements.service_history(tx, service.id) if since <= at]
    if not begun:
        raise Missing(f"The service {service.name} did not exist at that instant yet.")
    then = begun[-1]
    timeline = timelines.target(service.id, period, now)
    start, end, found = _tile(timeline, at)
    parts = {}
    for part in dict.fromkeys(read_need(then.needs).names()):
        check = checks.find(tx, part)
        name = part if check is None else f"{targets.get(tx, check.target).name} {check.name}"
        seen = None if check is not None else timelines.target(part, period, now)
        parts[name if seen is None else seen.name] = None if seen is None else seen.at(at).value
    overlays = _overlays(tx, service.id, Ground(tx).service(service, "").windows, at)
    said = [Reason("it needs {needs}", {"needs": _needed(tx, then.needs)})]
    said += [
        Reason("{part} was {state}", {"part": part, "state": part_state}, ("state",))
        for part, part_state in parts.items()
        if part_state is not None
    ]
    return {
        "target": then.name,
        "kind": "service",
        "at": at,
        "state": found.value,
        "stretch": [start, end],
        "because": [reason.english() for reason in said],
        "reasons": [reason.written() for reason in said],
        "agreement": None if timeline.promise is None else timeline.promise.as_named(),
        "checks": [],
        "parts": parts,
        "parents": {},
        "overlays": overlays,
        "outage": edges(outage_at(timeline, at)) if found in _MEASURED_BAD else None,
    }


def _needed(tx: sqlite3.Connection, needs: Mapping[str, Any]) -> str:
    def name_of(part: str) -> str:
        judged = targets.find(tx, part) or agreements.find_service(tx, part)
        check = None if judged is not None else checks.find(tx, part)
        return judged.name if judged is not None else part if check is None else check.name

    return json.dumps(renamed(needs, name_of), ensure_ascii=False)


def _sealed(tracks: Tracks, explained: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """By stretches of the log: the hash of the last entry of each, which covers all before it."""
    found: dict[int, dict[str, Any]] = {}
    last = 0
    for position in sorted({one["position"] for check in explained for one in check["results"]}):
        if position > last and (proof := tracks.proof(position)) is not None:
            first, last, chain = proof
            found[last] = {"first": first, "last": last, "hash": chain.hex()}
    return list(found.values())


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


def _check(
    tx: sqlite3.Connection,
    tracks: Tracks,
    check: Check,
    entries: Sequence[CheckTracks],
    names: Mapping[int, str],
    parameters: Parameters,
    at: int,
    now: int,
) -> dict[str, Any]:
    entry = next((one for one in entries if inside(one.valid, at)), entries[0])
    own = entry.parameters
    near = own.max_gap + max(own.confirm_down, own.confirm_up) * own.interval
    seen = tracks.track(check.handle, at - near, at + near, now)
    looks = [{"agent": names.get(number, str(number)), **_seen(track, at)} for number, track in sorted(seen.items())]
    return {
        "check": check.name,
        "id": check.id,
        "handle": check.handle,
        "vital": entry.vital,
        "parameters": {
            "interval_ms": own.interval,
            "confirm_down": own.confirm_down,
            "confirm_up": own.confirm_up,
            "max_gap_ms": own.max_gap,
        },
        "rules": [{"name": row.name, "value": row.value, "layer": row.layer} for row in in_force.rules(tx, check, at)],
        "changed": in_force.last_change(tx, check, at),
        "vote": _vote(entry, looks, parameters, at),
        "agents": looks,
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


def _vote(entry: CheckTracks, looks: Sequence[Mapping[str, Any]], parameters: Parameters, at: int) -> dict[str, Any]:
    """How the agents' views became the check's state: of ``known`` that know, ``needed`` must see it down."""
    known = [look["state"] for look in looks if look["state"] is not None]
    alone = measure([replace(entry, vital=True)], parameters)
    state = next((tile[2] for tile in alone.tiles if tile[0] <= at < tile[1]), Class.UNKNOWN)
    return {
        "assigned": entry.agents,
        "known": len(known),
        "least": parameters.vantages(entry.agents),
        "down": known.count(Class.DOWN),
        "needed": parameters.quorum.needed(len(known)),
        "state": state.value,
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


def _overlays(tx: sqlite3.Connection, key: str, laid: Sequence[Window], at: int) -> list[dict[str, Any]]:
    """Maintenance and corrections that lie over the instant, whether they took effect or not."""
    announced = windows.all_maintenance(tx)
    found: list[dict[str, Any]] = [
        {
            "kind": "maintenance",
            "number": next(
                (
                    one.number
                    for one in announced
                    if (one.approved_at, one.reason) == (window.approved_at, window.reason)
                ),
                0,
            ),
            "from": window.start,
            "to": window.end,
            "reason": window.reason,
            "approved": window.approved,
        }
        for window in laid
        if window.start <= at < window.end
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
        if one.target == key and one.start <= at < one.end
    ]
    return found


def _same(announced: Maintenance, window: Window) -> bool:
    return (announced.approved_at, announced.reason) == (window.approved_at, window.reason)


def _because(
    then: Target,
    found: Class,
    explained: list[dict[str, Any]],
    behind: Mapping[str, str],
    overlays: list[dict[str, Any]],
    laid: Sequence[tuple[str, Class]],
    at: int,
) -> list[Reason]:
    """The reasons, the deciding ones first."""
    said = []
    for overlay in overlays:
        text = "{kind} {number} ({reason})" + ("" if overlay["approved"] else ", not approved in time: without effect")
        said.append(Reason(text, {key: overlay[key] for key in ("kind", "number", "reason")}, ("kind",)))
    for (_, before), (step, after) in itertools.pairwise(laid):
        if after is not before:
            words = {"step": _STEPS[step], "before": before.value, "after": after.value}
            said.append(Reason("{step}: {before} became {after}", words, ("step", "before", "after")))
    if found is Class.OUT_OF_SERVICE:
        begun = then.in_service_from
        if begun is None:
            said.append(Reason("it had never answered well: pending, in no figure"))
        elif at < begun:
            said.append(Reason("its service had not begun"))
        else:
            said.append(Reason("outside its service hours or after its service ended"))
    said += [
        Reason("parent {name} was {state}", {"name": name, "state": state}, ("state",))
        for name, state in behind.items()
        if state in ("down", "unreachable")
    ]
    for check in explained:
        kind = "vital check" if check["vital"] else "check"
        if not check["agents"]:
            said.append(
                Reason("{kind} {check}: no agent had looked", {"kind": kind, "check": check["check"]}, ("kind",))
            )
        for seen in check["agents"]:
            state = seen["state"] or "not known (no result near enough)"
            values = {"kind": kind, "check": check["check"], "agent": seen["agent"], "state": state}
            said.append(Reason("{kind} {check} as {agent} saw it: {state}", values, ("kind", "state")))
        vote = check["vote"]
        if vote["assigned"] > 1:
            values = {name: vote[name] for name in ("known", "assigned", "down", "needed", "state")}
            text = "{known} of {assigned} agents knew it; {down} saw it down and {needed} are needed: {state}"
            said.append(Reason(text, values, ("state",)))
    return said
