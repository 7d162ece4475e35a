"""Spans that another system recorded: as exact as they were told, unknown in between."""

from typing import Any

import pytest

from rules.errors import Invalid
from rules.parameters import Parameters
from rules.period import Period
from rules.record import read_record
from rules.recorded import Recorded, recorded_track
from rules.replay import replay
from rules.state import State
from tests.rules.stories import EPOCH, line, results, target


def span(start: int, end: int, state: str, **more: Any) -> str:
    return line(
        "span", check="core-1/ping", agent="a1", from_=EPOCH + start * 1000, to=EPOCH + end * 1000, state=state, **more
    )


def figures(lines: list[str], end: int, **settings: Any) -> dict[str, Any]:
    found = replay(
        read_record([*target(), *lines]), Period(EPOCH, EPOCH + end * 1000), Parameters().with_settings(settings)
    )
    (entry,) = found["objects"]
    assert isinstance(entry, dict)
    return entry


def test_time_is_what_was_recorded_and_unknown_in_between() -> None:
    found = figures([span(0, 100, "up"), span(100, 160, "down"), span(160, 300, "up"), span(400, 500, "degraded")], 600)

    assert (found["up_ms"], found["down_ms"]) == (240_000, 60_000)
    assert (found["degraded_ms"], found["unknown_ms"]) == (100_000, 200_000)


def test_an_outage_keeps_the_edges_and_brackets_that_were_told() -> None:
    told = {"start_bracket": [EPOCH + 90_000, EPOCH + 105_000], "end_bracket": [EPOCH + 150_000, EPOCH + 170_000]}
    found = figures([span(0, 100, "up"), span(100, 160, "down", **told), span(160, 300, "up")], 300)

    (outage,) = found["outages"]
    assert (outage["start"], outage["end"]) == (EPOCH + 100_000, EPOCH + 160_000)
    assert (outage["start_bracket"], outage["end_bracket"]) == (told["start_bracket"], told["end_bracket"])
    assert outage["detected"] == EPOCH + 105_000
    assert outage["edge_source"] == outage["end_source"] == "recorded"
    assert (found["down_ms_min"], found["down_ms_max"]) == (45_000, 80_000)


def test_confirmation_is_the_other_systems_affair() -> None:
    found = figures([span(0, 100, "up"), span(100, 101, "down"), span(101, 300, "up")], 300, confirm_down=9)

    assert (found["down_ms"], found["failures"]) == (1_000, 1)


def test_an_unknown_stretch_inside_an_outage_does_not_end_it() -> None:
    parts = [span(0, 50, "up"), span(50, 80, "down"), span(80, 90, "unknown"), span(90, 120, "down")]
    found = figures([*parts, span(120, 300, "up")], 300)

    assert (found["failures"], found["down_ms"], found["unknown_ms"]) == (1, 60_000, 10_000)


def test_stretches_of_one_state_that_touch_are_one() -> None:
    found = recorded_track([Recorded(10, 20, State.DOWN), Recorded(0, 10, State.DOWN)])

    assert [(entry.start, entry.end) for entry in found.spans] == [(0, 20)]


def test_several_agents_recorded_are_a_quorum() -> None:
    other = span(0, 300, "up").replace("a1", "a2")
    found = figures([span(0, 100, "up"), span(100, 160, "down"), span(160, 300, "up"), other], 300)

    assert (found["down_ms"], found["degraded_ms"]) == (0, 60_000)


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ([span(10, 10, "up")], "must be later than from"),
        ([span(0, 10, "unreachable")], "state: expected one of"),
        ([span(0, 10, "up"), span(5, 20, "down")], "overlap"),
        ([span(0, 10, "up", start_bracket=[EPOCH + 1, EPOCH + 2])], "start_bracket: must hold the start"),
        ([span(0, 10, "up", end_bracket=[EPOCH])], "expected [from, to]"),
        ([span(0, 10, "up"), *results("U@0")], "has results of 'a1' too"),
        ([span(0, 10, "up").replace("core-1/ping", "nobody")], "span.check: there is no 'nobody'"),
    ],
)
def test_what_contradicts_itself_is_refused(lines: list[str], told: str) -> None:
    with pytest.raises(Invalid) as refused:
        read_record([*target(), *lines])

    assert any(told in mistake for mistake in refused.value.mistakes)
