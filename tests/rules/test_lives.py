"""Lives: the columns say what the timelines say."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.availability import figures
from rules.lives import Lives, ages, lives
from rules.parameters import Parameters
from rules.period import Period, month
from rules.record import read_record
from rules.replay import timelines
from rules.state import State
from tests.rules.analysis.fleets import at, fleet, period
from tests.rules.stories import EPOCH, HOUR, line
from tests.rules.test_laws import SPAN, records
from tests.rules.vectors import MONTH

TILES = st.lists(st.lists(st.tuples(st.integers(0, 60), st.integers(1, 40)), max_size=6), min_size=1, max_size=5)


def in_hours(found: Lives, column: str) -> list[float]:
    return [value / HOUR for value in getattr(found, column).tolist()]


def test_a_whole_month_of_fifty_devices() -> None:
    """TV-55."""
    vector = MONTH[0]
    whole = month("2026-09", "Asia/Shanghai")
    found = lives(timelines(read_record(vector.lines), whole, Parameters()).values(), whole)

    assert len(found.names) == 50
    assert found.agreed.sum() / HOUR == 35_992
    assert found.up.sum() / HOUR == 35_949.5
    assert (found.begins.sum(), found.restored.sum(), found.open.sum()) == (5, 5, 1)
    assert sorted(found.repair[found.restored] / HOUR) == [1.0, 2.0, 3.5, 5.0, 6.0]
    assert found.repair[found.open].tolist() == [2 * HOUR]


def test_an_outage_has_the_operating_time_before_it_of_its_owner_and_of_all() -> None:
    found = lives(fleet({"a": [(100, 110), (200, 205)], "b": [(150, 151)]}), period())

    assert found.names == ["a", "b"]
    assert found.owner.tolist() == [0, 0, 1]
    assert in_hours(found, "age") == [100, 190, 150]
    assert in_hours(found, "fleet_age") == [200, 389, 290]


def test_what_began_before_the_period_begins_no_failure_and_is_repaired_whole() -> None:
    found = lives(fleet({"a": [(-5, 3)]}), period())

    assert (found.begins.tolist(), found.restored.tolist()) == ([False], [True])
    assert (in_hours(found, "repair"), in_hours(found, "downtime"), in_hours(found, "age")) == ([8.0], [3.0], [0.0])


def test_what_ends_after_the_period_is_open_and_has_lasted_so_far() -> None:
    found = lives(fleet({"a": [(700, 730)]}), period())

    assert (found.begins.tolist(), found.open.tolist(), found.restored.tolist()) == ([True], [True], [False])
    assert (in_hours(found, "repair"), in_hours(found, "downtime")) == ([20.0], [20.0])
    assert found.end.tolist() == [period().end]


def test_an_open_outage_leaves_maintenance_out_as_its_repair_will() -> None:
    window = line("maintenance", targets=["a"], from_=at(705), to=at(709), approved_at=at(0))
    found = lives(fleet({"a": [(700, 730)]}, extra=[window]), period())

    assert (in_hours(found, "repair"), in_hours(found, "downtime")) == ([16.0], [16.0])


def test_an_outage_cut_off_by_retirement_is_neither_restored_nor_open() -> None:
    found = lives(fleet({"a": [(100, 300)]}, a={"in_service": [None, at(150)]}), period())

    assert (found.begins.tolist(), found.restored.tolist(), found.open.tolist()) == ([True], [False], [False])
    assert in_hours(found, "downtime") == [50.0]


def test_outages_with_little_up_time_between_them_are_one_failure() -> None:
    found = lives(fleet({"a": [(100, 101), (101.05, 102), (200, 201)]}), period())

    assert found.begins.tolist() == [True, False, True]


def test_services_are_left_out_beside_targets_and_taken_alone() -> None:
    service = line("service", name="s", needs={"all_of": ["a", "b"]})
    both = fleet({"a": [(100, 101)], "b": []}, extra=[service])

    assert lives(both, period()).names == ["a", "b"]
    assert lives([entry for entry in both if entry.name == "s"], period()).names == ["s"]


def test_nothing_has_empty_columns() -> None:
    found = lives([], period())

    assert (len(found.names), len(found.owner), len(found.age), len(found.cause)) == (0, 0, 0, 0)


@settings(deadline=None)
@given(TILES, st.lists(st.tuples(st.integers(0, 4), st.integers(-10, 300)), max_size=12))
def test_ages_are_counted_unit_by_unit(tiles: list[list[tuple[int, int]]], asked: list[tuple[int, int]]) -> None:
    stretches = []
    for owner, entries in enumerate(tiles):
        position = 0
        for gap, length in entries:
            stretches.append((owner, position + gap, position + gap + length))
            position += gap + length
    column = np.array(stretches, dtype=np.int64).reshape(-1, 3)
    wanted = np.array(asked, dtype=np.int64).reshape(-1, 2)

    own, pooled = ages((column[:, 0], column[:, 1], column[:, 2]), wanted[:, 0], wanted[:, 1])

    for row, (owner, instant) in enumerate(asked):
        units = [(whose, unit) for whose, start, end in stretches for unit in range(start, end) if unit < instant]
        assert own[row] == sum(whose == owner for whose, _ in units)
        assert pooled[row] == len(units)


@settings(deadline=None, max_examples=60)
@given(records())
def test_the_columns_add_up_to_the_figures_of_any_record(found: list[str]) -> None:
    whole = Period(EPOCH, EPOCH + SPAN, "Asia/Shanghai")
    parameters = Parameters().with_settings({"confirm_down": 2, "merge_gap": "2m"})
    entries = [entry for entry in timelines(read_record(found), whole, parameters).values() if entry.kind != "service"]
    columns = lives(entries, whole)
    fleet_figures: dict[str, Any] = figures(entries, whole, parameters)["fleet"]

    assert columns.agreed.sum() == fleet_figures["agreed_ms"]
    assert columns.up.sum() == fleet_figures["up_ms"] + fleet_figures["degraded_ms"]
    for state in (State.DOWN, State.UNREACHABLE, State.UNKNOWN):
        assert getattr(columns, state.value).sum() == fleet_figures[f"{state}_ms"]
    assert columns.begins.sum() == fleet_figures["episodes"]
    assert (columns.restored.sum(), columns.open.sum()) == (fleet_figures["restored"], fleet_figures["open"])
    assert columns.downtime.sum() == fleet_figures["down_ms"]
    mttr = columns.repair[columns.restored].mean() / HOUR if columns.restored.any() else None
    assert fleet_figures["mttr_h"] == (None if mttr is None else pytest.approx(mttr))
