"""Faults: what is broken about a target and since when, read from its timeline. Pure.

An outage of the target is one fault; each check that fails or is beyond its limits while the target itself is up is
one fault. What belongs together stays one fault: a host that dies takes its checks with it, and whichever of them
notices first, the fault is the outage.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from collector.scenes import Scene
from collector.store.checks import Check
from rules.intervals import clip
from rules.opening import Kind
from rules.outage import Outage
from rules.parameters import Parameters
from rules.state import State
from rules.tiling import where
from rules.timeline import CheckTracks, Tile
from rules.votes import measure

__all__ = ["Fault", "Kind", "check_key", "faults", "outage_key", "words"]


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault of one target. Instants in ms UTC; ``ended`` None while it lasts.

    ``key`` names what is broken, the same each time it breaks; ``check`` is a check's id, empty for the target as a
    whole. ``first_bad`` is the first look that saw it. ``not_before``: until then it may be the rest of an outage.
    ``restored`` is False where it has an end only because nobody looks any more.
    """

    key: str
    kind: Kind
    check: str
    since: int
    detected: int
    first_bad: int
    ended: int | None
    not_before: int = 0
    restored: bool = True


def outage_key(target: str) -> str:
    """The key of a target's outages."""
    return f"outage:{target}"


def check_key(target: str, check: str) -> str:
    """The key of what is wrong with one check of a target."""
    return f"check:{target}:{check}"


def faults(scene: Scene, parameters: Parameters) -> list[Fault]:
    """The faults of a scene by their beginning; those that ended before its ``start`` are left out."""
    found = [_outage(scene.target.id, outage) for outage in scene.timeline.history]
    degraded = where(scene.timeline.whole, (State.DEGRADED,))
    slowest = max((entry.parameters.interval for _, entries in scene.checks for entry in entries), default=0)
    for check, entries in scene.checks:
        for fault in _of_check(scene.target.id, check, entries, parameters):
            attributed = _apart(fault, scene.timeline.history, entries[-1].parameters.interval, slowest)
            if attributed is None:
                continue
            # While the target is in maintenance, unreachable, unknown or down, a failing check is no fault of its own.
            end = scene.timeline.whole[-1][1] if fault.ended is None else fault.ended
            if clip(degraded, attributed.since, end):
                found.append(attributed)
    found = [fault for fault in found if fault.ended is None or fault.ended > scene.start]
    return sorted(found, key=lambda fault: (fault.since, fault.key))


def _outage(target: str, outage: Outage) -> Fault:
    first_bad = outage.start_bracket[1]
    detected = outage.start if outage.detected is None else outage.detected
    restored = outage.restored or outage.end is None
    return Fault(outage_key(target), Kind.OUTAGE, "", outage.start, detected, first_bad, outage.end, restored=restored)


def _of_check(target: str, check: Check, entries: Sequence[CheckTracks], parameters: Parameters) -> Iterator[Fault]:
    """Each stretch in which the check was not well. Unknown time ends none: only a good answer does."""
    alone = [replace(entry, vital=True) for entry in entries]
    run: list[Tile] = []
    for start, end, state in measure(alone, parameters).tiles:
        if state in (State.DOWN, State.DEGRADED):
            run.append((start, end, state))
        elif run and state is State.UP:
            yield _bad(target, check, entries, run, start)
            run = []
    if run:
        yield replace(_bad(target, check, entries, run, check.retired), restored=check.retired is None)


def _bad(target: str, check: Check, entries: Sequence[CheckTracks], run: Sequence[Tile], ended: int | None) -> Fault:
    since = run[0][0]
    spans = [
        span
        for entry in entries
        for seen in entry.tracks.values()
        for span in seen.spans
        if span.state in (State.DOWN, State.DEGRADED) and span.start <= run[-1][1] and (span.end or since + 1) > since
    ]
    failed = any(span.state is State.DOWN for span in spans)
    limits = Kind.CERTIFICATE if check.kind == "tls" else Kind.THRESHOLD
    kind = Kind.DEGRADED if failed else limits
    first_bad = min((span.start_bracket[1] for span in spans), default=since)
    detected = min((span.detected for span in spans if span.detected is not None), default=since)
    return Fault(check_key(target, check.id), kind, check.id, since, detected, first_bad, ended)


def _apart(fault: Fault, outages: Sequence[Outage], interval: int, slowest: int) -> Fault | None:
    """The fault without what an outage explains; None when the outage explains all of it.

    A check that began to fail with an outage is its symptom: until the outage is over, and for two more looks.
    """
    slack = (interval + slowest) // 2
    for outage in outages:
        if outage.end is not None and fault.since >= outage.end:
            continue
        if fault.since < outage.start - slack:
            continue
        if outage.end is None:
            return None
        settled = outage.end + 2 * interval
        if fault.ended is not None and fault.ended <= settled:
            return None
        fault = replace(fault, since=outage.end, detected=max(fault.detected, settled), not_before=settled)
    return fault


def words(fault: Fault, name: str, checks: Mapping[str, Check]) -> str:
    """One sentence for a person: what is wrong."""
    check = checks.get(fault.check)
    if fault.kind is Kind.OUTAGE or check is None:
        return f"{name} is down"
    if fault.kind is Kind.CERTIFICATE:
        return f"{name}: the certificate ends soon"
    if fault.kind is Kind.THRESHOLD:
        return f"{name}: {check.name} is beyond its limits"
    if check.kind == "snmp":
        return f"{name}: the management path (snmp) does not answer"
    return f"{name}: {check.name} fails"
