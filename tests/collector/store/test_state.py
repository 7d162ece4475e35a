"""One writer, many readers, and a schema that is applied whole or not at all."""

import contextlib
import os
import sqlite3
import subprocess
import threading
from pathlib import Path

import pytest

from collector.store.state import Moment, State
from rules.errors import Broken, Unavailable


def folder_of_steps(tmp_path: Path, **steps: str) -> Path:
    folder = tmp_path / "steps"
    folder.mkdir(exist_ok=True)
    for name, text in steps.items():
        (folder / f"{name}.sql").write_text(text)
    return folder


@pytest.fixture
def state(tmp_path: Path) -> State:
    steps = folder_of_steps(tmp_path, **{"001_one": "CREATE TABLE thing (n INTEGER);\nCREATE INDEX by_n ON thing (n);"})
    return State(tmp_path / "state.db", steps)


def numbers(state: State) -> list[int]:
    with state.read() as tx:
        return [row["n"] for row in tx.execute("SELECT n FROM thing ORDER BY n")]


def test_what_is_written_can_be_read(state: State) -> None:
    with state.write() as tx:
        tx.execute("INSERT INTO thing VALUES (1)")

    assert numbers(state) == [1]


def test_a_block_that_raises_leaves_nothing(state: State) -> None:
    with contextlib.suppress(KeyError), state.write() as tx:
        tx.execute("INSERT INTO thing VALUES (1)")
        raise KeyError

    assert numbers(state) == []


def test_a_write_inside_a_write_is_one_transaction(state: State) -> None:
    with contextlib.suppress(KeyError), state.write() as tx:
        tx.execute("INSERT INTO thing VALUES (1)")
        with state.write() as inner:
            inner.execute("INSERT INTO thing VALUES (2)")
        raise KeyError

    assert numbers(state) == []


def test_a_reader_keeps_its_snapshot_while_others_write(state: State) -> None:
    with state.read() as tx:
        before = tx.execute("SELECT count(*) FROM thing").fetchone()[0]
        with state.write() as writer:
            writer.execute("INSERT INTO thing VALUES (1)")
        after = tx.execute("SELECT count(*) FROM thing").fetchone()[0]

    assert (before, after) == (0, 0)


def test_a_reader_cannot_write(state: State) -> None:
    with state.read() as tx, pytest.raises(sqlite3.OperationalError):
        tx.execute("INSERT INTO thing VALUES (1)")


def test_writers_in_threads_take_turns(state: State) -> None:
    def add() -> None:
        for _ in range(20):
            with state.write() as tx:
                top = tx.execute("SELECT coalesce(max(n), 0) FROM thing").fetchone()[0]
                tx.execute("INSERT INTO thing VALUES (?)", (top + 1,))

    threads = [threading.Thread(target=add) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert numbers(state) == list(range(1, 81))


def test_the_file_is_for_its_owner_alone(state: State) -> None:
    assert state.path.stat().st_mode & 0o077 == 0


def test_opening_again_applies_only_new_steps(tmp_path: Path) -> None:
    steps = folder_of_steps(tmp_path, **{"002_two": "CREATE TABLE two (n INTEGER);"})
    State(tmp_path / "state.db", steps).close()
    folder_of_steps(tmp_path, **{"001_one": "CREATE TABLE thing (n INTEGER);"})
    state = State(tmp_path / "state.db", steps)

    assert numbers(state) == []


def test_a_step_that_fails_leaves_nothing_of_itself(tmp_path: Path) -> None:
    steps = folder_of_steps(tmp_path, **{"001_one": "CREATE TABLE thing (n INTEGER);\nCREATE TABLE thing (n INTEGER);"})
    with pytest.raises(Broken, match="001_one"):
        State(tmp_path / "state.db", steps)

    with sqlite3.connect(tmp_path / "state.db") as raw:
        assert raw.execute("SELECT count(*) FROM sqlite_master WHERE name = 'thing'").fetchone()[0] == 0
    raw.close()


def test_data_of_a_newer_release_is_refused(tmp_path: Path) -> None:
    steps = folder_of_steps(tmp_path, **{"001_one": "CREATE TABLE thing (n INTEGER);", "002_two": "SELECT 1;"})
    State(tmp_path / "state.db", steps).close()
    (steps / "002_two.sql").unlink()

    with pytest.raises(Broken, match="newer release"):
        State(tmp_path / "state.db", steps)


@pytest.mark.skipif(os.geteuid() != 0, reason="a small disk of its own (tmpfs) can be mounted by root only")
def test_a_new_state_on_a_full_disk_says_so(tmp_path: Path) -> None:
    mounting = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(tmp_path)]
    if subprocess.run(mounting, check=False, capture_output=True).returncode:
        pytest.skip("no tmpfs can be mounted here")
    try:
        with pytest.raises(Unavailable, match="disk space"):
            State(tmp_path / "state.db")
    finally:
        subprocess.run(["umount", "-l", tmp_path], check=True)


def test_a_moment_shows_what_was_there_whatever_is_written_meanwhile(state: State) -> None:
    with state.read() as tx:
        moment = Moment(state.path, tx)
        before = numbers(moment)
        with state.write() as writing:
            writing.execute("INSERT INTO thing VALUES (1)")

        assert (before, numbers(moment), numbers(state)) == ([], [], [1])


def test_a_moment_is_for_reading(state: State) -> None:
    with state.read() as tx, pytest.raises(Broken), Moment(state.path, tx).write():
        pass
