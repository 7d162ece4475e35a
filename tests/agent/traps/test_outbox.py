"""Notifications wait on disk, across restarts, with their age."""

from pathlib import Path

import pytest

from agent.traps.outbox import Outbox
from agent.traps.trap import Trap
from rules.errors import Unavailable
from tests.agent.given_clock import GivenClock

TRAP = Trap("192.0.2.7", "v2c", "1.3.6.1.6.3.1.1.5.3", bindings=(("ifIndex", "3"),))


@pytest.fixture
def clock() -> GivenClock:
    return GivenClock()


def outbox(folder: Path, clock: GivenClock, machine_boot: str = "k1", stream: str = "s1") -> Outbox:
    return Outbox(folder / "traps.db", machine_boot, stream, clock)


def test_what_is_kept_waits_in_order_with_its_number_and_age(tmp_path: Path, clock: GivenClock) -> None:
    kept = outbox(tmp_path, clock)
    kept.keep(TRAP)
    clock.go_on(2500)
    kept.keep(TRAP)
    waiting = kept.waiting(10)
    assert [(trap["seq"], trap["age_ms"]) for trap in waiting.traps] == [(1, 2500), (2, 0)]


def test_a_restart_of_the_agent_keeps_stream_and_numbers(tmp_path: Path, clock: GivenClock) -> None:
    outbox(tmp_path, clock).keep(TRAP)
    again = outbox(tmp_path, clock, stream="s2")
    again.drop([1])
    again.keep(TRAP)
    assert (again.stream, again.waiting(10).last) == ("s1", 2)


def test_after_a_restart_of_the_machine_age_is_by_the_wall_clock(tmp_path: Path, clock: GivenClock) -> None:
    outbox(tmp_path, clock).keep(TRAP)
    clock.go_on(60_000)
    clock.mono_ms = 5
    (trap,) = outbox(tmp_path, clock, machine_boot="k2").waiting(10).traps
    assert trap["age_ms"] == 60_000


def test_the_oldest_go_when_too_many_wait(tmp_path: Path, clock: GivenClock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("agent.traps.outbox._MOST", 3)
    kept = outbox(tmp_path, clock)
    for _ in range(5):
        kept.keep(TRAP)
    assert [trap["seq"] for trap in kept.waiting(10).traps] == [3, 4, 5]


def test_the_file_is_for_its_owner_alone(tmp_path: Path, clock: GivenClock) -> None:
    outbox(tmp_path, clock)
    assert (tmp_path / "traps.db").stat().st_mode & 0o777 == 0o600


def test_a_disk_that_neither_gives_nor_forgets_is_said(tmp_path: Path, clock: GivenClock) -> None:
    kept = outbox(tmp_path, clock)
    kept.keep(TRAP)
    (tmp_path / "traps.db").write_bytes(b"no database" * 1000)
    with pytest.raises(Unavailable, match=r"traps\.db"):
        kept.waiting(10)
    with pytest.raises(Unavailable, match=r"traps\.db"):
        kept.drop([1])


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path, clock: GivenClock) -> None:
    with pytest.raises(Unavailable, match=r"traps\.db"):
        outbox(tmp_path / "missing", clock)
