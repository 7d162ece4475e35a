"""The interface table as plain values."""

from dataclasses import replace

import pytest

from agent.snmp import interfaces as table
from agent.snmp.interfaces import Interface, elapsed, interfaces, restarted, state, traffic
from agent.snmp.walk import Oid, Value

PORT = Interface("Gi1/0/1", 10, True, True, 1_000_000_000, "uplink", 1000, 2000, True, 0, 0, 0)


def cells(**columns: dict[int, Value]) -> dict[Oid, dict[Oid, Value]]:
    return {getattr(table, name): {(row,): value for row, value in rows.items()} for name, rows in columns.items()}


def test_a_row_is_known_by_its_name_then_its_description_then_its_index() -> None:
    found = interfaces(cells(NAME={1: b"Gi1", 2: b""}, DESCR={1: b"GigabitEthernet1", 2: b"Vlan 5"}, KIND={3: 6}))

    assert list(found) == ["Gi1", "Vlan 5", "if3"]


def test_two_rows_with_one_name_stay_apart() -> None:
    assert list(interfaces(cells(NAME={1: b"port", 2: b"port"}))) == ["port", "port#2"]


def test_loopbacks_are_left_out() -> None:
    assert interfaces(cells(NAME={1: b"lo"}, KIND={1: 24})) == {}


def test_a_value_of_a_wrong_type_counts_as_not_said() -> None:
    found = interfaces(cells(NAME={1: b"a"}, OPER={1: b"up"}, HIGH_SPEED={1: -5}, ADMIN={1: 1}))

    assert (found["a"].oper_up, found["a"].speed, found["a"].admin_up) == (None, None, True)


@pytest.mark.parametrize(
    ("high", "low", "speed"), [(10_000, 4_294_967_295, 10**10), (0, 10**7, 10**7), (0, 4_294_967_295, None)]
)
def test_the_speed_is_the_one_that_fits(high: int, low: int, speed: int | None) -> None:
    assert interfaces(cells(NAME={1: b"a"}, HIGH_SPEED={1: high}, SPEED={1: low}))["a"].speed == speed


def test_chinese_names_are_read() -> None:
    assert list(interfaces(cells(NAME={1: "上联口".encode("gb18030")}))) == ["上联口"]


def test_wide_counters_are_taken_before_narrow_ones() -> None:
    found = interfaces(cells(NAME={1: b"a"}, HC_IN_OCTETS={1: 2**40}, IN_OCTETS={1: 5}))

    assert found["a"].octets_in == 2**40


def test_only_operational_state_says_up() -> None:
    found = interfaces(cells(NAME={1: b"a"}, ADMIN={1: 1}, OPER={1: 7}))

    assert state(found) == {"admin_up[a]": 1, "oper_up[a]": 0}


def rates(before: Interface, after: Interface, elapsed_s: float = 10) -> dict[str, float]:
    return traffic({before.name: before}, {after.name: after}, elapsed_s)


def test_traffic_is_movement_over_time() -> None:
    after = replace(PORT, octets_in=11_000, octets_out=4000, errors=5, discards=1)

    assert rates(PORT, after) == {
        "in_bytes_s[Gi1/0/1]": 1000,
        "out_bytes_s[Gi1/0/1]": 200,
        "errors_s[Gi1/0/1]": 0.5,
        "discards_s[Gi1/0/1]": 0.1,
    }


@pytest.mark.parametrize(
    "after",
    [
        replace(PORT, index=11),
        replace(PORT, discontinuity=99),
        replace(PORT, wide=False),
        replace(PORT, name="new"),
    ],
)
def test_an_interface_that_is_not_the_same_any_more_is_left_out(after: Interface) -> None:
    assert rates(PORT, after) == {}


def test_a_wide_counter_that_goes_down_is_a_gap() -> None:
    high = replace(PORT, octets_in=2**50)

    assert "in_bytes_s[Gi1/0/1]" not in rates(high, PORT)


def test_a_wide_counter_with_narrow_content_may_wrap_once() -> None:
    assert rates(replace(PORT, octets_in=2**32 - 1000), replace(PORT, octets_in=9000))["in_bytes_s[Gi1/0/1]"] == 1000


def test_more_than_the_line_carries_is_no_measurement() -> None:
    assert "in_bytes_s[Gi1/0/1]" not in rates(PORT, replace(PORT, octets_in=10**12))


def test_a_narrow_counter_is_no_use_on_a_fast_line() -> None:
    narrow = replace(PORT, wide=False)
    slow = replace(narrow, speed=10**8)

    assert "in_bytes_s[Gi1/0/1]" not in rates(narrow, replace(narrow, octets_in=5000))
    assert rates(replace(slow, octets_in=2**32 - 500), replace(slow, octets_in=500))["in_bytes_s[Gi1/0/1]"] == 100


@pytest.mark.parametrize(
    ("before", "after", "elapsed_s", "again"),
    [
        (1000, 7000, 60, False),
        (2**32 - 3000, 3000, 60, False),
        (900_000, 2000, 60, True),
        (1000, 900_000, 60, True),
        (0, 100_000 * 100 - 90_000, 100_000, False),
    ],
)
def test_a_wrap_of_the_uptime_is_no_restart(before: int, after: int, elapsed_s: float, again: bool) -> None:
    assert restarted(before, after, elapsed_s) is again


def test_elapsed_time_goes_over_the_wrap() -> None:
    assert elapsed(2**32 - 100, 200) == 3
