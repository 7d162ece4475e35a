"""Rebuild finds nothing, unless something was changed behind the log's back."""

import sqlite3
from contextlib import closing

import pytest

from collector.rebuild import KEPT, rebuild
from rules.result import Outcome
from tests.collector.rooms import Rooms
from tests.collector.watched import Watched, an_outage, watched


@pytest.fixture
def found(rooms: Rooms) -> Watched:
    made = watched(rooms)
    an_outage(made)
    return made


def differences(found: Watched) -> list[dict[str, object]]:
    return rebuild(found, found.now)["differences"]  # type: ignore[no-any-return]


def test_normally_nothing_differs(found: Watched) -> None:
    assert differences(found) == []


def test_nothing_differs_after_results_came_late_and_twice(found: Watched) -> None:
    found.looked((minute, Outcome.FAILED) for minute in range(61, 70))
    found.looked((minute, Outcome.OK) for minute in (80, 75, 90, 74))
    found.looked((minute, Outcome.FAILED) for minute in (71, 72, 73))

    assert differences(found) == []


def test_nothing_differs_where_a_late_result_lies_behind_a_glitch(found: Watched) -> None:
    found.looked([(61, Outcome.FAILED)])
    found.looked((minute, Outcome.OK) for minute in range(62, 80))
    found.looked((minute, Outcome.OK) for minute in (82, 83))
    found.looked([(81, Outcome.OK)])

    assert differences(found) == []


def test_a_changed_span_is_found_on_both_sides(found: Watched) -> None:
    with found.state.write() as tx:
        tx.execute("UPDATE span SET end_at = end_at - 60000 WHERE state = 2")

    told = {(row["table"], row["what"]) for row in differences(found)}

    assert told == {("span", "surplus"), ("span", "missing")}


def test_a_row_that_was_deleted_is_missing(found: Watched) -> None:
    with found.state.write() as tx:
        tx.execute("DELETE FROM assignment")

    assert {(row["table"], row["what"]) for row in differences(found)} == {("assignment", "missing")}


def test_a_changed_live_row_is_found(found: Watched) -> None:
    with found.live.lock:
        found.live.table["start"][0] += 1

    assert {row["table"] for row in differences(found)} == {"live"}


def test_an_outage_without_an_incident_is_told_and_is_no_difference(found: Watched) -> None:
    told = rebuild(found, found.now)

    assert [row["target"] for row in told["without_incident"]] == ["core-1"]
    assert told["without_outage"] == []


def test_every_table_is_compared_or_says_why_not(found: Watched) -> None:
    assert all(KEPT.values())
    with found.state.read() as tx:
        tables = {row["name"] for row in tx.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}
    assert set(KEPT) <= tables | {"_sqlite_migrations"}


def test_one_altered_row_is_found_in_each_derived_table(found: Watched) -> None:
    with found.state.read() as tx:
        named = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        tables = [row["name"] for row in tx.execute(named) if row["name"] not in KEPT]
    assert len(tables) > 15

    altered = {table: _altered(found, table) for table in tables}

    told = {(row["table"], row["what"]) for row in differences(found)}
    assert told == set(altered.items())


def _altered(found: Watched, table: str) -> str:
    """Take one row out of a table behind the log's back, or put one into an empty one; how a rebuild must call that."""
    with closing(sqlite3.connect(found.state.path, isolation_level=None)) as behind:
        columns = [(name, kind) for _, name, kind, *_ in behind.execute(f'PRAGMA table_info("{table}")')]
        row = behind.execute(f'SELECT * FROM "{table}" LIMIT 1').fetchone()
        if row is not None:
            same = " AND ".join(f'"{name}" IS ?' for name, _ in columns)
            behind.execute(f'DELETE FROM "{table}" WHERE {same}', row)
            return "missing"
        values = ", ".join("'{}'" if "TEXT" in kind else "4242" for _, kind in columns)
        behind.execute(f'INSERT INTO "{table}" VALUES ({values})')
        return "surplus"
