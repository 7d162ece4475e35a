"""A month as wide as wanted: targets of many kinds, a service made of some, faults spread over all its days."""

import functools
from typing import Any

from collector.reports import report, seal
from collector.reports.evidence import Evidence
from rules.analysis import analyse
from rules.parameters import Parameters
from rules.record import read_record
from rules.replay import replay, timelines
from tests.collector.reports.stories import DAY, HOUR, MONTH, evidence
from tests.rules.stories import EPOCH, line, results, steady, target

_KINDS = ("switch", "server", "website", "ups", "数据库")
_STEP = HOUR
_START, _END = MONTH.start - EPOCH - 6 * HOUR, MONTH.end - EPOCH + 6 * HOUR


@functools.cache
def _evidence(targets: int) -> Evidence:
    lines = [line("service", name="门户网站", needs={"all_of": [_name(1), _name(2), _name(3)]})]
    for number in range(1, targets + 1):
        lines += target(_name(number), "1h", kind=_KINDS[number % len(_KINDS)], parents=_parents(number))
        lines += results(
            steady(_START, _END, _STEP, down=_downs(number, targets), silent=_unseen(number)), f"{_name(number)}/ping"
        )
    record = read_record(lines)
    figures = replay(record, MONTH, Parameters())
    analysed = analyse(timelines(record, MONTH, Parameters()).values(), MONTH, Parameters())
    return evidence(
        figures=figures,
        analysis=analysed,
        targets=[
            {"name": entry["name"], "address": "2001:db8::1", "labels": {}, "priority": "general",
             "no_outside_witness": False}
            for entry in figures["objects"]
        ],
        incidents=[],
        months=[{"name": name, "from": MONTH.start, **figures["fleet"]} for name in ("2026-07", "2026-08", "2026-09")],
    )  # fmt: skip


def document(targets: int) -> dict[str, Any]:
    """The sealed report of a month of so many targets and a service."""
    data = report.build("month", "2026-09", MONTH, MONTH.end + DAY, _evidence(targets))
    return seal.seal(data, {"first": 1, "last": 4711, "head": "ab" * 32})


def _name(number: int) -> str:
    return f"机房-{number:04}.example.net"


def _parents(number: int) -> list[str]:
    return [_name(number - 1)] if number % 10 == 2 else []


def _downs(number: int, targets: int) -> list[tuple[int, int]]:
    """Every third target fails, some of them again and again; with a parent's fault goes the child's."""
    cause = number - 1 if number % 10 == 2 else number
    if cause % 3:
        return []
    day = cause * 29 // targets
    return [
        (_START + (day + more) % 29 * DAY + 7 * HOUR, _START + (day + more) % 29 * DAY + (10 + cause % 5) * HOUR)
        for more in range(0, cause % 4 * 3 + 1, 3)
    ]


def _unseen(number: int) -> list[tuple[int, int]]:
    return [(_START + 20 * DAY, _START + 20 * DAY + 11 * HOUR)] if number % 17 == 0 else []
