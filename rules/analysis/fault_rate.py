"""How far the share of time in fault can be trusted: its intervals by cycles and by devices."""

from typing import TYPE_CHECKING, Any

from rules.analysis.confidence import INTERVAL
from rules.lives import Lives
from rules.parameters import HOUR, Parameters
from rules.statistics import cycles

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_ENOUGH = 6
"""Cycles from which on their own scatter tells more than the assumption of exponential times."""

_DRAWN = 200
"""Devices up to which the bootstrap is drawn; beyond, the normal law of so many gives the same at no cost."""


def fault_rate(found: Lives, parameters: Parameters) -> dict[str, Any]:
    """Down ÷ (up + down), with its interval by ``method``: "log_ratio", "f", "no_outage" (one-sided), or None.

    A cycle is the operating time of the set before a failure and the downtime of that failure; only those that began
    and ended in the period tell the scatter, while the value is that of all time.
    """
    up, down = int(found.up.sum()), int(found.down.sum())
    known = up + down
    ups, downs = _cycles(found)
    spread = cycles.spread(ups.tolist(), downs.tolist())
    method, interval = _interval(up, down, len(ups), spread, _assumed(found, parameters))
    error = cycles.standard_error(ups.tolist(), downs.tolist(), known) if known else None
    return {
        "value": down / known if known else None,
        "known_ms": known,
        "confidence": INTERVAL,
        "cycles": len(ups),
        "method": method,
        "interval": list(interval) if interval else None,
        "spread": spread,
        "assumed_repair_h": _assumed(found, parameters) / HOUR if method == "no_outage" else None,
        "standard_error": error,
        "by_devices": _by_devices(found),
    }


def _interval(
    up: int, down: int, count: int, spread: float | None, repair: float
) -> tuple[str | None, tuple[float, float] | None]:
    if down == 0:
        bound = cycles.no_outage_bound(up, repair, INTERVAL)
        return (None, None) if bound is None else ("no_outage", (0.0, bound))
    if up == 0 or count == 0:
        return None, None
    if count >= _ENOUGH and spread is not None:
        return "log_ratio", cycles.log_ratio_interval(down / up, spread, count, INTERVAL)
    return "f", cycles.f_interval(down / up, count, INTERVAL)


def _assumed(found: Lives, parameters: Parameters) -> float:
    """The repair time (ms) a set without an outage is given: its own of earlier outages, else what was promised."""
    finished = found.repair[found.restored]
    return float(finished.mean()) if len(finished) else float(parameters.targets.mttr)


def _cycles(found: Lives) -> "tuple[NDArray[np.int64], NDArray[np.int64]]":
    """Operating time before, and downtime of, each episode that began and ended in the period, by its beginning."""
    import numpy as np

    first = np.flatnonzero(found.begins)
    if len(first) == 0:
        return first, first
    # Later outages of an episode follow its first one in the table, as long as they have the same owner.
    episode = np.cumsum(found.begins) - 1
    inside = (episode >= 0) & (found.owner == found.owner[first[np.maximum(episode, 0)]])
    downtime = np.bincount(episode[inside], weights=found.downtime[inside], minlength=len(first)).astype(np.int64)
    lasting = np.bincount(episode[inside], weights=found.open[inside], minlength=len(first)) > 0
    order = np.argsort(found.start[first], kind="stable")
    ages = np.diff(found.fleet_age[first][order], prepend=0)
    # What an unfinished cycle operated belongs to nobody's scatter; the cycle is left out whole.
    complete = ~lasting[order]
    return ages[complete], downtime[order][complete]


def _by_devices(found: Lives) -> dict[str, Any] | None:
    """The interval that assumes nothing of any device but that they fail independently: for uneven sets."""
    known = found.up + found.down > 0
    count = int(known.sum())
    down, up = float(found.down.sum()), float(found.up.sum())
    # With few of them down, drawing again shows those few or none, and no scatter.
    if int((found.down > 0).sum()) < _ENOUGH or not up:
        return None
    ups, downs = found.up[known].tolist(), found.down[known].tolist()
    if count <= _DRAWN:
        drawn = cycles.bootstrap(ups, downs, INTERVAL)
        return {
            "devices": count,
            "method": "bootstrap",
            "interval": list(drawn) if drawn else None,
            "resamples": cycles.RESAMPLES,
            "seed": cycles.SEED,
        }
    spread = cycles.spread(ups, downs)
    interval = cycles.log_ratio_interval(down / up, spread, count, INTERVAL) if spread is not None else None
    return {"devices": count, "method": "log_ratio", "interval": list(interval) if interval else None}
