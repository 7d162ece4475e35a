"""Figures: what the timelines of a set of objects say about a period. Plain data, as the public interface has it."""

import math
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from rules.entry import Entry, entry_of
from rules.fault_rate import DEVICE_MONTH, fault_rate_verdict, headline, misses, readings
from rules.objective import Comparator, Objective, Verdict, mean_verdict, mtbf_verdict
from rules.outage import Outage
from rules.parameters import HOUR, Parameters
from rules.period import Period
from rules.promise import HOUSE, Promise
from rules.service import SERVICE
from rules.state import State
from rules.statistics import clopper_pearson, mtbf_interval, mtbf_lower_bound
from rules.sums import Sums, together
from rules.timeline import Timeline

METHOD_VERSION = "1"

WORST = 10
"""How many of the objects with the largest share of time in fault are told."""


def figures(
    timelines: Iterable[Timeline],
    period: Period,
    parameters: Parameters,
    group: str | None = None,
) -> dict[str, Any]:
    """The document for timelines, which must have been computed for this period; see :func:`figures_of`."""
    return figures_of(map(entry_of, timelines), period, parameters, group)


def figures_of(
    entries: Iterable[Entry],
    period: Period,
    parameters: Parameters,
    group: str | None = None,
) -> dict[str, Any]:
    """Period, method, one entry per object (by name) and the fleet, which pools all objects that are no services.

    Times in ms, ``*_h`` in hours, ratios as fractions. A figure that does not exist is None. Each object is judged by
    its own promise, the fleet by the house's terms, which are ``parameters``; ``agreements`` holds both.

    With ``group``, the name of a label or ``kind``, there are ``groups``: each value of it pooled like the fleet, and
    last those without it, so that the groups add up to the fleet.
    """
    house = Promise(HOUSE, None, parameters)
    judged = sorted(entries, key=lambda entry: entry.name)
    devices = [entry for entry in judged if entry.kind != SERVICE]
    document = {
        "period": {"from": period.start, "to": period.end, "tz": period.tz},
        "method": {"version": METHOD_VERSION, "parameters": parameters.as_settings()},
        "agreements": _agreements({entry.promise or house for entry in judged} | {house}),
        "objects": [_object(entry, entry.promise or house) for entry in judged],
        "fleet": _fleet(devices, parameters),
    }
    if group is not None:
        document["groups"] = [
            {"label": group, "value": value, **_fleet(members, parameters)}
            for value, members in _grouped(devices, group).items()
        ]
    return document


def pooled_figures(entries: Iterable[Entry], parameters: Parameters, *, delivered: bool = False) -> dict[str, Any]:
    """The figures that an object and a set have in common, of all entries together; ``delivered`` for a service."""
    return _figures(together([entry.sums for entry in entries]), parameters, delivered=delivered)


def _agreements(promises: Iterable[Promise]) -> list[dict[str, Any]]:
    """By whose terms the objects and the fleet are judged, and what these are."""
    return [
        {**promise.as_named(), "parameters": promise.parameters.as_settings()}
        for promise in sorted(promises, key=lambda one: (one.agreement, one.version or 0))
    ]


def _grouped(devices: Sequence[Entry], label: str) -> Mapping[str | None, list[Entry]]:
    """The objects by the value of a label, or by their kind, in its order; None for those without the label."""
    found: dict[str | None, list[Entry]] = {}
    for entry in devices:
        found.setdefault(entry.kind if label == KIND else entry.labels.get(label), []).append(entry)
    return dict(sorted(found.items(), key=lambda item: (item[0] is None, item[0] or "")))


KIND = "kind"
"""The word by which objects are grouped that is no label of theirs."""

_TIMES = [(f"{state.value}_ms", state) for state in State]


def _ratio(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _hours(length: float | None) -> float | None:
    return None if length is None else length / HOUR


def _figures(sums: Sums, parameters: Parameters, *, delivered: bool) -> dict[str, Any]:
    """The keys that an object and a set have in common; ``delivered`` for a service: it is judged as users saw it."""
    up, unknown = sums.up, sums.time[State.UNKNOWN]
    known = sums.known
    rates = readings(sums, looked_at=not delivered)
    lower = mtbf_lower_bound(up, sums.episodes)
    interval = mtbf_interval(up, sums.episodes)
    return {
        "agreed_ms": sums.agreed,
        **{key: sums.time[state] for key, state in _TIMES},
        "coverage": _ratio(known, known + unknown),
        "availability": _ratio(up, known),
        "availability_low": _ratio(up, known + unknown),
        "availability_high": _ratio(up + unknown, known + unknown),
        "availability_operational": _ratio(sums.running, sums.running + sums.standing),
        "operational_ms": sums.running + sums.standing,
        "planned_down_ms": sums.planned,
        "fault_rate": rates["R1"],
        "fault_rate_delivered": rates["R1'"],
        "fault_rates": rates,
        "headline": headline(rates, parameters, delivered=delivered),
        "down_ms_min": sums.down_min,
        "down_ms_max": sums.down_max,
        "down_ms_se": math.sqrt(sums.squares / 12),
        "unconfirmed_ms": None if delivered else sums.unconfirmed,
        "failures": sums.failures,
        "episodes": sums.episodes,
        "glitches": sums.glitches,
        "mtbf_h": _hours(_ratio(up, sums.episodes)),
        "mtbf_lower90_h": _hours(lower),
        "mtbf_interval90_h": [_hours(bound) for bound in interval] if interval else None,
        "mtbsi_h": _hours(_ratio(known, sums.episodes)),
        "mttr_h": _hours(_ratio(sums.repair, sums.restored)),
        "restored": sums.restored,
        "open": sums.open,
        "verdicts": verdicts(sums, parameters, delivered=delivered),
    }


def verdicts(sums: Sums, parameters: Parameters, *, delivered: bool) -> dict[str, str]:
    """On fault rate, MTBF and MTTR, by the unrounded sums; ``delivered`` for a service."""
    targets = parameters.targets
    if not sums.agreed:
        return dict.fromkeys(("fault_rate", "mtbf", "mttr"), Verdict.NOT_APPLICABLE.value)
    lower = mtbf_lower_bound(sums.up, sums.episodes)
    mtbf = Objective(Comparator.AT_LEAST, targets.mtbf)
    mttr = Objective(Comparator.AT_MOST, targets.mttr)
    return {
        "fault_rate": fault_rate_verdict(sums, parameters, delivered=delivered).value,
        "mtbf": mtbf_verdict(mtbf, sums.up, sums.episodes, lower).value,
        "mttr": mean_verdict(mttr, sums.repair, sums.restored, sums.open).value,
    }


def _corrected(now: dict[str, Any], before: Sums | None, parameters: Parameters, *, delivered: bool) -> dict[str, Any]:
    """The figures as they were measured beside those as corrected, and the verdicts that corrections turned round."""
    if before is None:
        return {"as_measured": None, "flipped": []}
    measured = _figures(before, parameters, delivered=delivered)
    flipped = [name for name, verdict in measured["verdicts"].items() if now["verdicts"][name] != verdict]
    return {"as_measured": measured, "flipped": flipped}


def _object(entry: Entry, promise: Promise) -> dict[str, Any]:
    delivered = entry.kind == SERVICE
    own = _figures(entry.sums, promise.parameters, delivered=delivered)
    return {
        "name": entry.name,
        "kind": entry.kind,
        "agreement": promise.as_named(),
        **own,
        **_corrected(own, entry.uncorrected, promise.parameters, delivered=delivered),
        "outages": _outages(entry.outages),
        "partition": [[start, end, state.value] for start, end, state in entry.partition],
    }


def _outages(outages: Sequence[Outage]) -> list[dict[str, Any]]:
    listed = []
    episode = 0
    for outage in outages:
        if outage.counts:
            episode += outage.first or episode == 0  # the first one listed may continue an earlier episode
        listed.append(
            {
                "start": outage.start,
                "end": outage.end,
                "start_bracket": list(outage.start_bracket),
                "end_bracket": list(outage.end_bracket) if outage.end_bracket else None,
                "detected": outage.detected,
                "episode": episode if outage.counts else None,
                "cause": outage.cause,
                "edge_source": outage.edge_source,
                "end_source": outage.end_source,
                "restored": outage.restored,
                "repair_ms": outage.repair,
                "inferred": outage.inferred,
            }
        )
    return listed


def _fleet(devices: Sequence[Entry], parameters: Parameters) -> dict[str, Any]:
    whole = together([entry.sums for entry in devices])
    before = None
    if any(entry.uncorrected for entry in devices):
        before = together([entry.uncorrected or entry.sums for entry in devices])
    own = _figures(whole, parameters, delivered=False)
    interval = clopper_pearson(whole.affected, whole.objects)
    missing = sum(misses(entry.sums, parameters) for entry in devices)
    known = sum(bool(entry.sums.known) for entry in devices)
    return {
        **own,
        **_corrected(own, before, parameters, delivered=False),
        "objects": whole.objects,
        "objects_affected": whole.affected,
        "objects_affected_interval": list(interval) if interval else None,
        "failures_per_100_device_months": _ratio(100 * whole.episodes * DEVICE_MONTH, whole.known),
        "objects_missing": missing,
        "objects_missing_share": _ratio(missing, known),
        "fault_rate_weighted": _weighted(devices, parameters),
        "worst": _worst(devices),
    }


def _worst(devices: Sequence[Entry]) -> list[dict[str, Any]]:
    """The objects with the largest share of time in fault, if they were in fault at all."""
    rates = sorted((entry.sums.down / entry.sums.known for entry in devices if entry.sums.down), reverse=True)
    # Division rounds no larger share below a smaller one, so the worst are among these; their order is told exactly.
    least = rates[WORST - 1] if len(rates) > WORST else 0.0
    failed = [
        (Fraction(entry.sums.down, entry.sums.known), entry)
        for entry in devices
        if entry.sums.down and entry.sums.down / entry.sums.known >= least
    ]
    failed.sort(key=lambda one: (-one[0], one[1].name))
    return [
        {"name": entry.name, "fault_rate": float(rate), "down_ms": entry.sums.down, "known_ms": entry.sums.known}
        for rate, entry in failed[:WORST]
    ]


def _weighted(devices: Iterable[Entry], parameters: Parameters) -> float | None:
    """The fault rate with each object's time weighed by its priority; None where all weigh alike."""
    if not parameters.weights.differ:
        return None
    down = known = Fraction(0)
    for entry in devices:
        weight = parameters.weights.of(entry.priority)
        down += weight * entry.sums.down
        known += weight * entry.sums.known
    return float(down / known) if known else None
