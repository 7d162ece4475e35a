"""Objects by the value of a label, such as their model: how often each kind fails, and how long it lasts in between."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from rules.analysis.confidence import SIGNIFICANCE
from rules.analysis.trend import trend
from rules.analysis.up_times import up_times
from rules.lives import Lives
from rules.parameters import HOUR
from rules.statistics.mtbf import mtbf_lower_bound
from rules.statistics.pooling import empirical_bayes, offenders

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Flags = NDArray[np.bool_]


def by_label(found: Lives, values: Mapping[str, str]) -> list[dict[str, Any]]:
    """One row for each value that operated, the one that fails most often first; ``values`` by the objects' names.

    ``beyond`` is how many failures there were more than at the rate of all others together, ``adjusted_p`` how often
    chance alone gives so many (after Benjamini and Hochberg), ``worse`` whether that is rarer than 5 %. The order is
    that of the rates shrunk to the mean, so that a kind seen briefly does not lead. ``up_times`` are those of
    `rules.analysis.up_times`: a Weibull law only where no test of trend rejects.
    """
    import numpy as np

    owned = np.array([values.get(name, "") for name in found.names], dtype=object)
    known = sorted({value for value in values.values() if value})
    kinds = [_part(found, owned == value) for value in known]
    rows = [(value, one) for value, one in zip(known, kinds, strict=True) if int(one.up.sum())]
    counts = np.array([int(one.begins.sum()) for _, one in rows], dtype=np.float64)
    hours = np.array([int(one.up.sum()) / HOUR for _, one in rows], dtype=np.float64)
    tails, shrunken = offenders(counts, hours), empirical_bayes(counts, hours)
    rates = counts / hours if shrunken is None else shrunken.rates
    total, whole = float(counts.sum()), float(hours.sum())
    listed = []
    for place in np.lexsort((np.arange(len(rows)), -rates)) if rows else ():
        value, one = rows[place]
        failures, operated = int(counts[place]), float(hours[place])
        others, elsewhere = total - failures, whole - operated
        adjusted = None if tails is None else float(tails.adjusted[place])
        listed.append(
            {
                "value": value,
                "objects": int((one.up > 0).sum()),
                "operating_h": operated,
                "failures": failures,
                "down_ms": int(one.down.sum()),
                "mtbf_h": operated / failures if failures else None,
                "lower90_h": mtbf_lower_bound(operated, failures),
                "mtbf_of_others_h": elsewhere / others if others else None,
                "beyond": failures - others / elsewhere * operated if elsewhere else None,
                "adjusted_p": adjusted,
                "worse": len(rows) > 1 and adjusted is not None and adjusted <= SIGNIFICANCE,
                "up_times": up_times(one, trend=trend(one)["rejects"]),
            }
        )
    return listed


def _part(found: Lives, chosen: "Flags") -> Lives:
    """The lives of some of the objects; ``fleet_age`` stays that of all, which nothing asked here looks at."""
    import numpy as np

    place = np.cumsum(chosen) - 1
    told = chosen[found.owner] if len(found.owner) else np.zeros(0, dtype=np.bool_)
    return Lives(
        names=[name for name, kept in zip(found.names, chosen, strict=True) if kept],
        agreed=found.agreed[chosen],
        up=found.up[chosen],
        down=found.down[chosen],
        unreachable=found.unreachable[chosen],
        unknown=found.unknown[chosen],
        owner=place[found.owner[told]],
        start=found.start[told],
        end=found.end[told],
        begins=found.begins[told],
        age=found.age[told],
        fleet_age=found.fleet_age[told],
        downtime=found.downtime[told],
        repair=found.repair[told],
        restored=found.restored[told],
        open=found.open[told],
        cause=[cause for cause, kept in zip(found.cause, told.tolist(), strict=True) if kept],
    )
