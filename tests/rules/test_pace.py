"""The pace: never more than the limit in any window, and a share for what is urgent."""

from hypothesis import given
from hypothesis import strategies as st

from rules.pace import Pace


def test_a_quarter_is_kept_for_what_is_urgent() -> None:
    pace = Pace(8)
    for _ in range(6):
        pace.spend(0)

    assert (pace.free(0, urgent=False), pace.free(0, urgent=True)) == (0, 2)


def test_the_window_slides() -> None:
    pace = Pace(2, window=1_000)
    pace.spend(0)
    pace.spend(900)

    assert [pace.free(at, urgent=True) for at in (999, 1_000, 1_899, 1_900)] == [0, 1, 1, 2]


def test_it_tells_when_one_more_may_go() -> None:
    pace = Pace(4, window=1_000, before=(100, 200, 300))

    assert (pace.next(400, urgent=False), pace.next(400, urgent=True)) == (1_100, 400)


@given(limit=st.integers(1, 30), steps=st.lists(st.tuples(st.integers(0, 20_000), st.booleans()), max_size=200))
def test_no_window_ever_holds_more_than_the_limit(limit: int, steps: list[tuple[int, bool]]) -> None:
    pace, now, sent = Pace(limit), 0, list[int]()
    for later, urgent in steps:
        now += later
        if pace.free(now, urgent=urgent):
            pace.spend(now)
            sent.append(now)

    assert all(sum(1 for other in sent if one <= other < one + 60_000) <= limit for one in sent)
