"""Samples of one check and one agent: edges, brackets, holes, glitches, the layers of confirmation."""

import dataclasses

import pytest

from rules.parameters import CheckParameters, EdgePolicy
from rules.result import Outcome
from rules.span import Machine, Sample, Span, Track, track
from rules.state import State
from tests.rules.stories import samples

PLAIN = CheckParameters(interval=60, retry_interval=10, timeout=3, confirm_down=3, confirm_up=1, max_gap=150)


def spans(seen: Track) -> list[tuple[int, int | None, str]]:
    return [(span.start, span.end, span.state.value) for span in seen.spans]


def down(seen: Track) -> Span:
    return next(span for span in seen.spans if span.state is State.DOWN)


def test_an_outage_lies_between_the_midpoints_and_keeps_its_brackets() -> None:
    outage = down(track(samples("U@0,60 D@120,130,140,200,260 U@320,380"), PLAIN))

    assert (outage.start, outage.end) == (90, 290)
    assert (outage.start_bracket, outage.end_bracket) == ((60, 120), (260, 320))
    assert (outage.detected, outage.edge_source, outage.end_source) == (140, "midpoint", "midpoint")


@pytest.mark.parametrize(
    ("policy", "start", "end"),
    [(EdgePolicy.MIDPOINT, 90, 290), (EdgePolicy.FIRST_BAD, 120, 320), (EdgePolicy.LAST_GOOD, 60, 320)],
)
def test_the_edge_policy_dates_the_edges_inside_their_brackets(policy: EdgePolicy, start: int, end: int) -> None:
    outage = down(track(samples("U@0,60 D@120,130,140,200,260 U@320,380"), PLAIN, policy))

    assert (outage.start, outage.end, outage.edge_source) == (start, end, policy.value)


def test_a_record_that_begins_bad_has_an_open_start_bracket() -> None:
    outage = down(track(samples("D@0,60,120 U@180"), PLAIN))

    assert (outage.start, outage.start_bracket, outage.edge_source) == (-30, (None, 0), "cell")


def test_a_first_bad_run_that_is_too_short_is_a_glitch_in_up_time() -> None:
    seen = track(samples("D@0,60 U@120"), PLAIN)

    assert spans(seen) == [(-30, None, "up")]
    assert [(glitch.at, glitch.start, glitch.end, glitch.samples) for glitch in seen.glitches] == [(0, None, 120, 2)]


def test_an_unconfirmed_run_at_the_end_keeps_the_old_state_and_is_no_glitch() -> None:
    seen = track(samples("U@0,60 D@120,180"), PLAIN)

    assert (spans(seen), seen.glitches, seen.until) == ([(-30, None, "up")], (), 210)


def test_an_error_neither_extends_nor_breaks_a_run() -> None:
    seen = track(samples("U@0 D@60 N@70 D@120 N@130 D@180"), PLAIN)

    assert spans(seen) == [(-30, 30, "up"), (30, None, "down")]


def test_a_silence_longer_than_the_gap_is_a_hole_between_the_cells() -> None:
    assert track(samples("U@0,60,360,420"), PLAIN).holes == ((90, 330),)


def test_a_silence_of_just_the_gap_is_no_hole() -> None:
    assert track(samples("U@0,150"), PLAIN).holes == ()


def test_a_gap_may_be_as_long_as_it_might_when_it_began() -> None:
    machine = Machine(PLAIN)
    machine.feed(Sample(60, Outcome.OK))
    machine.judge_by(dataclasses.replace(PLAIN, interval=10, max_gap=25))

    assert machine.feed(Sample(120, Outcome.OK)) == []
    assert [piece.state for piece in machine.feed(Sample(150, Outcome.OK)) if isinstance(piece, Span)] == [
        State.UNKNOWN
    ]


def test_an_edge_beside_a_hole_is_the_border_of_the_cell() -> None:
    outage = down(track(samples("U@0 D@600,660,720 U@1320"), PLAIN))

    assert (outage.start, outage.end) == (570, 750)
    assert (outage.start_bracket, outage.end_bracket) == ((0, 600), (720, 1320))
    assert (outage.edge_source, outage.end_source) == ("cell", "cell")


def test_a_hole_inside_a_run_does_not_break_it() -> None:
    seen = track(samples("U@0 D@60 D@600,660 U@720"), PLAIN)

    assert spans(seen) == [(-30, 30, "up"), (30, 690, "down"), (690, None, "up")]
    assert seen.holes == ((90, 570),)


def test_degraded_samples_are_confirmed_like_failed_ones() -> None:
    seen = track(samples("U@0,60 G@120,180,240 U@300"), PLAIN)

    assert spans(seen) == [(-30, 90, "up"), (90, 270, "degraded"), (270, None, "up")]


def test_too_few_degraded_samples_are_up() -> None:
    assert spans(track(samples("U@0 G@60,120 U@180"), PLAIN)) == [(-30, None, "up")]


def test_degraded_samples_are_good_for_an_outage() -> None:
    seen = track(samples("U@0 D@60,120,180 G@240,300,360 U@420"), PLAIN)

    assert spans(seen) == [(-30, 30, "up"), (30, 210, "down"), (210, 390, "degraded"), (390, None, "up")]


def test_failed_and_degraded_mixed_are_degraded_until_failure_is_confirmed() -> None:
    seen = track(samples("U@0 G@60 D@120 G@180 D@240,300,360 U@420"), PLAIN)

    assert spans(seen) == [(-30, 30, "up"), (30, 210, "degraded"), (210, 390, "down"), (390, None, "up")]


@pytest.mark.parametrize(("now", "until"), [(None, 90), (100, 100), (210, 210), (211, 90)])
def test_the_last_state_is_known_until_it_is_stale(now: int | None, until: int) -> None:
    assert track(samples("U@0,60"), PLAIN, now=now).until == until


def test_no_samples_make_no_spans() -> None:
    assert track(samples("N@0,60"), PLAIN) == Track()


def test_a_machine_refuses_to_go_back_in_time() -> None:
    machine = Machine(PLAIN)
    machine.feed(Sample(60, Outcome.OK))

    with pytest.raises(ValueError, match="older"):
        machine.feed(Sample(0, Outcome.OK))
