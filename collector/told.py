"""What a target told of itself around an instant, and which edges it dated: what an explanation has from no look."""

from collections.abc import Iterable, Mapping
from typing import Any

from collector.reasons import Reason
from rules.evidence import Evidence, Kind
from rules.outage import Outage
from rules.timeline import Timeline

NEAR = 3_600_000
"""How far (ms) from an instant, or from the edges of the outage that holds it, evidence is told."""

WORDS = {
    Kind.LINK_DOWN: "the line told that it went down",
    Kind.LINK_UP: "the line told that it came up",
    Kind.LINK_CHANGE: "by the device's count the state of the line changed",
    Kind.COLD_START: "the device told that it started",
    Kind.WARM_START: "the device told that it started",
    Kind.REBOOT: "the host restarted",
    Kind.RESTART: "the device restarted",
    Kind.AGENT_RESTART: "only the SNMP agent restarted",
    Kind.SHUTDOWN: "the machine was shut down and started again",
    Kind.BOOT: "the machine started, and nothing was noted of its end",
}
"""What each kind of evidence says, in a sentence."""


def outage_at(timeline: Timeline, at: int) -> Outage | None:
    """The outage that holds an instant (ms UTC)."""
    return next((one for one in timeline.history if one.start <= at and (one.end is None or at < one.end)), None)


def told(
    evidence: Iterable[Evidence], outage: Outage | None, names: Mapping[str, str], at: int
) -> list[dict[str, Any]]:
    """The evidence near an instant and near the outage that holds it, by time. ``names`` are those of checks by id.

    ``dated`` tells which edges of the outage it dated: ``start``, ``end``, both or none.
    """
    instants = [at, *(_edges(outage) if outage else ())]
    return [
        {
            "at": one.at,
            "kind": one.kind.value,
            "since": one.since,
            "until": one.until,
            "check": names.get(one.check, one.check),
            "told_by": one.told_by,
            "dated": _dated(one, outage) if outage else [],
        }
        for one in evidence
        if any(abs(one.at - instant) <= NEAR for instant in instants)
    ]


def edges(outage: Outage | None) -> dict[str, Any] | None:
    """The outage as an explanation shows it."""
    if outage is None:
        return None
    return {
        "start": outage.start,
        "start_bracket": list(outage.start_bracket),
        "edge_source": str(outage.edge_source),
        "end": outage.end,
        "end_bracket": list(outage.end_bracket) if outage.end_bracket else None,
        "end_source": None if outage.end_source is None else str(outage.end_source),
        "cause": outage.cause,
        "inferred": outage.inferred,
    }


def reasons(found: Iterable[Mapping[str, Any]], outage: Outage | None) -> list[Reason]:
    """The same as reasons."""
    said = []
    if outage is not None and outage.inferred:
        said.append(Reason("no look fell into this outage: what was told of the restart is all that shows it"))
    for one in found:
        what, by = WORDS[Kind(one["kind"])], one["told_by"]
        text = (
            "{what} (told by {by}): it dated the {edge} of this outage"
            if by
            else ("{what}: it dated the {edge} of this outage")
        )
        said += [Reason(text, {"what": what, "by": by, "edge": edge}, ("what", "edge")) for edge in one["dated"]]
    return said


def _edges(outage: Outage) -> list[int]:
    return [outage.start] if outage.end is None else [outage.start, outage.end]


def _dated(one: Evidence, outage: Outage) -> list[str]:
    low, high = outage.start_bracket
    end = outage.end_bracket
    dated = []
    if (
        one.kind == outage.edge_source
        and one.at >= outage.start
        and (one.at in (outage.start, high) or one.since == low)
    ):
        dated.append("start")
    if one.kind == outage.end_source and end is not None and one.at == outage.end:
        dated.append("end")
    return dated
