"""The calendar's jobs: what they do when their time comes, and that they end with the house."""

from pathlib import Path

from collector.clock import Clock
from collector.jobs import Jobs
from collector.settings import Settings
from collector.store.entry import Draft
from collector.store.log import Log

DAY = 86_400_000


class NoReports:
    """Nothing is ever due."""

    def issue(self) -> None:
        return

    revise = issue


def test_packing_leaves_the_chain_as_it_was(tmp_path: Path) -> None:
    log = Log(tmp_path)
    for day in range(3):
        log.append([Draft("config", day * DAY, b'{"changes":[]}' * 100) for _ in range(50)])
    before = log.head()
    files = {file: file.stat().st_ino for file in tmp_path.glob("*.db")}

    Jobs(log, lambda: None, NoReports(), lambda: None, Clock(), Settings()).pack()

    rewritten = [file for file, inode in files.items() if file.stat().st_ino != inode]
    assert len(rewritten) == 2
    assert log.verify() == 150
    assert log.head() == before
    log.close()


def test_jobs_end_when_asked(tmp_path: Path) -> None:
    log = Log(tmp_path)
    jobs = Jobs(log, lambda: None, NoReports(), lambda: None, Clock(), Settings())
    jobs.start()

    jobs.stop()

    jobs.stop()
    log.close()
