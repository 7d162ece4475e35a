import asyncio
import threading
from pathlib import Path

from agent.clock import Clock
from agent.gather import Gather
from agent.settings import SpoolSettings
from agent.spool import Process, Spool
from rules.errors import Unavailable
from rules.result import Outcome, Reading, Result


def result(at: int) -> Result:
    return Result(1, 1000, at, at, Reading(Outcome.OK))


class Stubborn(Spool):
    """A spool whose disk is full until it is told otherwise."""

    full = True

    def commit(self, results: object, lost: int = 0) -> None:
        if self.full:
            self.full = False
            raise Unavailable("The disk is full.")
        super().commit(results, lost)  # type: ignore[arg-type]


def play(spool: Spool, *, at_once: bool) -> list[bool]:
    """Deliver three results and wait for them on disk; what ``committed`` was told."""
    told: list[bool] = []
    done = threading.Event()

    def committed(urgent: bool) -> None:
        told.append(urgent)
        if spool.unsent == 3:
            done.set()

    async def live() -> None:
        gather = Gather(spool, committed)
        gather.start()
        for at in range(3):
            gather.deliver(result(at), at_once)
        await asyncio.to_thread(done.wait, 0.5 if at_once else 5)
        gather.stop()

    asyncio.run(live())
    return told


def test_urgent_results_are_on_disk_at_once(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool.db", Process("b", "m", "1"), SpoolSettings(), Clock())

    assert all(play(spool, at_once=True))
    assert spool.unsent == 3


def test_others_wait_for_company_but_not_long(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool.db", Process("b", "m", "1"), SpoolSettings(), Clock())

    assert play(spool, at_once=False) == [False]
    assert spool.unsent == 3


def test_what_a_full_disk_refused_is_kept_and_tried_again(tmp_path: Path) -> None:
    spool = Stubborn(tmp_path / "spool.db", Process("b", "m", "1"), SpoolSettings(), Clock())

    play(spool, at_once=True)

    assert spool.unsent == 3
