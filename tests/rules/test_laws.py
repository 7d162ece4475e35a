"""Laws that hold for every record, tried on random ones."""

import json
import random
from itertools import pairwise
from typing import Any

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from rules.objective import exact
from rules.parameters import CheckParameters, EdgePolicy, Parameters
from rules.period import Period
from rules.record import read_record
from rules.replay import replay
from rules.result import Outcome
from rules.span import Machine, Piece, Sample, Track, assemble, redated, track
from rules.state import State
from tests.rules.grid import STEP, grid
from tests.rules.stories import EPOCH, check, line, target

SPAN = 60 * 60_000
"""The hour in which everything happens."""

WORDS = ["ok", "failed", "degraded", "error"]
RUNS = st.tuples(st.sampled_from(WORDS), st.integers(1, 8), st.sampled_from([60_000, 10_000, 61_000, 150_000, 400_000]))
SUMS = [f"{state}_ms" for state in State] + ["agreed_ms", "failures", "episodes", "glitches", "restored"]


@st.composite
def stretches(draw: st.DrawFn) -> tuple[int, int]:
    start = draw(st.integers(-5 * 60_000, SPAN))
    return EPOCH + start, EPOCH + start + draw(st.integers(1_000, 20 * 60_000))


@st.composite
def outcomes(draw: st.DrawFn) -> list[tuple[int, str]]:
    """(ms after EPOCH, outcome): runs of one outcome, each with its own step, some of them too long."""
    seen = []
    at = draw(st.integers(-120_000, 120_000))
    for word, count, step in draw(st.lists(RUNS, max_size=14)):
        for _ in range(count):
            seen.append((at, word))
            at += step
    return seen


@st.composite
def records(draw: st.DrawFn) -> list[str]:
    """Two targets, one behind the other, two agents, a second check, a service; windows and corrections."""
    lines = [
        *target("p"),
        *target("t", parents=["p"], in_service=[draw(st.sampled_from([None, EPOCH + 60_000])), None]),
    ]
    lines.append(check("t", kind="http", vital=draw(st.booleans())))
    lines.append(line("service", name="s", needs={draw(st.sampled_from(["all_of", "any_of"])): ["p", "t"]}))
    for name in ("p/ping", "t/ping", "t/http"):
        for agent in ("a1", "a2")[: draw(st.integers(1, 2))]:
            for seq, (at, word) in enumerate(draw(outcomes())):
                lines.append(line("result", check=name, agent=agent, boot="b", seq=seq, t=EPOCH + at, outcome=word))
    for start, end in draw(st.lists(stretches(), max_size=2)):
        lines.append(line("maintenance", targets=["t"], from_=start, to=end, approved_at=start - 1))
    for start, end in draw(st.lists(stretches(), max_size=3)):
        to = draw(st.sampled_from(["up", "down", "excluded", "maintenance", "measured"]))
        lines.append(
            line(
                "correction",
                target="t",
                from_=start,
                to=end,
                class_=to,
                proposed_by="ann",
                approved_by=draw(st.sampled_from(["ann", "bob"])),
                approved_at=EPOCH + draw(st.integers(0, 100)),
            )
        )
    return lines


def answer(lines: list[str], start: int = EPOCH, end: int = EPOCH + SPAN, **chosen: Any) -> dict[str, Any]:
    parameters = Parameters().with_settings({"maintenance_cap": "5m", "merge_gap": "200s", **chosen})
    return replay(read_record(lines), Period(start, end, "Asia/Shanghai"), parameters)


@settings(deadline=None, max_examples=60)
@given(records(), st.sampled_from(["midpoint", "first_bad", "last_good"]), st.sampled_from(["majority", 1]))
def test_the_parts_sum_to_the_period_and_ratios_stay_in_bounds(
    lines: list[str], policy: str, quorum: str | int
) -> None:
    for entry in answer(lines, edge_policy=policy, quorum=quorum)["objects"]:
        assert sum(entry[f"{state}_ms"] for state in State) == SPAN
        tiles = entry["partition"]
        assert [tile[0] for tile in tiles] == [EPOCH, *[tile[1] for tile in tiles[:-1]]]
        assert tiles[-1][1] == EPOCH + SPAN
        assert all(before[2] != after[2] for before, after in pairwise(tiles))
        assert 0 <= entry["down_ms_min"] <= entry["down_ms"] <= entry["down_ms_max"]
        if entry["availability"] is not None:
            assert 0 <= entry["availability_low"] <= entry["availability"] <= entry["availability_high"] <= 1


@settings(deadline=None, max_examples=60)
@given(records(), st.integers(1, SPAN - 1))
def test_splitting_a_period_changes_no_sum(lines: list[str], cut: int) -> None:
    whole = answer(lines)["objects"]
    first = answer(lines, EPOCH, EPOCH + cut)["objects"]
    second = answer(lines, EPOCH + cut, EPOCH + SPAN)["objects"]

    for entry, one, other in zip(whole, first, second, strict=True):
        for key in SUMS:
            assert entry[key] == one[key] + other[key], key


@settings(deadline=None, max_examples=60)
@given(records(), st.randoms(use_true_random=False))
def test_order_and_repeats_of_arrival_change_nothing(lines: list[str], chance: random.Random) -> None:
    shuffled = lines + chance.sample(lines, len(lines) // 3)
    chance.shuffle(shuffled)

    assert json.dumps(answer(shuffled)) == json.dumps(answer(lines))


@st.composite
def folds(draw: st.DrawFn) -> tuple[list[Sample], CheckParameters]:
    """Samples on even seconds and parameters, so that all edges fall on whole seconds."""
    parameters = CheckParameters(
        interval=60 * STEP,
        confirm_down=draw(st.integers(1, 4)),
        confirm_up=draw(st.integers(1, 3)),
        max_gap=150 * STEP,
    )
    at = 0
    samples = []
    for _ in range(draw(st.integers(1, 40))):
        samples.append(Sample(at, draw(st.sampled_from([Outcome.OK, Outcome.DEGRADED, Outcome.FAILED]))))
        at += draw(st.sampled_from([10, 60, 60, 150, 152, 600])) * STEP
    return samples, parameters


@settings(deadline=None)
@given(folds())
def test_spans_equal_the_nearest_sample_on_a_grid(fold: tuple[list[Sample], CheckParameters]) -> None:
    samples, parameters = fold

    assert seconds_of(track(samples, parameters)) == grid(samples, parameters)


def seconds_of(seen: Track) -> dict[int, str]:
    known: dict[int, str] = {}
    for span in seen.spans:
        end = seen.until if span.end is None else span.end
        known.update(dict.fromkeys(range(span.start, end, STEP), span.state.value))
    for start, end in seen.holes:
        for at in range(start, end, STEP):
            del known[at]
    return known


@settings(deadline=None)
@given(folds(), st.data())
def test_a_machine_stopped_anywhere_and_fed_on_equals_the_track(
    fold: tuple[list[Sample], CheckParameters], data: st.DataObject
) -> None:
    samples, parameters = fold
    machine = Machine(parameters)
    pieces: list[Piece] = []
    for index, sample in enumerate(samples):
        pieces += machine.feed(sample)
        if data.draw(st.booleans(), label="look at it here"):
            seen = assemble(pieces, machine.tail(), machine.until())
            assert seen == track(samples[: index + 1], parameters)

    assert assemble(pieces, machine.tail(), machine.until()) == track(samples, parameters)


@settings(deadline=None)
@given(folds(), st.randoms(use_true_random=False))
def test_a_track_does_not_depend_on_the_order_of_arrival(
    fold: tuple[list[Sample], CheckParameters], chance: random.Random
) -> None:
    samples, parameters = fold
    shuffled = samples[:]
    chance.shuffle(shuffled)

    assert track(shuffled, parameters) == track(samples, parameters)


@given(folds(), st.sampled_from(EdgePolicy))
def test_edges_dated_anew_lie_where_the_other_policy_had_put_them(
    fold: tuple[list[Sample], CheckParameters], policy: EdgePolicy
) -> None:
    samples, parameters = fold

    assert redated(track(samples, parameters), policy) == track(samples, parameters, policy)


@st.composite
def blinded(draw: st.DrawFn) -> tuple[list[tuple[int, str]], list[tuple[int, str]]]:
    """Samples on the planned grid in confirmed runs, and the same without a stretch of them.

    Of every run that the stretch cuts into enough is left to be confirmed, and the hole is longer than ``max_gap``.
    """
    runs = draw(st.lists(st.tuples(st.sampled_from(["ok", "failed", "degraded"]), st.integers(3, 9)), min_size=2))
    lengths = [length for _, length in runs]
    first = draw(st.integers(0, len(runs) - 1))
    last = draw(st.integers(first, len(runs) - 1))
    starts = [sum(lengths[:index]) for index in range(len(runs) + 1)]
    # From within a run (or its beginning) to within another one (or its end).
    begin = starts[first] + draw(st.sampled_from([0, 3]))
    end = starts[last + 1] - draw(st.sampled_from([0, 3]))
    whole = [(60_000 * place, word) for place, word in enumerate(word for word, length in runs for _ in range(length))]
    assume(end - begin >= 2)
    return whole, [sample for place, sample in enumerate(whole) if not begin <= place < end]


@settings(deadline=None, max_examples=150)
@given(blinded())
def test_not_looking_makes_nothing_look_better_or_worse(
    looks: tuple[list[tuple[int, str]], list[tuple[int, str]]],
) -> None:
    """A hole in the looks never raises the least availability and never lowers the greatest.

    Exactly so where the hole is one of time alone: the looks around it are a planned interval apart, and the runs it
    cuts into stay confirmed. A hole that takes away confirmations can hide a whole outage, as a pause of the looks can.
    """
    whole, holed = looks
    before, after = (
        answer([*target("t"), *_results("t/ping", seen)], EPOCH - 30_000, EPOCH + whole[-1][0] + 30_000)["fleet"]
        for seen in (whole, holed)
    )

    if holed and after["availability_low"] is not None:
        assert exact(after["availability_low"]) <= exact(before["availability_low"])
        assert exact(after["availability_high"]) >= exact(before["availability_high"])
    assert after["unknown_ms"] - before["unknown_ms"] == 60_000 * (len(whole) - len(holed))


@settings(deadline=None, max_examples=80)
@given(records(), stretches(), st.integers(0, 600_000), st.integers(0, 600_000))
def test_a_wider_window_never_adds_downtime_to_a_target(
    lines: list[str], window: tuple[int, int], earlier: int, later: int
) -> None:
    """While the cap on planned downtime is not reached: what exceeds it is downtime wherever the window ends.

    Services are another matter: a part in maintenance is down for them, unless they spare it.
    """
    start, end = window
    down = []
    for begin, finish in ((start, end), (start - earlier, end + later)):
        maintained = line("maintenance", targets=["t", "p"], from_=begin, to=finish, approved_at=begin - 1)
        found = answer([*lines, maintained], maintenance_cap="30d")["objects"]
        down.append({entry["name"]: entry["down_ms"] for entry in found if entry["kind"] != "service"})

    assert all(down[1][name] <= down[0][name] for name in down[0])


def _results(key: str, seen: list[tuple[int, str]]) -> list[str]:
    return [
        line("result", check=key, agent="a1", boot="b", seq=seq, t=EPOCH + at, outcome=word)
        for seq, (at, word) in enumerate(seen)
    ]
