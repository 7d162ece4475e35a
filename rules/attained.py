"""What a set of objects attained of its promise in a period: objectives with verdicts, error budget, burns, forecast.

The same for a device, a group, a service, everything under an agreement, and the house. Plain data, as the public
interface has it: lengths of time in ms, ``*_h`` in hours, shares as fractions of 1, None for what does not exist.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from rules.availability import pooled_figures
from rules.budget import Budget, Partition, bad_time, budget, forecast, spent_at
from rules.burn import FEWEST, Burn, Rule, burns
from rules.entry import Entry
from rules.objective import Comparator
from rules.parameters import DAY, HOUR, FaultRate, Parameters
from rules.period import Period
from rules.request import Attainment, Request, attainment, percentile
from rules.request import Rule as Asked
from rules.state import AGREED

RECENT = 7 * DAY
"""How far back (ms) the forecast looks."""

ON_INCIDENTS = (Asked.RESPONSE, Asked.RESPONSE_BY_PRIORITY, Asked.START_OF_WORK, Asked.SOLVED, Asked.CALL_BACK)
"""The rules on requests that incidents are judged by."""

_NO_TIME = (FaultRate.R2, FaultRate.R4)
"""Readings of the fault rate that are no shares of time: there is no budget of them."""


@dataclass(frozen=True, slots=True)
class Pool:
    """Objects that are judged together, by one set of terms.

    ``entries`` are of the part of the period that has passed, ``recent`` the partitions of the last :data:`RECENT` of
    the same objects. ``ahead`` is their agreed service time (ms) in the rest of the period. ``delivered`` is for a
    service.
    """

    entries: Sequence[Entry]
    recent: Sequence[Partition]
    ahead: int
    parameters: Parameters
    delivered: bool = False

    @property
    def alerts(self) -> bool:
        """Whether burn alerts say anything of it: a service, or a group that is not too small."""
        return self.delivered or len(self.entries) >= FEWEST

    @property
    def budgeted(self) -> bool:
        """Whether what is judged is a share of time."""
        return self.parameters.fault_rate_definition not in _NO_TIME

    def budget(self) -> Budget:
        """The error budget of the whole period."""
        partitions = [entry.partition for entry in self.entries]
        return budget(partitions, self.parameters.targets.fault_rate, delivered=self.delivered, ahead=self.ahead)

    def burns(self, period: Period, at: int, firing: Collection[Rule] = ()) -> tuple[Burn, ...]:
        """Every burn rule at an instant (ms UTC); ``firing`` are those that fired when it was last asked."""
        target = self.parameters.targets.fault_rate
        whole = self.budget().whole
        return burns(self.recent, target, at, period.length, delivered=self.delivered, whole=whole, firing=firing)


def attained(pool: Pool, period: Period, at: int) -> dict[str, Any]:
    """Objectives and spending of what is judged together, as of an instant (ms UTC); ``period`` is the whole one."""
    entry = pooled_figures(pool.entries, pool.parameters, delivered=pool.delivered)
    return {"objectives": objectives(entry, pool.parameters), **spending(pool, period, at)}


def spending(pool: Pool, period: Period, at: int) -> dict[str, Any]:
    """Budget, burns and forecast; None where there are none: no budget of a reading that is no share of time, no burns
    of a handful of devices."""
    if not pool.budgeted:
        return {"budget": None, "burns": None, "forecast": None}
    kept = pool.budget()
    partitions = [entry.partition for entry in pool.entries]
    spent = spent_at(partitions, kept.whole, delivered=pool.delivered) if kept.left <= 0 and kept.whole else None
    return {
        "budget": _budget(kept, spent),
        "burns": [_burn(one) for one in pool.burns(period, at)] if pool.alerts else None,
        "forecast": _forecast(pool, kept, period, at),
    }


def objectives(entry: Mapping[str, Any], parameters: Parameters) -> list[dict[str, Any]]:
    """Fault rate, MTBF and MTTR: target, value, verdict, and the exposure it rests on."""
    targets, verdicts = parameters.targets, entry["verdicts"]
    headline = entry["headline"]
    return [
        {
            "name": "fault_rate",
            "definition": headline["definition"],
            "words": headline["words"],
            "comparator": Comparator.BELOW.value,
            "target": targets.fault_rate,
            "value": headline["value"],
            "verdict": verdicts["fault_rate"],
            "agreed_ms": entry["agreed_ms"],
            "down_ms": entry["down_ms"],
            "unreachable_ms": entry["unreachable_ms"],
            "coverage": entry["coverage"],
        },
        {
            "name": "mtbf",
            "comparator": Comparator.AT_LEAST.value,
            "target_h": targets.mtbf / HOUR,
            "value_h": entry["mtbf_h"],
            "lower90_h": entry["mtbf_lower90_h"],
            "verdict": verdicts["mtbf"],
            "operating_ms": entry["up_ms"] + entry["degraded_ms"],
            "failures": entry["episodes"],
        },
        {
            "name": "mttr",
            "comparator": Comparator.AT_MOST.value,
            "target_h": targets.mttr / HOUR,
            "value_h": entry["mttr_h"],
            "verdict": verdicts["mttr"],
            "restored": entry["restored"],
            "open": entry["open"],
        },
    ]


def answered(
    requests: Iterable[Request], parameters: Parameters, at: int, complaints: Iterable[Request] = ()
) -> list[dict[str, Any]]:
    """Every rule on requests, for those opened in the period, as of an instant (ms UTC); complaints have one alone."""
    known = list(requests)
    found = [attainment(rule, known, parameters, at) for rule in ON_INCIDENTS]
    found.append(attainment(Asked.COMPLAINT_REPLY, complaints, parameters, at))
    return [_attainment(one, parameters) for one in found]


def _attainment(found: Attainment, parameters: Parameters) -> dict[str, Any]:
    return {
        "name": found.rule.value,
        "comparator": Comparator.AT_LEAST.value,
        "target": float(found.target),
        "value": _share(found.share),
        "verdict": found.verdict.value,
        "allowed_ms": _allowed(found.rule, parameters),
        "due": found.due,
        "in_time": found.in_time,
        "pending": found.pending,
        "self_recovered": found.by_itself,
        "reclassified": found.reclassified,
        "late": list(found.late),
        "median_ms": percentile(found.took, Fraction(1, 2)),
        "p90_ms": percentile(found.took, Fraction(9, 10)),
        "p95_ms": percentile(found.took, Fraction(95, 100)),
        "by_origin": {
            origin.value: {"in_time": kept, "due": due} for origin, (kept, due) in found.by_origin.items() if due
        },
        "by_priority": {name: {"in_time": kept, "due": due} for name, (kept, due) in found.by_priority.items()},
        "more_than_half": found.literal,
    }


def _allowed(rule: Asked, parameters: Parameters) -> dict[str, int] | int:
    targets = parameters.targets
    match rule:
        case Asked.RESPONSE_BY_PRIORITY:
            return {
                "urgent": targets.response_urgent,
                "important": targets.response_important,
                "general": targets.response_general,
            }
        case Asked.START_OF_WORK:
            return targets.start_of_work
        case Asked.SOLVED:
            return targets.solved
        case Asked.CALL_BACK:
            return targets.call_back
        case Asked.COMPLAINT_REPLY:
            return targets.complaint_reply
    return targets.response


def _budget(kept: Budget, spent: int | None) -> dict[str, Any]:
    return {
        "target": float(kept.target),
        "agreed_ms": kept.agreed,
        "whole_ms": int(kept.whole),
        "used_ms": kept.judged,
        "left_ms": int(kept.left),
        "used": _share(kept.used),
        "used_own": _share(kept.share(kept.own)),
        "used_delivered": _share(kept.share(kept.delivered)),
        "outage_left_ms": kept.outage_left,
        "warnings": [float(share) for share in kept.warnings],
        "spent_at": spent,
    }


def _burn(one: Burn) -> dict[str, Any]:
    return {
        "severity": one.rule.severity.value,
        "long_ms": one.rule.long,
        "short_ms": one.rule.short,
        "rate": float(one.rate),
        "long_burn": _share(one.long_burn),
        "short_burn": _share(one.short_burn),
        "used": _share(one.used),
        "blind": one.blind,
        "firing": one.firing,
    }


def _forecast(pool: Pool, kept: Budget, period: Period, at: int) -> dict[str, Any] | None:
    """None where there is no budget, or less than a day has been seen: that tells nothing of days to come."""
    begun = min((begin for partition in pool.recent for begin, _, state in partition if state in AGREED), default=at)
    start = max(at - RECENT, begun)
    if at - start < DAY or not kept.whole:
        return None
    recent = bad_time(pool.recent, start, at, delivered=pool.delivered)
    found = forecast(kept.left, recent, at - start, at, period.end)
    return {
        "from": start,
        "per_day_ms": float(found.per_day),
        "days_left": _share(found.days_left),
        "runs_out": found.runs_out,
        "missed": found.missed,
    }


def _share(value: Fraction | None) -> float | None:
    return None if value is None else float(value)
