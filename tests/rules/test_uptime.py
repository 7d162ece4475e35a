"""Running times at two looks: what began anew, when, and what only went over its end."""

import pytest

from rules.evidence import Evidence, Kind
from rules.uptime import UPTIME_ROUND, Reading, between, learnt, reading

MINUTE = 60_000
DAY = 86_400_000


def found(before: Reading, after: Reading) -> list[Evidence]:
    return list(between(before, after, "core-1/snmp"))


def polls(*ticks: int, every: int = 5 * MINUTE) -> list[Reading]:
    return [Reading(number * every, uptime=tick * 10) for number, tick in enumerate(ticks)]


def test_tv_30_a_smaller_count_is_a_restart() -> None:
    first, second = polls(8_640_000, 12_000)

    assert found(first, second) == [Evidence(3 * MINUTE, Kind.RESTART, 0, 5 * MINUTE, "", "sysUpTime")]


def test_tv_31_a_count_over_its_end_is_no_restart() -> None:
    first, second = polls(4_294_960_000, 22_704)

    assert found(first, second) == []


@pytest.mark.parametrize("off", [-490, 490])
def test_a_clock_may_be_five_seconds_off(off: int) -> None:
    assert found(*polls(1_000_000, 1_030_000 + off)) == []


def test_a_clock_may_be_one_percent_off() -> None:
    assert found(*polls(0, 8_640_000 + 80_000, every=DAY)) == []


def test_a_count_that_jumped_ahead_is_another_device() -> None:
    assert found(*polls(1_000_000, 900_000_000)) == []


def test_the_clock_of_the_host_tells_that_only_the_snmp_agent_restarted() -> None:
    before = Reading(0, uptime=DAY, host=DAY)
    after = Reading(5 * MINUTE, uptime=MINUTE, host=DAY + 5 * MINUTE)

    assert found(before, after) == [
        Evidence(4 * MINUTE, Kind.AGENT_RESTART, 0, 5 * MINUTE, "core-1/snmp", "hrSystemUptime")
    ]


def test_the_clock_of_the_host_dates_a_reboot() -> None:
    before = Reading(0, uptime=DAY, host=DAY)
    after = Reading(5 * MINUTE, uptime=MINUTE, host=2 * MINUTE)

    assert found(before, after) == [Evidence(3 * MINUTE, Kind.REBOOT, 0, 5 * MINUTE, "", "hrSystemUptime")]


def test_another_number_of_engine_boots_proves_a_restart() -> None:
    before = Reading(0, uptime=MINUTE, boots=7)
    after = Reading(5 * MINUTE, uptime=4 * MINUTE, boots=8)

    assert found(before, after) == [Evidence(MINUTE, Kind.RESTART, 0, 5 * MINUTE, "", "snmpEngineBoots")]


def test_what_the_agent_saw_restart_counts_whatever_the_count_says() -> None:
    after = Reading(5 * MINUTE, uptime=99 * DAY, restarted=Kind.REBOOT, ago=MINUTE)

    assert [one.kind for one in found(Reading(0, uptime=DAY), after)] == [Kind.REBOOT]


def test_a_restart_lies_after_the_look_that_saw_the_device_run() -> None:
    (one,) = found(Reading(0, uptime=DAY), Reading(MINUTE, uptime=MINUTE + 3_000))

    assert one.at == 1


def test_the_state_of_a_line_changed_between_two_looks() -> None:
    before, after = Reading(0, changed=DAY), Reading(MINUTE, changed=20_000)

    assert found(before, after) == [
        Evidence(40_000, Kind.LINK_CHANGE, 0, MINUTE, "core-1/snmp", "ifLastChange"),
    ]


def test_a_change_before_the_last_look_is_told_once() -> None:
    told = learnt([Reading(0, changed=DAY), Reading(MINUTE, changed=20_000), Reading(2 * MINUTE, changed=80_000)])

    assert len(list(told)) == 1


def test_the_order_of_readings_does_not_matter() -> None:
    readings = polls(8_640_000, 12_000, 42_000, 3_000)

    assert list(learnt(readings)) == list(learnt(readings[::-1]))


def test_values_become_a_reading() -> None:
    values = {"uptime_s": 3, "host_uptime_s": 4.5, "engine_boots": 7, "agent_restarted_s": 0.5, "rtt_us": 9}

    assert reading(7, values) == Reading(7, 3_000, 4_500, 7, Kind.AGENT_RESTART, 500)


def test_values_that_tell_no_running_time_are_no_reading() -> None:
    assert reading(7, {"rtt_us": 9}) is None


def test_the_end_of_the_count_is_that_of_the_mib() -> None:
    assert UPTIME_ROUND / 100 == 497 * 86_400 + 2 * 3_600 + 27 * 60 + 52.96
