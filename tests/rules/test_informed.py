"""What evidence makes of tracks: stories with one thing told in each, and laws on random ones."""

import json
from collections.abc import Sequence
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from rules.evidence import Kind
from rules.parameters import Parameters
from rules.period import Period
from rules.record import read_record
from rules.replay import replay
from tests.rules.stories import check, line, parsed, results, seconds, target

KINDS = [kind.value for kind in Kind]


def told(at: float, kind: str, **more: Any) -> str:
    instants = {key: seconds(more.pop(key)) for key in ("since", "until") if key in more}
    return line("evidence", target="core-1", at=seconds(at), kind=kind, **instants, **more)


def figures(*lines: str, start: float = -30, end: float = 3_630, **given: Any) -> dict[str, Any]:
    parameters = Parameters().with_settings({"confirm_down": 2, "confirm_up": 1, **given})
    period = Period(seconds(start), seconds(end), "UTC")
    (found,) = replay(read_record([*target(), *lines]), period, parameters)["objects"]
    return dict(found)


def outages(*lines: str, **given: Any) -> list[tuple[float, float | None, str, str | None, bool]]:
    """Start, end (seconds), what dated them, and whether no look saw it."""
    return [
        (
            (one["start"] - seconds(0)) / 1000,
            None if one["end"] is None else (one["end"] - seconds(0)) / 1000,
            one["edge_source"],
            one["end_source"],
            one["inferred"],
        )
        for one in figures(*lines, **given)["outages"]
    ]


def story(text: str, **more: Any) -> list[str]:
    return list(results(text, **more))


FAULT = story("U@0,60,120 D@180,190,250,310 U@370..3600/60")


def test_without_evidence_edges_lie_half_way() -> None:
    assert outages(*FAULT) == [(150, 340, "midpoint", "midpoint", False)]


def test_a_restart_dates_the_end() -> None:
    assert outages(*FAULT, told(355, "reboot")) == [(150, 355, "midpoint", "reboot", False)]


def test_a_restart_before_the_first_bad_look_narrows_the_beginning() -> None:
    assert outages(*FAULT, told(160, "restart")) == [(140, 340, "restart", "midpoint", False)]


def test_a_trap_is_better_than_arithmetic() -> None:
    assert outages(*FAULT, told(355, "reboot"), told(360, "cold_start")) == [
        (150, 360, "midpoint", "cold_start", False)
    ]


def test_the_line_of_a_check_dates_that_check_alone() -> None:
    assert outages(*FAULT, told(130, "link_down", check="core-1/ping")) == [(130, 340, "link_down", "midpoint", False)]
    other = check("core-1", kind="snmp")
    looks = story("U@0..3600/60", check="core-1/snmp")
    assert outages(*FAULT, other, *looks, told(130, "link_down", check="core-1/snmp")) == []


def test_the_bracket_follows_the_edge() -> None:
    (found,) = figures(*FAULT, told(355, "reboot"))["outages"]

    assert (found["start_bracket"], found["end_bracket"]) == (
        [seconds(120), seconds(180)],
        [seconds(355), seconds(370)],
    )


def test_guaranteed_and_possible_downtime_follow_the_brackets() -> None:
    found = figures(*FAULT, told(355, "reboot"), told(130, "link_down", check="core-1/ping"))

    assert (found["down_ms_min"], found["down_ms"], found["down_ms_max"]) == (225_000, 225_000, 240_000)


UP = story("U@0..3600/60")


def test_a_restart_that_no_look_saw_is_an_outage() -> None:
    assert outages(*UP, told(90, "reboot", until=120)) == [(75, 90, "reboot", "reboot", True)]


def test_it_is_a_failure_with_a_cause() -> None:
    found = figures(*UP, told(90, "reboot", until=120))

    assert (found["failures"], found["outages"][0]["cause"], found["outages"][0]["detected"]) == (
        1,
        "reboot",
        seconds(120),
    )


def test_a_restart_of_the_snmp_agent_alone_is_a_note() -> None:
    assert outages(*UP, told(90, "agent_restart", check="core-1/ping")) == []


def test_a_trap_alone_never_makes_an_outage() -> None:
    assert outages(*UP, told(90, "cold_start"), told(90, "link_down", check="core-1/ping")) == []


def test_a_glitch_that_a_restart_explains_is_an_outage_that_was_looked_at() -> None:
    found = figures(*story("U@0,60 D@120 U@150..3600/60"), told(140, "reboot"))

    assert [(one["start"], one["end"], one["inferred"]) for one in found["outages"]] == [
        (seconds(90), seconds(140), False)
    ]
    assert found["glitches"] == 0


def test_a_restart_in_a_gap_leaves_it_unknown() -> None:
    gap = story("U@0..600/60 U@1800..3600/60")
    found = figures(*gap, told(1_500, "reboot", since=600))

    assert (found["outages"], found["unknown_ms"]) == ([], 1_140_000)


def test_a_machine_that_was_off_fills_a_gap() -> None:
    gap = story("U@0..600/60 U@1800..3600/60")
    found = figures(*gap, told(1_500, "boot", since=700))

    assert [(one["start"], one["end"]) for one in found["outages"]] == [(seconds(700), seconds(1_500))]
    assert (found["down_ms"], found["unknown_ms"]) == (800_000, 340_000)


def test_a_stopped_agent_leaves_unknown_time() -> None:
    gap = story("U@0..600/60 U@1800..3600/60")

    assert figures(*gap)["unknown_ms"] == 1_140_000


def test_without_an_outside_witness_the_whole_gap_before_a_boot_is_down() -> None:
    gap = story("U@0..600/60 U@1800..3600/60")
    found = figures(*gap, told(1_500, "boot", since=700, alone=True))

    assert [(one["start"], one["end"]) for one in found["outages"]] == [(seconds(630), seconds(1_500))]


def test_a_machine_that_others_saw_after_its_agents_end_leaves_the_rest_unknown() -> None:
    gap = story("U@0..600/60 U@1800..3600/60")
    found = figures(*gap, told(1_500, "boot", since=100))

    assert (found["down_ms"], found["unknown_ms"]) == (0, 1_140_000)


def test_a_look_long_before_the_boot_still_counts() -> None:
    gap = story("U@0..600/60 U@7200..9000/60")
    found = figures(*gap, told(7_100, "boot", since=100), end=9_030)

    assert found["down_ms"] == 0


def test_an_outage_that_goes_on_after_a_gap_is_whole_where_the_machine_was_off() -> None:
    gap = story("U@0..540/60 D@600,610 D@1800,1810 U@1860..3600/60")
    found = figures(*gap, told(1_700, "shutdown", since=605))

    assert [(one["start"], one["end"]) for one in found["outages"]] == [(seconds(570), seconds(1_835))]
    assert found["unknown_ms"] == 70_000  # from the boot to the first look's cell nobody knows


def test_the_restart_ends_an_outage_in_a_gap() -> None:
    gap = story("U@0..540/60 D@600,610 U@1800..3600/60")

    assert outages(*gap, told(1_500, "restart")) == [(570, 1_500, "midpoint", "restart", False)]


def test_the_good_look_of_another_check_is_not_overruled() -> None:
    other = check("core-1", kind="snmp")
    looks = story("U@0..3600/60", check="core-1/snmp")

    assert outages(*story("U@30..3600/60"), other, *looks, told(110, "reboot", since=0)) == [
        (100, 110, "reboot", "reboot", True)
    ]


def test_the_bad_look_of_another_check_dates_the_beginning() -> None:
    other = check("core-1", kind="snmp")
    looks = story("U@0..3600/60", check="core-1/snmp")
    pings = story("U@10 D@70,80,90 U@130..3600/60")

    assert outages(*pings, other, *looks, told(115, "reboot", since=60)) == [(65, 115, "reboot", "reboot", False)]


def test_too_short_a_failure_is_none() -> None:
    assert figures(*UP, told(90, "reboot"), min_failure="60s")["failures"] == 0


@st.composite
def records(draw: st.DrawFn) -> tuple[list[str], list[str], list[tuple[float, str]]]:
    """Lines of looks by one or two vital checks, lines of evidence, and all looks."""
    looks: list[tuple[float, str]] = []
    lines = []
    for kind in draw(st.sampled_from((("ping",), ("ping", "snmp")))):
        at, words = draw(st.integers(0, 59)), []
        for outcome in draw(st.text("UUUUD", min_size=3, max_size=25)):
            words.append(f"{outcome}@{at}")
            at += draw(st.sampled_from((10, 60, 60, 60, 61, 400, 2_500)))
        lines += [check("core-1", kind=kind), *results(" ".join(words), check=f"core-1/{kind}")]
        looks += parsed(" ".join(words))
    evidence = []
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(-100, 4_000))
        since = draw(st.none() | st.integers(at - 3_000, at))
        more = {} if since is None else {"since": since}
        of_check = draw(st.booleans())
        evidence.append(
            told(at, draw(st.sampled_from(KINDS)), **({"check": "core-1/ping"} if of_check else {}), **more)
        )
    return lines, evidence, looks


def computed(lines: Sequence[str]) -> dict[str, Any]:
    period = Period(seconds(-60), seconds(80_000), "UTC")
    parameters = Parameters().with_settings({"confirm_down": 2, "confirm_up": 2})
    (found,) = replay(read_record([line("target", name="core-1"), *lines]), period, parameters)["objects"]
    return dict(found)


def state_at(found: dict[str, Any], at: float) -> str:
    return next(str(state) for start, end, state in found["partition"] if start <= seconds(at) < end)


@settings(max_examples=150, deadline=None)
@given(records())
def test_the_classes_sum_to_the_period(record: tuple[list[str], list[str], list[tuple[float, str]]]) -> None:
    lines, evidence, _ = record
    found = computed([*lines, *evidence])

    assert sum(end - start for start, end, _ in found["partition"]) == 80_060_000
    assert found["down_ms_min"] <= found["down_ms"] <= found["down_ms_max"]


@settings(max_examples=150, deadline=None)
@given(records())
def test_an_edge_stays_in_its_bracket(record: tuple[list[str], list[str], list[tuple[float, str]]]) -> None:
    lines, evidence, _ = record

    for one in computed([*lines, *evidence])["outages"]:
        low, high = one["start_bracket"]
        assert low is None or low <= one["start"] <= high or one["edge_source"] == "cell"
        if one["end_bracket"]:
            low, high = one["end_bracket"]
            assert low <= one["end"] <= high or one["end_source"] == "cell"


@settings(max_examples=150, deadline=None)
@given(records(), st.randoms(use_true_random=False))
def test_the_order_of_lines_does_not_matter(
    record: tuple[list[str], list[str], list[tuple[float, str]]], chance: Any
) -> None:
    lines, evidence, _ = record
    mixed = [*lines, *evidence, *evidence]
    chance.shuffle(mixed)

    assert json.dumps(computed(mixed)) == json.dumps(computed([*lines, *evidence]))


@settings(max_examples=300, deadline=None)
@given(records())
def test_no_look_is_overruled(record: tuple[list[str], list[str], list[tuple[float, str]]]) -> None:
    lines, evidence, looks = record
    plain, found = computed(lines), computed([*lines, *evidence])
    edges = {one["start"] for one in found["outages"]}

    for at, outcome in looks:
        before = state_at(plain, at)
        if outcome == "ok" and before in ("up", "degraded") and seconds(at) not in edges:
            assert state_at(found, at) in ("up", "degraded")
        if outcome == "failed" and before == "down":
            assert state_at(found, at) == "down"
