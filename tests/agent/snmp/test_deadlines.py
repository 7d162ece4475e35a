"""When requests are due."""

from hypothesis import given
from hypothesis import strategies as st

from agent.snmp.deadlines import Deadlines

TIMES = st.lists(st.floats(0, 1000, allow_nan=False), min_size=1, max_size=50)


@given(TIMES, st.floats(0, 1100))
def test_never_early_and_at_most_a_step_late(times: list[float], now: float) -> None:
    deadlines = Deadlines()
    for number, at in enumerate(times):
        deadlines.add(number, at)

    due = set(deadlines.due(now))

    assert all(times[number] <= now for number in due)
    assert {number for number, at in enumerate(times) if at < now - 1 / 64 - 1e-9} <= due


@given(TIMES)
def test_each_is_due_once_and_in_the_end_nothing_is_left(times: list[float]) -> None:
    deadlines = Deadlines()
    for number, at in enumerate(times):
        deadlines.add(number, at)

    assert sorted([*deadlines.due(500), *deadlines.due(2000)]) == list(range(len(times)))
    assert deadlines.next() is None


@given(TIMES)
def test_says_when_a_new_one_is_the_first(times: list[float]) -> None:
    deadlines = Deadlines()
    told = 0.0
    for number, at in enumerate(times):
        if deadlines.add(number, at):
            told = deadlines.next() or 0.0

    assert deadlines.next() == told
