"""What began anew between two looks: nothing, the host, or its SNMP agent."""

import pytest

from agent.snmp.uptime import NO_RESTART, Begun, Clocks, Restart, compare, elapsed, since
from rules.uptime import UPTIME_ROUND, continuous

DAY = 86_400 * 100


def test_tv_30_a_restart_between_two_good_looks() -> None:
    found = compare(Clocks(0, 8_640_000), Clocks(300, 12_000))

    assert found == Restart(Begun.EITHER, 120.0)


def test_tv_31_the_count_goes_over_its_end_after_497_days() -> None:
    assert compare(Clocks(0, 4_294_960_000), Clocks(300, 22_704)) == NO_RESTART


@pytest.mark.parametrize(
    ("before", "after", "elapsed_s", "went_on"),
    [
        (1000, 7000, 60, True),
        (2**32 - 3000, 3000, 60, True),
        (900_000, 2000, 60, False),
        (1000, 900_000, 60, False),
        (0, 100_000 * 100 - 90_000, 100_000, True),
        (0, 6500, 60, True),
        (0, 6501, 60, False),
    ],
)
def test_a_count_may_be_off_by_five_seconds_or_one_percent(
    before: int, after: int, elapsed_s: float, went_on: bool
) -> None:
    assert continuous(before, after, elapsed_s) is went_on


def test_only_the_agent_restarted_where_the_host_counts_on() -> None:
    before, after = Clocks(0, 50_000, host=9_000_000), Clocks(60, 1000, host=9_006_000)

    assert compare(before, after) == Restart(Begun.AGENT, 10.0)


def test_the_host_restarted_where_its_own_clock_went_back() -> None:
    before, after = Clocks(0, 50_000, host=9_000_000), Clocks(60, 1000, host=4000)

    assert compare(before, after) == Restart(Begun.HOST, 40.0)


def test_a_host_whose_clock_goes_over_its_end_did_not_restart() -> None:
    before, after = Clocks(0, 50_000, host=UPTIME_ROUND - 3000), Clocks(60, 1000, host=3000)

    assert compare(before, after).what is Begun.AGENT


def test_a_host_that_counts_milliseconds_is_understood() -> None:
    before, after = Clocks(0, 50_000, host=9_000_000), Clocks(60, 1000, host=9_060_000)

    assert compare(before, after).what is Begun.AGENT


def test_the_wide_clock_of_the_host_outranks_the_narrow_one() -> None:
    before, after = Clocks(0, 50_000, host=50_000, wide=600 * DAY), Clocks(60, 1000, host=1000, wide=600 * DAY + 6000)

    assert compare(before, after).what is Begun.AGENT


def test_the_hosts_clocks_may_be_from_an_earlier_look() -> None:
    known = Clocks(0, 50_000, host=9_000_000)

    assert compare(Clocks(1800, 230_000), Clocks(1860, 1000, host=9_186_000), known).what is Begun.AGENT


def test_the_engine_tells_a_restart_that_hides_in_a_wrap() -> None:
    before, after = Clocks(0, 4_294_960_000, boots=7), Clocks(300, 22_704, boots=8)

    assert compare(before, after) == Restart(Begun.EITHER, 227.04)


def test_an_uptime_that_jumps_ahead_belongs_to_another_member() -> None:
    found = compare(Clocks(0, 50_000), Clocks(60, 40_000_000))

    assert found == Restart(Begun.ANOTHER_CLOCK)


def test_an_engine_that_started_again_proves_a_restart_whatever_the_uptime_is() -> None:
    before, after = Clocks(0, 50_000, boots=1), Clocks(60, 40_000_000, boots=2)

    assert compare(before, after).what is Begun.EITHER


def test_without_an_uptime_nothing_is_claimed() -> None:
    assert compare(Clocks(0, None), Clocks(60, 1000)) == NO_RESTART


@pytest.mark.parametrize(
    ("restart", "text"),
    [
        (NO_RESTART, ""),
        (Restart(Begun.HOST, 39.6), "the host restarted 40 s ago"),
        (Restart(Begun.AGENT, 10), "only its SNMP agent restarted 10 s ago, the host went on"),
        (Restart(Begun.HOST), "the host restarted"),
    ],
)
def test_a_restart_is_told_in_words(restart: Restart, text: str) -> None:
    assert restart.text == text


def test_elapsed_time_goes_over_the_wrap() -> None:
    assert elapsed(2**32 - 100, 200) == 3


@pytest.mark.parametrize(("event", "ago"), [(4000, 60.0), (0, None), (UPTIME_ROUND - 1000, 110.0)])
def test_an_event_is_dated_by_the_uptime_it_happened_at(event: int, ago: float | None) -> None:
    assert since(event, 10_000) == ago
