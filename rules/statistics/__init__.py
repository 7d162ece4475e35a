"""Bounds, intervals and tests: what can be said about an object or a fleet beyond what happened to it.

One file per idea. scipy and numpy are imported when first asked for a number; agents never ask. A figure that does not
exist (no failure, no time, everything censored) is None, never 0, infinity or "not a number"; input that makes no sense
raises ValueError. Times may be in any unit, the same throughout; the answers are in it too.
"""

from rules.statistics.mtbf import mtbf_interval, mtbf_lower_bound
from rules.statistics.proportion import clopper_pearson

__all__ = ["clopper_pearson", "mtbf_interval", "mtbf_lower_bound"]
