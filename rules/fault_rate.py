"""The fault rate, in all its readings. They differ much: a set that fails 0.8 % of its time by one fails most months
by another. So all are computed always, and the one that is judged is chosen by one setting and printed in words.
"""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from rules.objective import Comparator, Objective, Verdict, exact, share_verdict
from rules.parameters import DAY, FaultRate, Parameters
from rules.state import State
from rules.sums import Sums

DEVICE_MONTH = 30 * DAY

COUNTED = "R5"
"""The share of service requests that failed: only where a service counts its requests, so it is always None here."""

WORDS: Mapping[str, str] = {
    FaultRate.R1: "the share of known agreed time in which a device was down by its own fault: "
    "down ÷ (up + degraded + down)",
    FaultRate.R1_DELIVERED: "the share of known agreed time in which the service was not delivered, whoever's fault it "
    "was: (down + unreachable) ÷ (up + degraded + down + unreachable)",
    FaultRate.R2: "the share of devices with at least one failure in the period",
    FaultRate.R3: "the share of looks that failed, each weighted by the time it stands for, also of those that no "
    "outage contains: (down + unconfirmed) ÷ (up + degraded + down)",
    FaultRate.R4: "failures per device-month of 720 hours of known time",
}
"""What each reading means, for people. These sentences are keys of the translations."""


def readings(sums: Sums, *, looked_at: bool) -> dict[str, float | None]:
    """Every reading by its name; None where it does not exist.

    ``looked_at`` is whether these are objects that are looked at themselves: nobody looks at a service.
    """
    unreachable = sums.time[State.UNREACHABLE]
    return {
        FaultRate.R1.value: _ratio(sums.down, sums.known),
        FaultRate.R1_DELIVERED.value: _ratio(sums.down + unreachable, sums.known + unreachable),
        FaultRate.R2.value: _ratio(sums.affected, sums.objects),
        FaultRate.R3.value: _ratio(sums.down + sums.unconfirmed, sums.known) if looked_at else None,
        FaultRate.R4.value: _ratio(sums.episodes * DEVICE_MONTH, sums.known),
        COUNTED: None,
    }


def judged_by(parameters: Parameters, *, delivered: bool) -> FaultRate:
    """The reading that is judged; ``delivered`` for a service, of which users see what was delivered."""
    chosen = parameters.fault_rate_definition
    return FaultRate.R1_DELIVERED if delivered and chosen in (FaultRate.R1, FaultRate.R3) else chosen


def headline(rates: Mapping[str, float | None], parameters: Parameters, *, delivered: bool) -> dict[str, Any]:
    """Of the :func:`readings` the one that is judged: its name, its value, and what it means in words."""
    chosen = judged_by(parameters, delivered=delivered)
    return {"definition": chosen.value, "value": rates[chosen.value], "words": WORDS[chosen]}


def fault_rate_verdict(sums: Sums, parameters: Parameters, *, delivered: bool) -> Verdict:
    """On the reading that is judged, by the unrounded value."""
    objective = Objective(Comparator.BELOW, parameters.targets.fault_rate)
    unknown = sums.time[State.UNKNOWN]
    match judged_by(parameters, delivered=delivered):
        case FaultRate.R2:
            return _by_count(objective, sums.affected, sums.objects, sums, parameters)
        case FaultRate.R4:
            return _by_count(objective, sums.episodes * DEVICE_MONTH, sums.known, sums, parameters)
        case FaultRate.R1_DELIVERED:
            unreachable = sums.time[State.UNREACHABLE]
            bad, known = sums.down + unreachable, sums.known + unreachable
        case FaultRate.R3:
            bad, known = sums.down + sums.unconfirmed, sums.known
        case FaultRate.R1:
            bad, known = sums.down, sums.known
    return share_verdict(objective, bad, known, unknown, parameters.min_coverage)


def _by_count(objective: Objective, part: int, whole: int, sums: Sums, parameters: Parameters) -> Verdict:
    """On a reading that counts failures: what was not seen may hide more of them, never fewer."""
    unknown = sums.time[State.UNKNOWN]
    if not sums.known:
        return Verdict.INSUFFICIENT_DATA if unknown else Verdict.NOT_APPLICABLE
    found = objective.verdict_by(part, whole)
    if found is Verdict.MET and Fraction(sums.known, sums.known + unknown) < exact(parameters.min_coverage):
        return Verdict.INSUFFICIENT_DATA
    return found


def misses(sums: Sums, parameters: Parameters) -> bool:
    """Whether an object's own share of time in fault (R1) is not below the bound."""
    objective = Objective(Comparator.BELOW, parameters.targets.fault_rate)
    return bool(sums.known) and not objective.satisfied_by(sums.down, sums.known)


def _ratio(part: int, whole: int) -> float | None:
    return part / whole if whole else None
