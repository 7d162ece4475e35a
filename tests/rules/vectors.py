"""The test vectors of the method: records, and the figures they must give. Data, so that any door can be held to it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from rules.period import parse_instant
from tests.rules.stories import EPOCH, HOUR, line, results, seconds, steady, target

TOLERANCE = 1e-6
MINUTE = 60_000


@dataclass(frozen=True)
class Vector:
    """A record, a period ("from" and "to" as a person would give them), settings, and what must come out.

    ``objects`` and ``fleet`` name the keys that matter; a list of outages or tiles is compared entry by entry.
    """

    name: str
    lines: Sequence[str]
    start: int | str
    end: int | str
    tz: str = "Asia/Shanghai"
    settings: Mapping[str, Any] = field(default_factory=dict)
    objects: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    fleet: Mapping[str, Any] = field(default_factory=dict)


def compare(vector: Vector, figures: Mapping[str, Any]) -> None:
    """Assert that the figures are those of the vector, floats within a relative 1e-6."""
    found = {entry["name"]: entry for entry in figures["objects"]}
    for name, expected in vector.objects.items():
        _compare(f"{vector.name} {name}", expected, found[name])
    _compare(f"{vector.name} fleet", vector.fleet, figures["fleet"])


def _compare(path: str, expected: Any, found: Any) -> None:
    if isinstance(expected, Mapping):
        for key, value in expected.items():
            _compare(f"{path}.{key}", value, found[key])
    elif isinstance(expected, list | tuple):
        assert len(found) == len(expected), f"{path}: {found}"
        for index, value in enumerate(expected):
            _compare(f"{path}[{index}]", value, found[index])
    elif isinstance(expected, float):
        assert found == pytest.approx(expected, rel=TOLERANCE), path
    else:
        assert found == expected, path


def _spans(*bounds: float) -> list[dict[str, Any]]:
    """Outages by pairs of seconds."""
    return [{"start": seconds(a), "end": seconds(b)} for a, b in zip(bounds[::2], bounds[1::2], strict=True)]


def _cells(
    name: str, story: str, last: float, expected: Mapping[str, Any], down: int = 3, up: int = 1, **settings: Any
) -> Vector:
    """A story of one check each 60 s, over the cells of its samples."""
    return Vector(
        name,
        [*target(), *results(story)],
        seconds(-30),
        seconds(last + 30),
        settings={"confirm_down": down, "confirm_up": up, **settings},
        objects={"core-1": expected},
    )


def _totals(up: int, down: int, unknown: int) -> dict[str, Any]:
    return {"up_ms": up * 1000, "down_ms": down * 1000, "unknown_ms": unknown * 1000}


_TV_10 = {
    **_totals(300, 180, 0),
    "down_ms_min": 120_000,
    "down_ms_max": 240_000,
    "down_ms_se": 24_494.897,
    "failures": 1,
    "outages": [
        {
            **_spans(150, 330)[0],
            "start_bracket": [seconds(120), seconds(180)],
            "end_bracket": [seconds(300), seconds(360)],
            "detected": seconds(300),
            "edge_source": "midpoint",
        }
    ],
}

SPANS = [
    _cells("TV-10", "U@0,60,120 D@180,240,300 U@360,420", 420, _TV_10),
    _cells(
        "TV-11",
        "U@0,60 D@120,130,140,200,260 U@320,380",
        380,
        {
            **_totals(240, 200, 0),
            "down_ms_min": 140_000,
            "down_ms_max": 260_000,
            "outages": [{**_spans(90, 290)[0], "detected": seconds(140)}],
        },
    ),
    _cells(
        "TV-12",
        "U@0,60 D@120 U@130,180",
        180,
        {**_totals(240, 0, 0), "outages": [], "glitches": 1, "failures": 0, "mtbf_h": None, "mttr_h": None},
    ),
    _cells(
        "TV-13",
        "U@0,60 D@180,240,300 U@360,420",
        420,
        {
            **_totals(270, 210, 0),
            "outages": [{**_spans(120, 330)[0], "start_bracket": [seconds(60), seconds(180)]}],
        },
    ),
    _cells(
        "TV-14",
        "U@0,60 U@360,420",
        420,
        {
            **_totals(240, 0, 240),
            "outages": [],
            "partition": [
                [seconds(-30), seconds(90), "up"],
                [seconds(90), seconds(330), "unknown"],
                [seconds(330), seconds(450), "up"],
            ],
        },
    ),
    _cells(
        "TV-15",
        "U@0 D@60,120,180 D@480,540 U@600",
        600,
        {
            **_totals(120, 300, 240),
            "failures": 1,
            "outages": _spans(30, 570),
            "partition": [
                [seconds(-30), seconds(30), "up"],
                [seconds(30), seconds(210), "down"],
                [seconds(210), seconds(450), "unknown"],
                [seconds(450), seconds(570), "down"],
                [seconds(570), seconds(630), "up"],
            ],
        },
    ),
    _cells(
        "TV-16",
        "U@0 D@60,120,180 U@240 D@300,360 U@420,480",
        480,
        {**_totals(360, 180, 0), "outages": _spans(30, 210), "glitches": 1},
    ),
    _cells(
        "TV-17",
        "U@0 D@60,120,180 U@240 D@300,360 U@420,480",
        480,
        {**_totals(180, 360, 0), "outages": _spans(30, 390), "glitches": 0},
        up=2,
    ),
    _cells(
        "TV-18",
        "U@0,60 D@120,180 U@240,300 D@360,420 U@480,540 D@600,660 U@720..900/60",
        900,
        {
            **_totals(600, 360, 0),
            "failures": 3,
            "episodes": 1,
            "outages": [{**entry, "episode": 1} for entry in _spans(90, 210, 330, 450, 570, 690)],
        },
        down=2,
    ),
    _cells(
        "TV-25",
        "U@0,60 U@360,420 U@120 D@180,240,300",
        420,
        {**_totals(300, 180, 0), "outages": _spans(150, 330)},
    ),
]


def _local(text: str) -> int:
    """ms after EPOCH of a local time (or a day's beginning) in Shanghai."""
    return parse_instant(text, "Asia/Shanghai") - EPOCH


def _half_hours(name: str, start: int, end: int, **more: Any) -> list[str]:
    """Results each half hour, a quarter past and a quarter to, so that edges on half hours come out exact."""
    return list(results(steady(start, end, HOUR // 2, **more), check=f"{name}/ping"))


_TV_19_LINES = [
    *target(interval="30m"),
    *_half_hours(
        "core-1",
        _local("2026-01-01"),
        _local("2026-03-01"),
        down=[(_local("2026-01-31T22:00"), _local("2026-02-01T03:30"))],
    ),
]

BOUNDARIES = [
    Vector(
        "TV-19 January",
        _TV_19_LINES,
        "2026-01-01",
        "2026-02-01",
        objects={
            "core-1": {
                "agreed_ms": 744 * HOUR,
                "down_ms": 2 * HOUR,
                "fault_rate": 0.00268817204,
                "failures": 1,
                "mttr_h": None,
                "restored": 0,
                "open": 1,
                "verdicts": {"mttr": "insufficient_data"},
                "outages": [{"end": EPOCH + _local("2026-02-01T03:30")}],
            }
        },
    ),
    Vector(
        "TV-19 February",
        _TV_19_LINES,
        "2026-02-01",
        "2026-03-01",
        objects={
            "core-1": {
                "agreed_ms": 672 * HOUR,
                "down_ms": 3.5 * HOUR,
                "fault_rate": 0.00520833333,
                "failures": 0,
                "mttr_h": 5.5,
                "restored": 1,
                "open": 0,
                "mtbf_h": None,
            }
        },
    ),
    Vector(
        "TV-20",
        [
            *target(),
            *results(
                "U@0..600/60 D@660..900/60 U@960..1500/60 D@1560..1800/60 U@1810..2350/60 D@2410..2650/60"
                " U@2710..3250/60 D@3550..3790/60 U@3850..4450/60"
            ),
        ],
        seconds(-30),
        seconds(4420),
        settings={"confirm_up": 1, "max_gap": "300s"},
        objects={
            "core-1": {
                "down_ms": 1_295_000,
                "failures": 4,
                "down_ms_se": 96_479.7,
                "down_ms_min": 960_000,
                "down_ms_max": 1_630_000,
            }
        },
    ),
    Vector(
        "TV-21",
        [
            *target(interval="1h"),
            *results(steady(0, 720 * HOUR, HOUR, down=[(50 * HOUR, 56 * HOUR)], silent=[(200 * HOUR, 214 * HOUR)])),
        ],
        seconds(0),
        EPOCH + 720 * HOUR,
        objects={
            "core-1": {
                "up_ms": 700 * HOUR,
                "down_ms": 6 * HOUR,
                "unknown_ms": 14 * HOUR,
                "fault_rate": 0.00849858,
                "availability_high": 1 - 0.00833333333,
                "availability_low": 1 - 0.02777777778,
                "coverage": 0.98055556,
                "verdicts": {"fault_rate": "met"},
            }
        },
    ),
    *[
        Vector(
            f"TV-22 {tz} {start}",
            target(),
            start,
            end,
            tz=tz,
            objects={"core-1": {"agreed_ms": length * HOUR, "unknown_ms": length * HOUR, "availability": None}},
        )
        for tz, start, end, length in [
            ("Asia/Shanghai", "2026-01-01", "2026-02-01", 744),
            ("Asia/Shanghai", "2026-02-01", "2026-03-01", 672),
            ("Asia/Shanghai", "2028-02-01", "2028-03-01", 696),
            ("Europe/Berlin", "2026-03-01", "2026-04-01", 743),
            ("Europe/Berlin", "2026-10-01", "2026-11-01", 745),
            ("America/New_York", "2026-03-01", "2026-04-01", 743),
            ("America/New_York", "2026-11-01", "2026-12-01", 721),
            ("Asia/Shanghai", "1991-04-01", "1991-05-01", 719),
            ("Asia/Shanghai", "1991-09-01", "1991-10-01", 721),
        ]
    ],
]


def _window(name: str, start: str, end: str) -> str:
    return line(
        "maintenance",
        targets=[name],
        from_=f"{start}+08:00",
        to=f"{end}+08:00",
        approved_at="2026-08-20T12:00:00+08:00",
        reason="switch firmware",
    )


def _tv_23(name: str, begin: str, end: str, expected: Mapping[str, Any]) -> Vector:
    return Vector(
        f"TV-23 {name}",
        [
            *target(interval="30m"),
            _window("core-1", "2026-09-10T02:00", "2026-09-10T04:00"),
            *_half_hours("core-1", 0, 720 * HOUR, down=[(_local(f"2026-09-10T{begin}"), _local(f"2026-09-10T{end}"))]),
        ],
        "2026-09-01",
        "2026-10-01",
        objects={"core-1": {"agreed_ms": 718 * HOUR, "maintenance_ms": 2 * HOUR, **expected}},
    )


def _child(name: str, story: str, expected: Mapping[str, Any]) -> Vector:
    parent = "U@30..570/60 D@630..1170/60 U@1230..2400/60"
    return Vector(
        f"TV-24 {name}",
        [
            *target("core-1"),
            *target("leaf-1", parents=["core-1"]),
            *results(parent),
            *results(story, check="leaf-1/ping"),
        ],
        seconds(0),
        seconds(2400),
        objects={
            "core-1": {"down_ms": 600_000, "failures": 1},
            "leaf-1": expected,
        },
    )


OVERLAYS = [
    _tv_23(
        "before and after",
        "01:00",
        "05:00",
        {"down_ms": 2 * HOUR, "failures": 1, "availability": 0.99721448, "mttr_h": 2.0},
    ),
    _tv_23("inside", "02:30", "03:30", {"down_ms": 0, "failures": 0, "outages": []}),
    _tv_23(
        "overrun",
        "03:00",
        "06:00",
        {
            "down_ms": 2 * HOUR,
            "failures": 1,
            "mttr_h": 2.0,
            "outages": [{"start": EPOCH + _local("2026-09-10T04:00"), "cause": "maintenance_overrun"}],
        },
    ),
    _child(
        "masked",
        "U@0..600/60 D@660..1260/60 U@1320..2400/60",
        {"unreachable_ms": 660_000, "down_ms": 0, "failures": 0, "outages": []},
    ),
    _child(
        "outlasting",
        "U@0..600/60 D@660..1740/60 D@1770 U@1830..2430/60",
        {
            "unreachable_ms": 570_000,
            "down_ms": 600_000,
            "failures": 1,
            "outages": [{**_spans(1200, 1800)[0], "cause": "masked_start"}],
        },
    ),
    _child(
        "already down",
        "U@0..240/60 U@270 D@330 D@360..1260/60 U@1320..2400/60",
        {"unreachable_ms": 0, "down_ms": 990_000, "failures": 1, "outages": _spans(300, 1290)},
    ),
]

_V1 = "U@10..90/20 D@110..390/20 U@410..510/20"
_V3 = "U@10..510/20"


def _vantages(name: str, second: str, expected: Sequence[tuple[float, float, str]]) -> Vector:
    return Vector(
        f"TV-26 {name}",
        [
            *target(interval="20s"),
            *results(_V1, agent="v1"),
            *results(second, agent="v2"),
            *results(_V3, agent="v3"),
        ],
        seconds(20),
        seconds(500),
        objects={"core-1": {"partition": [[seconds(a), seconds(b), state] for a, b, state in expected]}},
    )


QUORUM = [
    _vantages(
        "majority",
        "U@20..100/20 D@120..360/20 U@400..520/20",
        [
            (20, 100, "up"),
            (100, 110, "degraded"),
            (110, 380, "down"),
            (380, 400, "degraded"),
            (400, 500, "up"),
        ],
    ),
    _vantages(
        "one of them silent",
        "U@20..100/20 D@120..180/20 D@190",
        [
            (20, 100, "up"),
            (100, 110, "degraded"),
            (110, 200, "down"),
            (200, 400, "degraded"),
            (400, 500, "up"),
        ],
    ),
]


def _seconds_of(name: str, *down: tuple[int, int]) -> list[str]:
    pairs = [(a * 1000, b * 1000) for a, b in down]
    return [*target(name, interval="1s"), *results(steady(0, 100_000, 1000, down=pairs), check=f"{name}/ping")]


_NEEDS = {"series": "all_of", "parallel": "any_of", "two": "2_of"}

SERVICES = [
    Vector(
        "TV-34",
        [
            *_seconds_of("a", (10, 20), (50, 60)),
            *_seconds_of("b", (15, 30), (55, 58)),
            *_seconds_of("c", (18, 25), (57, 70)),
            *[line("service", name=name, needs={word: ["a", "b", "c"]}) for name, word in _NEEDS.items()],
        ],
        seconds(0),
        seconds(100),
        objects={
            "series": {"down_ms": 40_000, "up_ms": 60_000, "outages": _spans(10, 30, 50, 70)},
            "parallel": {"down_ms": 3_000, "up_ms": 97_000, "outages": _spans(18, 20, 57, 58)},
            "two": {"down_ms": 15_000, "up_ms": 85_000, "outages": _spans(15, 25, 55, 60)},
        },
        fleet={"objects": 3, "agreed_ms": 300_000, "down_ms": 58_000},
    ),
    Vector(
        "TV-37",
        [
            *target("up"),
            *target("unknown"),
            *target("down"),
            *results("U@0..600/60", check="up/ping"),
            *results("D@0..600/60", check="down/ping"),
            *[
                line("service", name=f"s-{name}", needs={word: ["up", "unknown", "down"]})
                for name, word in _NEEDS.items()
            ],
        ],
        seconds(0),
        seconds(600),
        objects={
            "s-series": {"down_ms": 600_000},
            "s-parallel": {"up_ms": 600_000},
            "s-two": {"unknown_ms": 600_000},
        },
    ),
]


def _tv_05(name: str, down: int, whole: int, verdicts: Mapping[str, str]) -> Vector:
    """Downtime of ``down`` ms in ``whole`` ms, sampled so that its end falls where it must."""
    step = 100_000
    bad = (down + step // 2) // step
    begin = 10 * step
    last = begin + bad * step  # in the middle of cells: the last bad sample stands half a step before
    fine = 2 * (begin + down) - (last - step // 2)  # the first good sample that puts the end at begin + down
    seen = [
        *steady(0, begin, step),
        *[(at, "failed") for at, _ in steady(begin, last, step)],
        (fine / 1000, "ok"),
        *steady(last + step, whole, step),
    ]
    return Vector(
        f"TV-05 {name}",
        [*target(interval="100s"), *results(seen)],
        seconds(0),
        EPOCH + whole,
        settings={"confirm_up": 1, "targets": {"mttr": "4h"}},
        objects={"core-1": {"down_ms": down, "agreed_ms": whole, "unknown_ms": 0, "verdicts": verdicts}},
    )


COMPARATORS = [
    _tv_05("exactly one per cent", 1_000_000, 100_000_000, {"fault_rate": "missed"}),
    _tv_05("a hair less", 999_999, 100_000_000, {"fault_rate": "met"}),
    _tv_05("mean repair of exactly four hours", 4 * HOUR, 720 * HOUR, {"mttr": "met"}),
    _tv_05("mean repair of a hair more", 4 * HOUR + 1, 720 * HOUR, {"mttr": "missed"}),
]


def _tv_55() -> Vector:
    down = {
        1: [("2026-08-31T21:00", "2026-09-01T02:00")],
        2: [("2026-09-30T22:00", "2026-10-01T03:00")],
        3: [("2026-09-03T10:00", "2026-09-03T13:30"), ("2026-09-18T02:00", "2026-09-18T04:00")],
        7: [("2026-09-13T04:00", "2026-09-13T07:00")],
        11: [("2026-09-09T08:00", "2026-09-09T14:00")],
        **{child: [("2026-09-03T10:00", "2026-09-03T13:30")] for child in (21, 22, 23, 24)},
    }
    lines = [_window("d7", "2026-09-12T22:00", "2026-09-13T06:00")]
    for number in range(1, 51):
        name = f"d{number}"
        parents = ["d3"] if number in (21, 22, 23, 24) else []
        lines += target(name, interval="30m", parents=parents)
        lines += _half_hours(
            name,
            _local("2026-08-31"),
            _local("2026-10-02"),
            down=[(_local(a), _local(b)) for a, b in down.get(number, [])],
            silent=[(_local("2026-09-20"), _local("2026-09-20T12:00"))] if number == 31 else [],
        )
    return Vector(
        "TV-55",
        lines,
        "2026-09-01",
        "2026-10-01",
        objects={
            "d11": {"fault_rate": 0.00833333333},
            "d3": {"fault_rate": 0.00763888889, "failures": 2},
            "d7": {"fault_rate": 0.00140449438, "mttr_h": 1.0},
            "d1": {"failures": 0, "restored": 1, "mttr_h": 5.0},
            "d2": {"failures": 1, "open": 1},
            "d21": {"unreachable_ms": 3.5 * HOUR, "failures": 0},
        },
        fleet={
            "agreed_ms": 35_992 * HOUR,
            "up_ms": 35_949.5 * HOUR,
            "down_ms": 16.5 * HOUR,
            "unreachable_ms": 14 * HOUR,
            "unknown_ms": 12 * HOUR,
            "coverage": 0.99966647,
            "fault_rate": 0.000458766613,
            "fault_rate_delivered": 0.000847692834,
            "failures": 5,
            "episodes": 5,
            "mtbf_h": 7189.9,
            "mtbf_lower90_h": 3876.0930,
            "mtbf_interval90_h": [3419.517, 18_247.092],
            "mtbsi_h": 7193.2,
            "mttr_h": 3.5,
            "restored": 5,
            "open": 1,
            "objects": 50,
            "objects_affected": 5,
            "objects_affected_interval": [0.03327509, 0.21813537],
            "failures_per_100_device_months": 10.00945,
            "verdicts": {"fault_rate": "met", "mtbf": "met", "mttr": "met"},
        },
    )


MONTH = [_tv_55()]


def _polls(*told: tuple[float, float]) -> list[str]:
    """Good polls of a device each five minutes: pairs of seconds after EPOCH and sysUpTime in ticks."""
    lines = [*target(name="core-1", interval="5m")]
    for seq, (at, ticks) in enumerate(told, start=1):
        found = json.loads(next(iter(results([(at, "ok")]))))
        found["result"] |= {"seq": seq, "values": {"uptime_s": ticks / 100}}
        lines.append(json.dumps(found))
    return lines


EVIDENCE = [
    Vector(
        "TV-30",
        _polls((36_000, 8_640_000), (36_300, 12_000), (36_600, 42_000)),
        seconds(36_000),
        seconds(36_600),
        objects={
            "core-1": {
                **_totals(510, 90, 0),
                "failures": 1,
                "down_ms_min": 0,
                "down_ms_max": 180_000,
                "outages": [
                    {
                        "start": seconds(36_090),
                        "end": seconds(36_180),
                        "start_bracket": [seconds(36_000), seconds(36_180)],
                        "cause": "reboot",
                        "edge_source": "restart",
                        "inferred": True,
                    }
                ],
            }
        },
    ),
    Vector(
        "TV-31",
        _polls((0, 4_294_960_000), (300, 22_704)),
        seconds(0),
        seconds(300),
        objects={"core-1": {**_totals(300, 0, 0), "failures": 0, "outages": []}},
    ),
]

VECTORS = [*SPANS, *EVIDENCE, *BOUNDARIES, *OVERLAYS, *QUORUM, *SERVICES, *COMPARATORS, *MONTH]
