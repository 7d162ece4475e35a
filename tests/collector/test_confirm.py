"""The columns of the live table do what the plain machine does, whatever comes in whatever portions."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from collector.confirm import ERROR, glitch_of, machine, span_of
from collector.live import Arrived, Live, Terms
from rules.parameters import CheckParameters
from rules.result import Outcome
from rules.span import Glitch, Machine, Sample, Span
from rules.wire import OUTCOMES

PARAMETERS = st.builds(
    CheckParameters,
    interval=st.just(60_000),
    confirm_down=st.integers(1, 4),
    confirm_up=st.integers(1, 3),
    max_gap=st.sampled_from([60_000, 150_000]),
)
STEPS = st.lists(
    st.tuples(
        st.integers(1, 3),
        st.one_of(st.integers(0, 3), st.integers(1, 200_000)),
        st.sampled_from([0, 0, 0, 1, 2, 2, 3]),
    ),
    max_size=80,
)


def rows_of(columns: tuple[NDArray[np.int64], ...]) -> Iterator[tuple[int, ...]]:
    return zip(*(column.tolist() for column in columns), strict=True)


@settings(max_examples=300, deadline=None)
@given(PARAMETERS, STEPS, st.lists(st.integers(1, 20), max_size=20))
def test_columns_equal_the_plain_machine_for_every_split(
    parameters: CheckParameters, steps: list[tuple[int, int, int]], cuts: list[int]
) -> None:
    live = Live(Path("unused"))
    live.add(7, {handle: Terms(f"t_{handle}", parameters) for handle in (1, 2, 3)})
    plain = {handle: Machine(parameters) for handle in (1, 2, 3)}
    expected: list[tuple[int, Span | Glitch]] = []
    found: list[tuple[int, Span | Glitch]] = []
    at, samples = 1_000_000, []
    for handle, gap, code in steps:
        at += gap
        samples.append((handle, at, code))
        if code != ERROR:
            expected += [(handle, piece) for piece in plain[handle].feed(Sample(at, OUTCOMES[code]))]

    for size in [*cuts, len(samples) or 1]:
        portion, samples = samples[:size], samples[size:]
        if not portion:
            break
        handles, instants, outcome = (np.array(column) for column in zip(*portion, strict=True))
        none = np.zeros(len(portion), np.int64)
        pieces, late = live.apply(Arrived(live.find(7, handles), instants, outcome, none))
        assert not len(late)
        for columns in pieces.spans:
            found += [(row + 1, span_of(tuple(rest))) for row, *rest in rows_of(columns)]
        for columns in pieces.glitches:
            found += [(row + 1, glitch_of(tuple(rest))) for row, *rest in rows_of(columns)]

    assert sorted(map(repr, found)) == sorted(map(repr, expected))
    for handle, one in plain.items():
        there = machine(live.table, handle - 1)
        assert there.tail() == one.tail()
        assert there.steady == one.steady
        for layer, other in ((there.down, one.down), (there.impaired, one.impaired)):
            assert (layer.bad, layer.run) == (other.bad, other.run)
            assert not layer.run or (layer.before, layer.first) == (other.before, other.first)


@settings(max_examples=100, deadline=None)
@given(PARAMETERS, PARAMETERS, STEPS, STEPS)
def test_columns_equal_the_plain_machine_when_the_terms_change(
    first: CheckParameters,
    second: CheckParameters,
    before: list[tuple[int, int, int]],
    after: list[tuple[int, int, int]],
) -> None:
    live = Live(Path("unused"))
    live.add(7, {1: Terms("t_1", first)})
    plain = Machine(first)
    expected: list[Span | Glitch] = []
    found: list[Span | Glitch] = []
    at = 1_000_000
    for terms, steps in ((first, before), (second, after)):
        live.set_terms(1, Terms("t_1", terms))
        plain.judge_by(terms)
        for _, gap, code in steps:
            at += gap
            if code != ERROR:
                expected += plain.feed(Sample(at, OUTCOMES[code]))
            place = np.zeros(1, np.int64)
            pieces, _ = live.apply(Arrived(live.find(7, place + 1), place + at, place + code, place))
            found += [span_of(tuple(rest)) for columns in pieces.spans for _, *rest in rows_of(columns)]
            found += [glitch_of(tuple(rest)) for columns in pieces.glitches for _, *rest in rows_of(columns)]

    assert sorted(map(repr, found)) == sorted(map(repr, expected))
    assert machine(live.table, 0).tail() == plain.tail()
    assert machine(live.table, 0).until(at + 100_000) == plain.until(at + 100_000)


def test_a_shorter_interval_makes_no_hole_of_the_gap_that_was_allowed() -> None:
    live = Live(Path("unused"))
    live.add(7, {1: Terms("t_1", CheckParameters(interval=60_000, max_gap=150_000))})
    one = np.ones(1, np.int64)

    for at, interval in ((0, 60_000), (60_000, 60_000), (114_000, 10_000), (124_000, 10_000)):
        live.set_terms(1, Terms("t_1", CheckParameters(interval=interval, max_gap=interval * 5 // 2)))
        pieces, _ = live.apply(Arrived(live.find(7, one), one * at, one * 0, one))
        assert not pieces.spans

    pieces, _ = live.apply(Arrived(live.find(7, one), one * 160_000, one * 0, one))
    assert [columns[2].tolist() for columns in pieces.spans] == [[155_000]]


def test_a_result_older_than_the_newest_is_told_as_late() -> None:
    live = Live(Path("unused"))
    live.add(7, {1: Terms("t_1", CheckParameters())})
    row = np.zeros(2, np.int64)

    _, late = live.apply(Arrived(row, np.array([2_000, 1_000]), row, row))

    assert late.tolist() == [0]
    assert live.table["last"][0] == -1


def test_an_error_is_no_sample_but_the_newest_result() -> None:
    live = Live(Path("unused"))
    live.add(7, {1: Terms("t_1", CheckParameters())})
    one = np.array([0])

    live.apply(Arrived(one, np.array([1_000]), np.array([OUTCOMES.index(Outcome.ERROR)]), one + 5))

    assert live.tails(1, 2_000)[7].span is None
    assert live.lasts(1) == {7: 5}
