"""Which part of an outage is the parents', to the millisecond; and the same rule made of sets of instants."""

from hypothesis import given
from hypothesis import strategies as st

from rules.dated import Dated
from rules.intervals import Interval
from rules.parents import shadow
from rules.state import State
from rules.votes import Tile

END = 200
OWN = 10
"""The child's interval, and unless said otherwise the parent's and so the slack."""
GRACE = 20


def told(
    *outages: Interval, cut: list[Interval], unknown: tuple[Interval, ...] = (), parent: int = OWN, grace: int = GRACE
) -> list[Interval]:
    """What of a child's outages is its one parent's."""
    raw = [State.UP] * END
    for state, stretches in ((State.UNKNOWN, unknown), (State.DOWN, outages)):
        for start, end in stretches:
            raw[start:end] = [state] * (end - start)
    tiles: list[Tile] = [(at, at + 1, state) for at, state in enumerate(raw)]
    return shadow(tiles, Dated.always(("p",)), {"p": (cut, parent)}, OWN, grace)


def test_an_outage_inside_of_its_parents_is_theirs() -> None:
    assert told((60, 90), cut=[(50, 100)]) == [(60, 90)]


def test_an_outage_that_begins_a_slack_before_its_parents_is_theirs_from_its_beginning() -> None:
    assert told((40, 90), cut=[(50, 100)]) == [(40, 90)]


def test_an_outage_that_begins_more_than_a_slack_before_is_its_own() -> None:
    assert told((39, 90), cut=[(50, 100)]) == []


def test_an_outage_that_begins_just_within_the_slack_afterwards_is_theirs_while_grace_lasts() -> None:
    assert told((109, 120), cut=[(50, 100)]) == [(109, 120)]


def test_an_outage_that_begins_a_slack_afterwards_is_its_own() -> None:
    assert told((110, 120), cut=[(50, 100)]) == []


def test_a_child_may_take_its_grace_and_no_longer() -> None:
    assert told((60, 120), cut=[(50, 100)]) == [(60, 120)]
    assert told((60, 121), cut=[(50, 100)]) == [(60, 100)]


def test_after_the_slack_all_of_a_long_outage_is_its_own() -> None:
    assert told((105, 126), cut=[(50, 100)]) == []


def test_parents_that_fail_again_within_the_grace_go_on_explaining() -> None:
    assert told((60, 160), cut=[(50, 100), (120, 150)]) == [(60, 160)]


def test_the_grace_begins_anew_each_time_the_parents_come_back() -> None:
    assert told((60, 171), cut=[(50, 100), (120, 150)]) == [(60, 150)]


def test_an_outage_that_is_its_own_stays_so_when_its_parents_fail_again() -> None:
    assert told((60, 160), cut=[(50, 100), (121, 150)]) == [(60, 100)]


def test_an_outage_between_two_of_its_parents_belongs_to_the_later_one() -> None:
    assert told((103, 140), cut=[(50, 100), (112, 135)]) == [(103, 140)]


def test_within_the_slack_of_a_slow_parent_that_fails_again_the_gap_is_its_parents_too() -> None:
    assert told((75, 140), cut=[(50, 70), (100, 135)], parent=50) == [(75, 140)]


def test_unknown_time_does_not_end_an_outage_behind_its_parents() -> None:
    assert told((60, 70), (80, 130), cut=[(50, 100)], unknown=((70, 80),)) == [(60, 100)]


@st.composite
def stretches(draw: st.DrawFn) -> list[Interval]:
    edges = sorted(draw(st.sets(st.integers(1, END - 1), max_size=8)))
    return list(zip(edges[::2], edges[1::2], strict=False))


@given(stretches(), stretches(), st.sampled_from([10, 30, 50]), st.sampled_from([0, 5, 20]))
def test_the_rule_is_that_of_instants(outages: list[Interval], cut: list[Interval], parent: int, grace: int) -> None:
    slack = (parent + OWN) // 2
    dark = {at for start, end in cut for at in range(start, end)}
    expected: set[int] = set()
    for start, end in outages:
        near = [(a, b) for a, b in cut if start in range(a - slack, b + slack)]
        if near:
            alone = {at for at in range(start, end) if at not in dark and at >= near[-1][1]}
            longer = [at for at in alone if at - 1 not in alone and set(range(at, at + grace + 1)) <= alone]
            expected |= set(range(start, min(longer, default=end)))

    masked = told(*outages, cut=cut, parent=parent, grace=grace)
    assert {at for start, end in masked for at in range(start, end)} == expected
