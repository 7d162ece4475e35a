"""The interface table as plain values."""

from collections.abc import Mapping

import pytest

from agent.snmp import interfaces as table_of
from agent.snmp.ber import Oid, Value
from agent.snmp.interfaces import Admin, Interface, Oper, interfaces, needless
from agent.snmp.table import Table


def table(**columns: Mapping[int, Value]) -> Table:
    cells: dict[Oid, dict[Oid, Value]] = {
        getattr(table_of, name): {(row,): value for row, value in rows.items()} for name, rows in columns.items()
    }
    return Table(cells, uptime=10_000)


def only(**columns: Value) -> Interface:
    (found,) = interfaces(table(**{name: {1: value} for name, value in columns.items()})).values()
    return found


def test_a_row_is_known_by_its_name_then_its_description_then_its_index() -> None:
    found = interfaces(table(NAME={1: b"Gi1", 2: b""}, DESCR={1: b"GigabitEthernet1", 2: b"Vlan 5"}, KIND={3: 6}))

    assert list(found) == ["Gi1", "Vlan 5", "if3"]


def test_two_rows_with_one_name_stay_apart() -> None:
    assert list(interfaces(table(NAME={1: b"port", 2: b"port"}))) == ["port", "port#2"]


def test_loopbacks_are_left_out() -> None:
    assert interfaces(table(NAME={1: b"lo"}, KIND={1: 24})) == {}


def test_a_value_of_a_wrong_type_counts_as_not_said() -> None:
    found = only(NAME=b"a", OPER=b"up", HIGH_SPEED=-5, ADMIN=1, HC_IN_OCTETS=2**70)

    assert (found.oper, found.speed, found.admin, found.counters.octets_in) == (None, None, Admin.UP, None)


@pytest.mark.parametrize(("number", "state"), [(7, Oper.LOWER_LAYER_DOWN), (0, None), (8, None)])
def test_a_state_nobody_knows_counts_as_not_said(number: int, state: Oper | None) -> None:
    assert only(NAME=b"a", OPER=number).oper is state


@pytest.mark.parametrize(
    ("high", "low", "speed"), [(10_000, 4_294_967_295, 10**10), (0, 10**7, 10**7), (0, 4_294_967_295, None)]
)
def test_the_speed_is_the_one_that_fits(high: int, low: int, speed: int | None) -> None:
    assert only(NAME=b"a", HIGH_SPEED=high, SPEED=low).speed == speed


def test_chinese_names_are_read() -> None:
    assert only(NAME="上联口".encode("gb18030")).name == "上联口"


def test_wide_counters_are_taken_before_narrow_ones() -> None:
    found = only(NAME=b"a", HC_IN_OCTETS=2**40, IN_OCTETS=5, HC_IN_UNICAST=7, HC_OUT_BROADCAST=2, IN_PACKETS=99)

    assert (found.counters.octets_in, found.counters.wide, found.counters.packets) == (2**40, True, 9)


def test_narrow_counters_do_where_there_are_no_wide_ones() -> None:
    found = only(NAME=b"a", IN_OCTETS=5, IN_PACKETS=3, OUT_PACKETS=4)

    assert (found.counters.octets_in, found.counters.wide, found.counters.packets) == (5, False, 7)


def test_errors_of_one_direction_alone_are_not_told() -> None:
    assert only(NAME=b"a", IN_ERRORS=5).counters.errors is None


def test_a_counter_is_dated_by_the_answer_that_brought_it() -> None:
    rows: dict[Oid, dict[Oid, Value]] = {
        table_of.NAME: {(1,): b"a", (2,): b"b"},
        table_of.HC_IN_OCTETS: {(1,): 1, (2,): 2},
    }
    stamps: dict[Oid, tuple[list[Oid], list[int | None]]] = {table_of.HC_IN_OCTETS: ([(1,), (2,)], [500, 600])}

    found = interfaces(Table(rows, uptime=400, stamps=stamps))

    assert (found["a"].counters.at_in, found["b"].counters.at_in, found["b"].counters.at_out) == (500, 600, 400)


def test_the_last_change_is_told_in_seconds_before_now() -> None:
    assert only(NAME=b"a", LAST_CHANGE=4000).changed_s == 60.0


def test_a_change_before_the_last_restart_is_not_dated() -> None:
    assert only(NAME=b"a", LAST_CHANGE=0).changed_s is None


@pytest.mark.parametrize(("number", "half"), [(1, None), (2, True), (3, False)])
def test_half_duplex_is_told_where_the_device_knows(number: int, half: bool | None) -> None:
    assert only(NAME=b"a", DUPLEX=number).half_duplex is half


def test_an_ethernet_row_without_an_interface_makes_none() -> None:
    assert interfaces(table(DUPLEX={1: 3})) == {}


def test_narrow_counters_are_needless_where_every_row_has_wide_ones() -> None:
    found = needless(
        table(
            HC_IN_OCTETS={1: 1, 2: 2},
            IN_OCTETS={1: 1, 2: 2},
            HC_OUT_OCTETS={1: 1},
            OUT_OCTETS={1: 1, 2: 2},
            OPER={1: 1},
        )
    )

    assert table_of.IN_OCTETS in found
    assert table_of.OUT_OCTETS not in found
