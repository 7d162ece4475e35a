from agent.backoff import Backoff


def test_pauses_double_up_to_the_longest() -> None:
    backoff = Backoff(lambda: 0.0, first_s=1.0, longest_s=60.0)

    assert [backoff.pause_s() for _ in range(8)] == [1, 2, 4, 8, 16, 32, 60, 60]


def test_half_of_a_pause_is_left_to_chance() -> None:
    assert Backoff(lambda: 1.0, first_s=8.0).pause_s() == 4.0


def test_a_success_begins_anew() -> None:
    backoff = Backoff(lambda: 0.0, first_s=1.0)
    backoff.pause_s()
    backoff.pause_s()
    backoff.reset()

    assert (backoff.failures, backoff.pause_s()) == (0, 1.0)


def test_what_the_collector_asks_for_is_kept_but_not_without_end() -> None:
    backoff = Backoff(lambda: 0.0, first_s=1.0)

    assert (backoff.pause_s(30.0), backoff.pause_s(1e9)) == (30.0, 600.0)


def test_a_failure_after_days_still_has_a_pause() -> None:
    backoff = Backoff(lambda: 0.0, longest_s=60.0)
    for _ in range(5000):
        backoff.pause_s()

    assert backoff.pause_s() == 60.0
