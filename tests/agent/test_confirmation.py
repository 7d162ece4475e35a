from agent.confirmation import Confirmation
from rules.result import Outcome

OK, DEGRADED, FAILED, ERROR = Outcome.OK, Outcome.DEGRADED, Outcome.FAILED, Outcome.ERROR


def after(*outcomes: Outcome) -> Confirmation:
    confirmation = Confirmation(3, 2)
    for at, outcome in enumerate(outcomes):
        confirmation.feed(outcome, at)
    return confirmation


def test_a_good_look_needs_no_recheck() -> None:
    assert not after(OK).pending


def test_a_first_failure_is_pending_until_the_third() -> None:
    seen = [(after(*[FAILED] * n).pending, after(*[FAILED] * n).down) for n in (1, 2, 3)]

    assert seen == [(True, False), (True, False), (False, True)]


def test_recovery_needs_two_good_looks() -> None:
    down = [FAILED] * 3

    assert after(*down, OK).pending
    assert not after(*down, OK, OK).pending
    assert not after(*down, OK, OK).down


def test_a_good_look_breaks_the_run() -> None:
    assert not after(FAILED, FAILED, OK).pending


def test_an_error_neither_extends_nor_breaks_a_run() -> None:
    assert after(FAILED, ERROR, FAILED).wanting == 1


def test_degraded_is_confirmed_too() -> None:
    assert after(DEGRADED).pending
    assert not after(DEGRADED, DEGRADED, DEGRADED).pending


def test_failing_after_being_degraded_is_still_pending() -> None:
    assert after(DEGRADED, DEGRADED, DEGRADED, FAILED).pending


def test_what_is_wanted_without_a_run_is_what_a_change_takes() -> None:
    assert (after(OK).wanting, after(FAILED, FAILED, FAILED).wanting) == (3, 2)
