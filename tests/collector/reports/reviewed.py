"""A quarter made of one month told three times, with everything that a review can say: for layouts and formats."""

import functools
from typing import Any

from collector.reports import report, seal
from collector.reports.evidence import Evidence, Part, Past, Review
from rules.analysis import analyse
from rules.analysis.by_label import by_label
from rules.attained import objectives
from rules.lives import lives
from rules.parameters import Parameters
from rules.period import quarter, year
from rules.record import read_record
from rules.replay import replay, timelines
from tests.collector.reports.stories import DAY, HOUR, MONTH, TZ, evidence
from tests.rules.stories import EPOCH, line, results, steady, target

QUARTER, YEAR = quarter("2026-Q3", TZ), year("2026", TZ)
MONTHS = ("2026-07", "2026-08", "2026-09")
_FROM, _TO = MONTH.start - EPOCH - 6 * HOUR, MONTH.end - EPOCH + 6 * HOUR
_DOWNS = {
    "old-1": [(day, day + 6 * HOUR) for day in (2 * DAY, 9 * DAY, 15 * DAY, 21 * DAY)],
    "old-2": [(5 * DAY, 5 * DAY + 8 * HOUR), (9 * DAY, 9 * DAY + 7 * HOUR)],
    "new-1": [(24 * DAY, 24 * DAY + 30 * HOUR)],
    "new-2": [],
}
_MODELS = {"old-1": "X1", "old-2": "X1", "new-1": "X2", "new-2": "X2"}


@functools.cache
def _evidence() -> Evidence:
    lines = [line("service", name="portal", needs={"any_of": ["old-1", "old-2"]})]
    for name, downs in _DOWNS.items():
        lines += target(name, "1h", kind="switch")
        stretches = [(MONTH.start - EPOCH + start, MONTH.start - EPOCH + end) for start, end in downs]
        lines += results(steady(_FROM, _TO, HOUR, down=stretches), f"{name}/ping")
    record, parameters = read_record(lines), Parameters()
    figures, told = replay(record, MONTH, parameters), list(timelines(record, MONTH, parameters).values())
    incidents = [_incident(evidence().incidents[0], number) for number in range(4)]
    return evidence(
        figures=figures,
        analysis=analyse(told, MONTH, parameters),
        incidents=incidents,
        voices=incidents,
        actions=[_action(0, done=None), _action(1, done=MONTH.start + 3 * DAY)],
        months=[{"name": name, "from": MONTH.start, **figures["fleet"]} for name in MONTHS],
        review=Review(
            parts=[_part(name, number, figures, parameters) for number, name in enumerate(MONTHS)],
            older=[],
            before=Past(MONTH.start - 30 * DAY, MONTH.start, figures["fleet"], [], incidents),
            year_ago=Past(MONTH.start - 365 * DAY, MONTH.start - 335 * DAY),
            models=by_label(lives(told, MONTH), _MODELS),
            spares=[{"service": "portal", "least": 1, "parts": ["old-1", "old-2"]}],
            effects=[_effect(5, 0), _effect(1, 1), {**_effect(0, 0), "around": None, "target": None}],
        ),
    )


def document(kind: str = "quarter") -> dict[str, Any]:
    """The sealed report of the quarter, or one of another kind that says the same."""
    data = report.build(kind, "2026-Q3" if kind == "quarter" else "2026", MONTH, MONTH.end + DAY, _evidence())
    return seal.seal(data, {"first": 1, "last": 4711, "head": "ab" * 32})


def _part(name: str, number: int, figures: dict[str, Any], parameters: Parameters) -> Part:
    length = MONTH.length // len(MONTHS)
    start = MONTH.start + number * length
    return Part(
        name=name,
        start=start,
        end=start + length,
        fleet=figures["fleet"],
        objects=figures["objects"],
        attainment=[
            {
                "agreement": {"name": "acme", "version": 1},
                "customer": "Acme",
                "objectives": objectives(figures["fleet"], parameters),
                "requests": [],
                "budget": None,
                "forecast": None,
            }
        ],
    )


def _incident(row: Any, number: int) -> dict[str, Any]:
    opened = MONTH.start + (2 + 7 * number) * DAY
    told = {"score": 5 - number, "solved": number < 3, "text": "", "at": opened + DAY, "actor": "", "source": "link"}
    return {
        **row, "number": f"INC-2026-{number:06}", "target": "old-1", "opened_at": opened,
        "episodes": [[opened, opened + HOUR]],
        "acknowledged_at": opened + 60_000, "started_at": opened + 120_000, "resolved_at": opened + HOUR,
        "restored_at": opened + HOUR, "satisfaction": told,
    }  # fmt: skip


def _action(number: int, done: int | None) -> dict[str, Any]:
    return {
        "incident": "INC-2026-000000", "number": number, "kind": "corrective", "what": "新风扇 new fan",
        "owner": "li.wei",
        "due": MONTH.start + 12 * DAY, "added": MONTH.start - DAY, "done": done, "effective": None, "judged": None,
        "remark": "", "withdrawn": None,
    }  # fmt: skip


def _effect(before: int, after: int) -> dict[str, Any]:
    sides = [{"failures": count, "operating_h": 700.0, "down_ms": 0} for count in (before, after)]
    return {
        "incident": "INC-2026-000001", "number": 1, "what": "新风扇 new fan", "owner": "li.wei", "done": MONTH.start,
        "effective": None, "target": "old-1", "window_ms": 30 * DAY, "around": sides,
    }  # fmt: skip
