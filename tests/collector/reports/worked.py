"""The worked month of the method (TV-55) as a report: fifty devices, every kind of fault, figures known beforehand."""

import functools
from typing import Any

from collector.reports import report, seal
from collector.reports.evidence import Evidence
from rules.analysis import analyse
from rules.parameters import Parameters
from rules.period import month
from rules.record import read_record
from rules.replay import replay, timelines
from tests.rules.vectors import MONTH as VECTORS

MONTH = month("2026-09", "Asia/Shanghai")
DAY = 86_400_000


@functools.cache
def document() -> dict[str, Any]:
    """The sealed report of that month, made by the engine and the product's own report."""
    record = read_record(VECTORS[0].lines)
    figures = replay(record, MONTH, Parameters())
    analysed = analyse(timelines(record, MONTH, Parameters()).values(), MONTH, Parameters())
    months = [{"name": "2026-09", "from": MONTH.start, **figures["fleet"]}]
    evidence = Evidence(figures=figures, analysis=analysed, months=months)
    data = report.build("month", "2026-09", MONTH, MONTH.end + DAY, evidence)
    return seal.seal(data, {"first": 1, "last": 4711, "head": "ab" * 32})
