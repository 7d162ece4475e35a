"""Brief: what lists and pages tell of thousands of objects in a period, from what is kept of their past."""

import math
from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

from collector.settled import Found, Settled
from rules.availability import verdicts
from rules.parameters import HOUR, Parameters
from rules.past import STATES, Summary, summary
from rules.period import Period
from rules.service import SERVICE
from rules.state import State
from rules.sums import Sums


def brief(
    settled: Settled, period: Period, now: int, parameters: Parameters, wanted: Collection[str] | None = None
) -> dict[str, Any]:
    """``{"period", "objects": […], "fleet"}`` for targets and services (ids; None for all), by name.

    Times in ms, ``*_h`` in hours, ratios as fractions; None where a figure does not exist. Objects that were not in
    service in the period are left out. The fleet, which pools all that are no services, is judged by ``parameters``.
    Brackets, glitches and other readings of the fault rate are only in the figures themselves.
    """
    passed = period.until(now)
    found = settled.past(passed, now, wanted)
    told = summary(found.past, passed)
    devices = [place for place, kind in enumerate(found.kinds) if kind != SERVICE]
    fleet = told.of(devices).pooled()
    sums = replace(fleet.sums(0), objects=int((told.of(devices).agreed > 0).sum()))
    return {
        "period": {"from": passed.start, "to": passed.end, "tz": passed.tz},
        "objects": _objects(found, told),
        "fleet": {
            **_entries(fleet)[0],
            "objects": sums.objects,
            "verdicts": verdicts(sums, parameters, delivered=False),
        },
    }


def verdicts_of(entry: Mapping[str, Any], parameters: Parameters) -> dict[str, str]:
    """The verdicts on one of the objects."""
    sums = Sums(
        time={state: entry[f"{state.value}_ms"] for state in State},
        objects=int(entry["agreed_ms"] > 0),
        affected=int(entry["affected"]),
        repair=entry["repair_ms"],
        **{count: entry[count] for count in _COUNTS},
    )
    return verdicts(sums, parameters, delivered=entry["kind"] == SERVICE)


_COUNTS = ("failures", "episodes", "restored", "open")


def _objects(found: Found, told: Summary) -> list[dict[str, Any]]:
    listed = [
        {"id": key, "name": name, "kind": kind, **entry}
        for key, name, kind, entry in zip(found.ids, found.past.names, found.kinds, _entries(told), strict=True)
    ]
    return sorted(listed, key=lambda entry: (entry["name"], entry["id"]))


def _entries(told: Summary) -> list[dict[str, Any]]:
    """The keys that an object and the fleet have in common, one table per object."""
    columns = {"agreed_ms": told.agreed.tolist()}
    columns |= {f"{state.value}_ms": told.time[:, number].tolist() for number, state in enumerate(STATES)}
    columns |= {name: getattr(told, name).tolist() for name in (*_COUNTS, "affected")}
    columns["repair_ms"] = told.repair.tolist()
    columns |= {name: _existing(getattr(told, name).tolist()) for name in ("availability", "coverage")}
    columns |= {f"{name}_h": _existing((getattr(told, name) / HOUR).tolist()) for name in ("mtbf", "mttr")}
    return [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]


def _existing(values: list[float]) -> list[Any]:
    return [None if math.isnan(value) else value for value in values]
