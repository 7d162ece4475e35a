"""Did something become rarer after a change? Two counts of failures with the time in which each was counted."""

from rules.statistics import guard


def fewer_by_chance(before: int, after: int, time_before: float, time_after: float) -> float | None:
    """How likely the failures fall so much on the time before, or more, if nothing changed.

    Of r = before + after failures those before are binomial with chance T_before/(T_before + T_after) when both times
    have one rate, whatever that is; the answer is P(X ≥ before) (Przyborowski and Wilenski 1940). None without a
    failure, and where either time is 0. Raises ValueError for negative numbers.
    """
    from scipy.special import betainc

    first, second = guard.count(before, "before"), guard.count(after, "after")
    whole = guard.amount(time_before, "time before") + guard.amount(time_after, "time after")
    if first + second == 0 or not time_before or not time_after:
        return None
    return float(betainc(first, second + 1, time_before / whole)) if first else 1.0
