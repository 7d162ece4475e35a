"""Figures: what the timelines of a set of objects say about a period. Plain data, as the public interface has it."""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from rules.objective import Comparator, Objective, Verdict, mean_verdict, mtbf_verdict, share_verdict
from rules.outage import Outage
from rules.parameters import DAY, HOUR, FaultRate, Parameters
from rules.period import Period
from rules.promise import HOUSE, Promise
from rules.service import SERVICE
from rules.state import AGREED, State
from rules.statistics import clopper_pearson, mtbf_interval, mtbf_lower_bound
from rules.timeline import Timeline

METHOD_VERSION = "1"

_DEVICE_MONTH = 30 * DAY


def figures(
    timelines: Iterable[Timeline],
    period: Period,
    parameters: Parameters,
    promise_of: Callable[[Timeline], Promise] | None = None,
) -> dict[str, Any]:
    """Period, method, one entry per object (by name) and the fleet, which pools all objects that are no services.

    Times in ms, ``*_h`` in hours, ratios as fractions. A figure that does not exist is None. The timelines must have
    been computed for this period. Each object is judged by what ``promise_of`` tells (the house's terms where it is not
    given); the fleet by the house's, which are ``parameters``.
    """
    house = Promise(HOUSE, None, parameters)
    ordered = sorted(timelines, key=lambda entry: entry.name)
    sums = [_sums(entry) for entry in ordered]
    pooled = _Sums()
    for entry, own in zip(ordered, sums, strict=True):
        if entry.kind != SERVICE:
            pooled.add(own)
    return {
        "period": {"from": period.start, "to": period.end, "tz": period.tz},
        "method": {"version": METHOD_VERSION, "parameters": parameters.as_settings()},
        "objects": [
            _object(entry, own, promise_of(entry) if promise_of else house)
            for entry, own in zip(ordered, sums, strict=True)
        ],
        "fleet": _fleet(pooled, parameters),
    }


@dataclass(slots=True)
class _Sums:
    """What adds up over objects: milliseconds by state, counts, variances."""

    time: dict[State, int] = field(default_factory=lambda: dict.fromkeys(State, 0))
    down_min: int = 0
    down_max: int = 0
    variance: Fraction = Fraction(0)
    failures: int = 0
    episodes: int = 0
    glitches: int = 0
    restored: int = 0
    repair: int = 0
    open: int = 0
    objects: int = 0
    affected: int = 0

    def add(self, other: "_Sums") -> None:
        for state, length in other.time.items():
            self.time[state] += length
        self.down_min += other.down_min
        self.down_max += other.down_max
        self.variance += other.variance
        self.failures += other.failures
        self.episodes += other.episodes
        self.glitches += other.glitches
        self.restored += other.restored
        self.repair += other.repair
        self.open += other.open
        self.objects += other.objects
        self.affected += other.affected

    @property
    def agreed(self) -> int:
        return sum(self.time[state] for state in AGREED)

    @property
    def up(self) -> int:
        return self.time[State.UP] + self.time[State.DEGRADED]

    @property
    def down(self) -> int:
        return self.time[State.DOWN]


def _sums(entry: Timeline) -> _Sums:
    sums = _Sums(down_min=entry.down_min, down_max=entry.down_max, glitches=len(entry.glitches))
    for start, end, state in entry.partition:
        sums.time[state] += end - start
    inside = entry.period
    for outage in entry.outages:
        sums.variance += _variance(outage, inside)
        if inside.start <= outage.start < inside.end and outage.counts:
            sums.failures += 1
            sums.episodes += outage.first
        if outage.end is None or outage.end > inside.end:
            sums.open += 1
        elif outage.restored and outage.repair is not None:
            sums.restored += 1
            sums.repair += outage.repair
    sums.objects = int(sums.agreed > 0)
    sums.affected = int(bool(entry.outages) and sums.agreed > 0)
    return sums


def _variance(outage: Outage, inside: Period) -> Fraction:
    """Of the downtime in the period, by those edges of the outage that lie in it: a uniform law on each bracket."""
    squares = 0
    earliest, latest = outage.start_bracket
    if earliest is not None and inside.start <= outage.start < inside.end:
        squares += (latest - earliest) ** 2
    if outage.end is not None and outage.end_bracket and inside.start < outage.end <= inside.end:
        first, last = outage.end_bracket
        squares += (last - first) ** 2 if first is not None else 0
    return Fraction(squares, 12)


def _ratio(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _hours(length: float | None) -> float | None:
    return None if length is None else length / HOUR


def _figures(sums: _Sums, parameters: Parameters, *, delivered: bool) -> dict[str, Any]:
    """The keys that an object and the fleet have in common; ``delivered`` for a service's fault rate verdict."""
    up, down, unknown = sums.up, sums.down, sums.time[State.UNKNOWN]
    unreachable = sums.time[State.UNREACHABLE]
    known = up + down
    lower = mtbf_lower_bound(up, sums.episodes)
    interval = mtbf_interval(up, sums.episodes)
    return {
        "agreed_ms": sums.agreed,
        **{f"{state.value}_ms": sums.time[state] for state in State},
        "coverage": _ratio(known, known + unknown),
        "availability": _ratio(up, known),
        "availability_low": _ratio(up, known + unknown),
        "availability_high": _ratio(up + unknown, known + unknown),
        "fault_rate": _ratio(down, known),
        "fault_rate_delivered": _ratio(down + unreachable, known + unreachable),
        "down_ms_min": sums.down_min,
        "down_ms_max": sums.down_max,
        "down_ms_se": math.sqrt(sums.variance),
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
        "verdicts": _verdicts(sums, lower, parameters, delivered=delivered),
    }


def _verdicts(sums: _Sums, lower: float | None, parameters: Parameters, *, delivered: bool) -> dict[str, str]:
    targets = parameters.targets
    if not sums.agreed:
        return dict.fromkeys(("fault_rate", "mtbf", "mttr"), Verdict.NOT_APPLICABLE.value)
    mtbf = Objective(Comparator.AT_LEAST, targets.mtbf)
    mttr = Objective(Comparator.AT_MOST, targets.mttr)
    return {
        "fault_rate": _fault_rate_verdict(sums, parameters, delivered=delivered).value,
        "mtbf": mtbf_verdict(mtbf, sums.up, sums.episodes, lower).value,
        "mttr": mean_verdict(mttr, sums.repair, sums.restored, sums.open).value,
    }


def _fault_rate_verdict(sums: _Sums, parameters: Parameters, *, delivered: bool) -> Verdict:
    """By the definition in force; a service is judged as it was delivered."""
    objective = Objective(Comparator.BELOW, parameters.targets.fault_rate)
    bad, known, unknown = sums.down, sums.up + sums.down, sums.time[State.UNKNOWN]
    definition = parameters.fault_rate_definition
    if definition is FaultRate.R2:
        return objective.verdict(Fraction(sums.affected, sums.objects))
    if definition is FaultRate.R4:
        if not known:
            return Verdict.INSUFFICIENT_DATA if unknown else Verdict.NOT_APPLICABLE
        return objective.verdict(Fraction(sums.episodes * _DEVICE_MONTH, known))
    if definition is FaultRate.R1_DELIVERED or delivered:
        bad += sums.time[State.UNREACHABLE]
        known += sums.time[State.UNREACHABLE]
    return share_verdict(objective, bad, known, unknown, parameters.min_coverage)


def _object(entry: Timeline, sums: _Sums, promise: Promise) -> dict[str, Any]:
    return {
        "name": entry.name,
        "kind": entry.kind,
        "agreement": promise.as_named(),
        **_figures(sums, promise.parameters, delivered=entry.kind == SERVICE),
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


def _fleet(pooled: _Sums, parameters: Parameters) -> dict[str, Any]:
    interval = clopper_pearson(pooled.affected, pooled.objects)
    known = pooled.up + pooled.down
    return {
        **_figures(pooled, parameters, delivered=False),
        "objects": pooled.objects,
        "objects_affected": pooled.affected,
        "objects_affected_interval": list(interval) if interval else None,
        "failures_per_100_device_months": _ratio(100 * pooled.episodes * _DEVICE_MONTH, known),
    }
