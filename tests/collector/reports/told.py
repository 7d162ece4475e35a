"""Reports of September 2026 told line by line: what the tests of single figures are made of."""

import json
from collections.abc import Iterable
from typing import Any

from collector.reports import report, seal
from collector.reports.evidence import Evidence
from rules.analysis import analyse
from rules.availability import KIND
from rules.parameters import Parameters
from rules.record import read_record
from rules.replay import replay, timelines
from tests.collector.reports.stories import DAY, MONTH, _target, at

target = _target
"""A target with its look every ten minutes, ``downs`` as pairs of instants ("09-03T10:00")."""


def service(name: str, *parts: str) -> dict[str, Any]:
    """A service that needs all of its parts."""
    return {"service": {"name": name, "needs": {"all_of": list(parts)}}}


def window(name: str, start: str, end: str) -> dict[str, Any]:
    """Approved maintenance."""
    return {
        "maintenance": {
            "targets": [name], "from": at(start), "to": at(end), "approved_at": at("09-01T00:00"), "reason": "upgrade",
        }
    }  # fmt: skip


def report_of(
    lines: Iterable[dict[str, Any]], parameters: Parameters | None = None, now: int = MONTH.end + DAY, **more: Any
) -> dict[str, Any]:
    """The report's data."""
    return dict(document_of(lines, parameters, now, **more)["report"])


def document_of(
    lines: Iterable[dict[str, Any]], parameters: Parameters | None = None, now: int = MONTH.end + DAY, **more: Any
) -> dict[str, Any]:
    """The sealed report."""
    terms = parameters or Parameters()
    record = read_record(json.dumps(line) for line in lines)
    passed = MONTH.until(now)
    given: dict[str, Any] = {
        "figures": replay(record, passed, terms, KIND),
        "analysis": analyse(timelines(record, passed, terms).values(), passed, terms),
        **more,
    }
    data = report.build("month", "2026-09", MONTH, now, Evidence(**given))
    return seal.seal(data, {"first": 1, "last": 4711, "head": "ab" * 32})
