"""Stories of the partition of a target's time: checks, agents, parents, windows, corrections, calendars."""

from typing import Any

import pytest

from rules.parameters import CheckParameters, Parameters
from rules.period import Period
from rules.record import read_record
from rules.replay import replay
from rules.span import track
from rules.state import State
from rules.timeline import CheckTracks, Subject, timeline
from tests.rules.stories import check, line, results, samples, seconds, target

END = 1200


def told(lines: list[str], name: str = "core-1", end: float = END, **settings: Any) -> dict[str, Any]:
    """The figures of one object over the first ``end`` seconds; outages confirm at once unless said otherwise."""
    parameters = Parameters().with_settings({"confirm_down": 1, "confirm_up": 1, **settings})
    period = Period(seconds(0), seconds(end), "Asia/Shanghai")
    found = {entry["name"]: entry for entry in replay(read_record(lines), period, parameters)["objects"]}
    entry: dict[str, Any] = found[name]
    return entry


def partition(lines: list[str], name: str = "core-1", **settings: Any) -> list[tuple[int, int, str]]:
    """In seconds after the epoch."""
    return [
        ((start - seconds(0)) // 1000, (end - seconds(0)) // 1000, state)
        for start, end, state in told(lines, name, **settings)["partition"]
    ]


def both(ping: str, other: str, vital: bool = True) -> list[str]:
    return [
        *target(),
        check("core-1", kind="snmp", vital=vital),
        *results(ping),
        *results(other, check="core-1/snmp"),
    ]


UP = "U@30..1170/60"
DOWN_MIDDLE = "U@30..270/60 D@330..870/60 U@930..1170/60"
"""Down from 300 to 900 s."""


def test_one_vital_check_that_answers_keeps_the_target_up_and_degraded() -> None:
    assert partition(both(UP, DOWN_MIDDLE)) == [(0, 300, "up"), (300, 900, "degraded"), (900, 1200, "up")]


def test_all_vital_checks_down_are_down() -> None:
    assert partition(both(DOWN_MIDDLE, DOWN_MIDDLE)) == [(0, 300, "up"), (300, 900, "down"), (900, 1200, "up")]


def test_a_check_that_cannot_look_hides_no_outage() -> None:
    assert partition(both(DOWN_MIDDLE, "U@30..270/60 N@330..870/60 U@930..1170/60")) == [
        (0, 300, "up"),
        (300, 900, "down"),
        (900, 1200, "up"),
    ]


def test_a_check_that_is_not_vital_only_degrades() -> None:
    lines = both(UP, DOWN_MIDDLE, vital=False)

    assert partition(lines) == [(0, 300, "up"), (300, 900, "degraded"), (900, 1200, "up")]


def test_a_degraded_outcome_degrades() -> None:
    lines = [*target(), *results("U@30..270/60 G@330..870/60 U@930..1170/60")]

    assert partition(lines) == [(0, 300, "up"), (300, 900, "degraded"), (900, 1200, "up")]


def test_nothing_seen_is_unknown() -> None:
    assert partition(target()) == [(0, 1200, "unknown")]


def test_a_host_resource_is_not_vital_by_itself() -> None:
    lines = [*target(), check("core-1", kind="cpu"), *results("D@30..1170/60", check="core-1/cpu")]

    assert partition(lines) == [(0, 1200, "unknown")]


def test_fewer_agents_than_must_know_make_it_unknown() -> None:
    lines = [*target(), *results(UP, agent="a1")]
    for agent in ("a2", "a3"):
        lines += results("N@30", agent=agent)

    assert partition(lines) == [(0, 1200, "unknown")]


def test_a_fixed_quorum_overrides_the_majority() -> None:
    lines = [*target(), *results(DOWN_MIDDLE, agent="a1"), *results(UP, agent="a2"), *results(UP, agent="a3")]

    assert partition(lines, quorum=1) == [(0, 300, "up"), (300, 900, "down"), (900, 1200, "up")]


def test_with_two_parents_one_that_is_up_leaves_the_child_down() -> None:
    lines = [*target("p1"), *target("p2"), *target(parents=["p1", "p2"])]
    lines += results(DOWN_MIDDLE, check="p1/ping")
    lines += results(UP, check="p2/ping")
    lines += results(DOWN_MIDDLE)

    assert partition(lines) == [(0, 300, "up"), (300, 900, "down"), (900, 1200, "up")]


def test_unknown_time_behind_a_parent_stays_unknown() -> None:
    lines = [*target("p1"), *target(parents=["p1"]), *results(DOWN_MIDDLE, check="p1/ping")]
    lines += results("U@30..270/60 N@330..870/60 U@930..1170/60")

    assert partition(lines) == [(0, 300, "up"), (300, 900, "unknown"), (900, 1200, "up")]


def test_a_parent_in_maintenance_still_cuts_off_its_children() -> None:
    lines = [*target("p1"), *target(parents=["p1"]), *results(DOWN_MIDDLE, check="p1/ping"), *results(DOWN_MIDDLE)]
    lines.append(line("maintenance", targets=["p1"], from_=seconds(0), to=seconds(1200), approved_at=0))

    assert partition(lines) == [(0, 300, "up"), (300, 900, "unreachable"), (900, 1200, "up")]
    assert partition(lines, "p1") == [(0, 1200, "maintenance")]


def test_a_parent_that_is_dated_holds_only_from_then_on() -> None:
    lines = [*target("p1"), *target(), line("target", name="core-1", parents=["p1"], since=seconds(1000))]
    lines += [*results(DOWN_MIDDLE, check="p1/ping"), *results(DOWN_MIDDLE)]

    assert partition(lines) == [(0, 300, "up"), (300, 900, "down"), (900, 1200, "up")]


@pytest.mark.parametrize("approved", [None, 300, 301])
def test_a_window_counts_only_when_approved_before_its_start(approved: float | None) -> None:
    at = None if approved is None else seconds(approved)
    window = line("maintenance", targets=["core-1"], from_=seconds(300), to=seconds(900), approved_at=at)

    assert told([*target(), *results(DOWN_MIDDLE), window])["maintenance_ms"] == 0


def test_downtime_in_a_window_over_the_cap_is_downtime() -> None:
    window = line("maintenance", targets=["core-1"], from_=seconds(240), to=seconds(960), approved_at=0)

    assert partition([*target(), *results(DOWN_MIDDLE), window], maintenance_cap="5m") == [
        (0, 240, "up"),
        (240, 600, "maintenance"),
        (600, 900, "down"),
        (900, 960, "maintenance"),
        (960, 1200, "up"),
    ]


def correction(to: str, start: float, end: float, **changes: Any) -> str:
    content = {"proposed_by": "ann", "approved_by": "bob", "approved_at": 1, "reason": "checked", **changes}
    return line("correction", target="core-1", from_=seconds(start), to=seconds(end), class_=to, **content)


HOLES = "U@30..270/60 D@330..570/60 G@630..690/60 U@1110..1170/60"
"""Up to 300, down to 600, degraded to 720, unknown to 1080, up."""


@pytest.mark.parametrize(
    ("to", "changed"),
    [
        ("excluded", [State.DOWN]),
        ("maintenance", [State.DOWN]),
        ("up", [State.DOWN, State.UNKNOWN]),
        ("down", [State.UP, State.DEGRADED, State.UNKNOWN]),
        ("measured", []),
    ],
)
def test_a_correction_changes_only_what_it_may(to: str, changed: list[State]) -> None:
    lines = [*target(), *results(HOLES)]
    before = told(lines)

    after = told([*lines, correction(to, 0, END)])

    moved = sum(before[f"{state}_ms"] for state in changed)
    for state in State:
        expected = 0 if state in changed else before[f"{state}_ms"]
        assert after[f"{state}_ms"] == expected + (moved if state == to else 0)


@pytest.mark.parametrize(
    "changes", [{"approved_by": "ann"}, {"approved_by": None}, {"approved_at": None}, {"proposed_by": "bob"}]
)
def test_a_correction_needs_another_person_to_approve_it(changes: dict[str, Any]) -> None:
    assert told([*target(), *results(DOWN_MIDDLE), correction("excluded", 300, 900, **changes)])["excluded_ms"] == 0


def test_of_overlapping_corrections_the_one_approved_last_wins() -> None:
    lines = [
        *target(),
        *results(DOWN_MIDDLE),
        correction("up", 300, 600, approved_at=2),
        correction("excluded", 300, 900, approved_at=1),
        correction("measured", 500, 600, approved_at=3),
    ]

    assert partition(lines) == [
        (0, 500, "up"),
        (500, 600, "down"),
        (600, 900, "excluded"),
        (900, 1200, "up"),
    ]


def test_an_outage_is_one_failure_while_any_of_it_is_left() -> None:
    entry = told([*target(), *results(DOWN_MIDDLE), correction("excluded", 500, 600)])

    assert (entry["failures"], entry["down_ms"], entry["mttr_h"]) == (1, 500_000, 500 / 3600)


def test_an_outage_that_is_wholly_excluded_is_no_failure() -> None:
    entry = told([*target(), *results(DOWN_MIDDLE), correction("excluded", 300, 900)])

    assert (entry["failures"], entry["outages"]) == (0, [])


def test_a_correction_of_unknown_time_to_down_is_an_outage() -> None:
    lines = [*target(), *results("U@30..270/60 U@930..1170/60"), correction("down", 400, 500)]

    (outage,) = told(lines)["outages"]

    assert (outage["start"], outage["end"], outage["cause"]) == (seconds(400), seconds(500), "correction")


def test_an_outage_that_a_correction_made_is_the_correction_s_where_service_begins_too() -> None:
    lines = [*target(in_service=[seconds(400), None]), *results("U@930..1170/60"), correction("down", 300, 500)]

    (outage,) = told(lines)["outages"]
    assert (outage["start"], outage["cause"], outage["edge_source"]) == (seconds(400), "correction", "correction")


def test_down_unknown_down_is_one_outage_whose_repair_keeps_the_unknown_time() -> None:
    entry = told([*target(), *results("U@30..270/60 D@330 D@870 U@930..1170/60")])

    assert (entry["failures"], entry["unknown_ms"], entry["mttr_h"]) == (1, 480_000, 600 / 3600)


def test_the_beginning_of_an_outage_that_a_record_begins_with_stays_open() -> None:
    (outage,) = told([*target(), *results("D@30..570/60 U@630..1170/60")])["outages"]

    assert (outage["start"], outage["start_bracket"], outage["edge_source"]) == (
        seconds(0),
        [None, seconds(30)],
        "cell",
    )


def test_an_outage_that_nobody_saw_end_is_open() -> None:
    entry = told([*target(), *results("U@30..270/60 D@330,390")])

    assert entry["open"] == 1
    assert (entry["outages"][0]["end"], entry["outages"][0]["end_bracket"]) == (None, None)
    assert (entry["down_ms"], entry["down_ms_max"]) == (120_000, 930_000)


def test_an_outage_over_the_retirement_is_neither_restored_nor_open() -> None:
    lines = [*target(in_service=[seconds(60), seconds(600)]), *results(DOWN_MIDDLE)]
    entry = told(lines)

    assert partition(lines) == [
        (0, 60, "out_of_service"),
        (60, 300, "up"),
        (300, 600, "down"),
        (600, 1200, "out_of_service"),
    ]
    assert (entry["failures"], entry["restored"], entry["open"]) == (1, 0, 0)


def test_a_retirement_after_the_period_ends_an_outage_of_the_period_all_the_same() -> None:
    lines = [*target(in_service=[None, seconds(1000)]), *results("U@30..270/60 D@330,390")]
    asked = [told(lines, end=end, min_failure="5m") for end in (500, 1200)]

    assert [entry["outages"][0]["end"] for entry in asked] == [seconds(1000), seconds(1000)]
    assert [entry["failures"] for entry in asked] == [1, 1]


@pytest.mark.parametrize(("now", "end"), [(900, None), (1000, 1000)])
def test_a_retirement_to_come_ends_no_outage_yet(now: int, end: int | None) -> None:
    parameters = CheckParameters(interval=60, confirm_down=1, confirm_up=1, max_gap=150)
    seen = CheckTracks(
        "ping", True, {"a1": track(samples("U@30..270/60 D@330,390"), parameters, now=now)}, 1, parameters
    )
    subject = Subject("core-1", checks=(seen,), in_service=((None, 1000),))

    (outage,) = timeline(subject, Period(0, 500, "UTC"), {}, Parameters(), now).outages

    assert outage.end == end


def test_a_target_defined_later_is_in_service_from_then_on() -> None:
    lines = [line("target", name="core-1", since=seconds(600)), check("core-1"), *results(UP)]

    assert partition(lines) == [(0, 600, "out_of_service"), (600, 1200, "up")]


def test_outside_its_calendar_nothing_counts() -> None:
    # the epoch is a Tuesday's midnight in Shanghai
    hours = {"mon-fri": ["00:05-00:10"]}
    lines = [line("calendar", name="c", tz="Asia/Shanghai", weekly=hours), *target(calendar="c"), *results(DOWN_MIDDLE)]

    assert partition(lines) == [(0, 300, "out_of_service"), (300, 600, "down"), (600, 1200, "out_of_service")]


def test_a_check_that_changes_its_interval_is_read_by_the_one_in_force() -> None:
    lines = [*target(), check("core-1", interval="300s", since=seconds(600)), *results("U@30..570/60 U@900")]

    assert partition(lines) == [(0, 1050, "up"), (1050, 1200, "unknown")]


def test_only_up_time_separates_episodes() -> None:
    story = "U@30..270/60 D@330..390/60 U@450..870/60 D@930..990/60 U@1050..1170/60"
    window = line("maintenance", targets=["core-1"], from_=seconds(500), to=seconds(800), approved_at=0)

    assert told([*target(), *results(story)])["episodes"] == 2
    assert told([*target(), *results(story), window])["episodes"] == 1


def test_outages_shorter_than_the_least_failure_are_downtime_only() -> None:
    entry = told([*target(), *results("U@30..270/60 D@330 U@390..1170/60")], min_failure="61s")

    assert (entry["down_ms"], entry["failures"], entry["episodes"]) == (60_000, 0, 0)


def test_glitches_of_all_checks_and_agents_are_summed_outside_of_windows() -> None:
    story = "U@30..270/60 D@330 U@390..870/60 D@930 U@990..1170/60"
    lines = [*target(), *results(story, agent="a1"), *results(story, agent="a2")]
    window = line("maintenance", targets=["core-1"], from_=seconds(300), to=seconds(360), approved_at=0)

    assert told(lines, confirm_down=2)["glitches"] == 4
    assert told([*lines, window], confirm_down=2)["glitches"] == 2


def test_the_last_vital_check_to_fail_dates_and_detects_the_outage() -> None:
    (outage,) = told(both(DOWN_MIDDLE, "U@30..390/60 D@450..870/60 U@930..1170/60"), confirm_down=2)["outages"]

    assert (outage["start"], outage["detected"]) == (seconds(420), seconds(510))
    assert outage["start_bracket"] == [seconds(390), seconds(450)]


def test_the_second_of_three_agents_brings_the_bracket() -> None:
    lines = [*target()]
    for agent, first in (("a1", 330), ("a2", 390), ("a3", 450)):
        lines += results(f"U@30..{first - 60}/60 D@{first}..870/60 U@930..1170/60", agent=agent)

    (outage,) = told(lines)["outages"]

    assert outage["start_bracket"] == [seconds(330), seconds(390)]
