"""A month of five targets, replayed by the engine itself: the figures that report tests are made of."""

import copy
import functools
import json
from collections.abc import Iterable
from typing import Any

from collector.reports import report, seal
from collector.reports.evidence import Evidence
from rules.parameters import Parameters
from rules.period import month, parse_instant
from rules.record import read_record
from rules.replay import replay

TZ = "Asia/Shanghai"
MONTH = month("2026-09", TZ)
STEP = 600_000
HOUR = 3_600_000
DAY = 24 * HOUR


def at(text: str) -> int:
    """An instant of the month as people write it."""
    return parse_instant(f"2026-{text}", TZ)


def figures() -> dict[str, Any]:
    """The figures of the month, each time a copy of its own."""
    return copy.deepcopy(_replayed())


@functools.cache
def _replayed() -> dict[str, Any]:
    """core-1 fails twice and takes edge-1 with it once, the web site fails over the month's end, a server is unseen."""
    lines = [
        *_target("core-1", "switch", [("09-03T10:00", "09-03T13:30"), ("09-18T02:00", "09-18T04:00")]),
        *_target("edge-1", "switch", [("09-03T10:00", "09-03T13:30")], parents=["core-1"]),
        *_target("web-门户", "website", [("09-09T08:00", "09-09T14:00"), ("09-30T22:00", "10-01T03:00")]),
        *_target("数据库-1", "server", [("09-13T04:00", "09-13T07:00")], unseen=("09-20T00:00", "09-20T12:00")),
        {
            "maintenance": {
                "targets": ["数据库-1"],
                "from": at("09-12T22:00"),
                "to": at("09-13T06:00"),
                "approved_at": at("09-10T00:00"),
                "reason": "upgrade",
            }
        },
    ]
    return replay(read_record(json.dumps(line) for line in lines), MONTH, Parameters())


def _target(
    name: str, kind: str, downs: Iterable[tuple[str, str]], unseen: tuple[str, str] | None = None, **more: Any
) -> Iterable[dict[str, Any]]:
    check = f"{name}/ping"
    yield {"target": {"name": name, "kind": kind, **more}}
    yield {"check": {"id": check, "target": name, "kind": "ping", "interval": "10m", "vital": True}}
    dark = [(at(start), at(end)) for start, end in downs]
    gaps = [(at(unseen[0]), at(unseen[1]))] if unseen else []
    for seq, instant in enumerate(range(MONTH.start - 6 * HOUR, MONTH.end + 6 * HOUR, STEP), start=1):
        if any(start <= instant < end for start, end in gaps):
            continue
        outcome = "failed" if any(start <= instant < end for start, end in dark) else "ok"
        yield {"result": {"check": check, "agent": "a", "boot": "b", "seq": seq, "t": instant, "outcome": outcome}}


def evidence(**more: Any) -> Evidence:
    """The evidence of that month, with an incident about the first outage and one of everything else."""
    found = figures()
    first = found["objects"][0]["outages"][0]
    given: dict[str, Any] = {
        "figures": found,
        "targets": [
            {
                "name": entry["name"],
                "address": "192.0.2.1",
                "labels": {},
                "priority": "urgent",
                "no_outside_witness": entry["name"] == "数据库-1",
            }
            for entry in found["objects"]
        ],
        "pending": [
            {"name": "typo-1", "kind": "host", "address": "192.0.2.299", "since": at("09-04"), "error": "no such name"}
        ],
        "mutes": [{"what": "web-门户", "from": at("09-02"), "to": at("09-03"), "reason": "known", "by": "li.wei"}],
        "maintenance": [
            {
                "number": 1,
                "targets": ["数据库-1"],
                "from": at("09-12T22:00"),
                "to": at("09-13T06:00"),
                "reason": "upgrade",
                "proposed_by": "li.wei",
                "approved_by": "zhang.min",
                "approved_at": at("09-10"),
            }
        ],
        "corrections": [
            {
                "number": 1,
                "target": "core-1",
                "from": at("09-18T02:00"),
                "to": at("09-18T03:00"),
                "class": "excluded",
                "responsible": "power",
                "reason": "mains failure",
                "evidence": "T-17",
                "proposed_by": "li.wei",
                "approved_by": "",
                "approved_at": None,
            }
        ],
        "incidents": [
            {
                "number": "INC-2026-000001",
                "target": "core-1",
                "kind": "outage",
                "summary": "core-1 is down",
                "priority": "urgent",
                "state": "closed",
                "episodes": [[first["start"], first["end"]]],
                "opened_at": first["detected"],
                "acknowledged_at": first["detected"] + 300_000,
                "started_at": None,
                "resolved_at": first["end"],
                "restored_at": first["end"],
                "closed_at": first["end"] + DAY,
                "self_recovered": False,
                "cause": "power",
                "parts": None,
                "root_cause": None,
                "actions": [],
                "satisfaction": None,
                "call_backs": [],
                "dependents": 1,
                "tickets": [{"system": "desk", "ticket": "4711"}],
            }
        ],
    }
    return Evidence(**{**given, **more})


def document(now: int = MONTH.end + DAY, **more: Any) -> dict[str, Any]:
    """The sealed report of that month."""
    data = report.build("month", "2026-09", MONTH, now, evidence(**more))
    return seal.seal(data, {"first": 1, "last": 4711, "head": "ab" * 32})
