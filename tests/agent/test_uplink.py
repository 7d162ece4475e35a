"""The uplink against a real HTTP server."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from agent.backoff import Backoff
from agent.clock import Clock
from agent.connection import Connection
from agent.health import Health
from agent.settings import SpoolSettings
from agent.spool import Process, Spool
from agent.uplink import Uplink, Verdict, verdict
from rules.result import Outcome, Reading, Result
from rules.secret import Secret
from rules.wire import Header
from tests.agent.collector_double import TOKEN, Arrived, collector_double


def results(count: int, handle: int = 1) -> list[Result]:
    return [Result(handle, 1000, n, n * 1000, Reading(Outcome.OK, {"n": n})) for n in range(count)]


@dataclass
class Line:
    """An uplink at work, its spool and its health."""

    uplink: Uplink
    spool: Spool
    health: Health

    def send(self, some: list[Result]) -> None:
        self.spool.commit(some)
        self.uplink.wake(True)


@contextmanager
def line(folder: Path, url: str, boot: str = "b1", token: str = TOKEN) -> Iterator[Line]:
    clock, health = Clock(), Health()
    process = Process(boot, "machine", "1")
    spool = Spool(folder / "spool.db", process, SpoolSettings(), clock)
    connection = Connection(url, Secret(token), None, 5.0)
    uplink = Uplink(spool, connection, "a_test", process, clock, health, Backoff(lambda: 0.0, 0.02, 0.1))
    uplink.start()
    try:
        yield Line(uplink, spool, health)
    finally:
        uplink.stop(0.5)
        spool.close("stop")


def eventually(true: Callable[[], bool]) -> bool:
    """Whether it becomes true within ten seconds."""
    until = time.monotonic() + 10
    while not true() and time.monotonic() < until:
        time.sleep(0.01)
    return true()


def poisoned(*bad: int, status: int = 422) -> Callable[[Header, list[Arrived]], int]:
    """A collector that refuses whatever holds a result with one of these sequence numbers."""
    return lambda _header, rows: status if any(row.seq in bad for row in rows) else 200


@pytest.mark.parametrize(
    ("status", "meaning"),
    [(200, Verdict.ACCEPTED), (204, Verdict.ACCEPTED), (400, Verdict.BAD), (413, Verdict.BAD), (422, Verdict.BAD)]
    + [(status, Verdict.LATER) for status in (301, 401, 403, 404, 409, 429, 500, 502, 503, 507)],
)
def test_what_a_status_means(status: int, meaning: Verdict) -> None:
    assert verdict(status) is meaning


def test_results_arrive_once_and_leave_the_queue(tmp_path: Path) -> None:
    with collector_double() as double, line(tmp_path, double.url) as sender:
        sender.send(results(10))
        assert double.until(lambda: len(double.results()) == 10)
        sender.send(results(5))
        assert double.until(lambda: len(double.results()) == 15)

        assert double.identities() == [("b1", seq) for seq in range(1, 16)]
        assert [row.at for row in double.results()] == [n * 1000 for n in [*range(10), *range(5)]]


def test_the_header_tells_about_the_agent(tmp_path: Path) -> None:
    with collector_double() as double:
        with line(tmp_path, double.url, "b1") as sender:
            sender.send(results(1))
            assert double.until(lambda: len(double.results()) == 1)
        with line(tmp_path, double.url, "b2") as sender:
            sender.uplink.plan_revision = 7
            sender.spool.commit(results(1), lost=4)
            sender.uplink.wake(True)
            assert double.until(lambda: len(double.results()) == 2)
            sender.send(results(1))
            assert double.until(lambda: len(double.results()) == 3)

    first, second, third = (header for header, _ in double.batches)
    assert (first.agent, first.boot, first.previous_stop, first.machine_boot) == ("a_test", "b1", "unknown", "machine")
    assert (second.previous_stop, second.plan_revision, second.dropped, third.dropped) == ("stop", 7, 4, 0)
    assert {"queue", "skipped", "cpu_s", "rss_bytes", "looks"} <= second.health.keys()
    assert third.rtt > 0


@pytest.mark.parametrize("status", [400, 413, 422])
def test_a_batch_refused_for_good_is_split_down_to_the_bad_result(tmp_path: Path, status: int) -> None:
    with collector_double(judge=poisoned(37, status=status)) as double, line(tmp_path, double.url) as sender:
        sender.send(results(100))
        assert double.until(lambda: len(double.results()) == 99)
        sender.send(results(1))
        assert double.until(lambda: len(double.results()) == 100)

        assert sorted(double.identities()) == [("b1", seq) for seq in range(1, 102) if seq != 37]
        assert double.batches[-1][0].health["set_aside"] == 1
        assert eventually(lambda: sender.spool.unsent == 0)


def test_many_bad_results_among_good_ones_are_all_found(tmp_path: Path) -> None:
    bad = range(1, 41)
    with collector_double(judge=poisoned(*bad)) as double, line(tmp_path, double.url) as sender:
        sender.send(results(100))
        assert eventually(lambda: sender.spool.unsent == 0)

        assert {seq for _, seq in double.identities()} == set(range(41, 101))
        assert sender.health.set_aside == 40


def test_a_single_bad_result_does_not_block_the_queue(tmp_path: Path) -> None:
    with collector_double(judge=poisoned(1)) as double, line(tmp_path, double.url) as sender:
        sender.send(results(1))
        assert double.until(lambda: 422 in double.refused)
        sender.send(results(1))
        assert double.until(lambda: double.identities() == [("b1", 2)])


def test_a_collector_that_refuses_everything_makes_nobody_throw_results_away(tmp_path: Path) -> None:
    with collector_double(judge=lambda _header, _rows: 400) as double, line(tmp_path, double.url) as sender:
        sender.send(results(500))
        assert double.until(lambda: len(double.refused) > 200)
        assert (sender.health.set_aside, sender.spool.unsent) == (0, 500)
        double.judge = None
        assert eventually(lambda: sender.spool.unsent == 0)

        assert {seq for _, seq in double.identities()} == set(range(1, 501))
        assert sender.health.set_aside == 0


@pytest.mark.parametrize("status", [401, 403, 409, 429, 500, 503])
def test_what_may_pass_later_is_kept_and_tried_again(tmp_path: Path, status: int) -> None:
    answers = [status] * 3
    with (
        collector_double(judge=lambda _header, _rows: answers.pop() if answers else 200) as double,
        line(tmp_path, double.url) as sender,
    ):
        sender.send(results(5))
        assert double.until(lambda: len(double.results()) == 5)

        assert double.refused == [status] * 3
        assert sender.health.set_aside == 0


def test_trouble_in_the_middle_of_a_split_loses_nothing(tmp_path: Path) -> None:
    calls: list[int] = []

    def moody(_header: Header, rows: list[Arrived]) -> int:
        calls.append(1)
        if len(calls) % 5 == 0:
            return 503
        return 422 if any(row.seq == 9 for row in rows) else 200

    with collector_double(judge=moody) as double, line(tmp_path, double.url) as sender:
        sender.send(results(16))
        assert eventually(lambda: sender.spool.unsent == 0)

        assert {seq for _, seq in double.identities()} == {*range(1, 9), *range(10, 17)}
        assert sender.health.set_aside == 1


def test_a_collector_that_was_away_gets_everything(tmp_path: Path) -> None:
    with ExitStack() as stack:
        with collector_double() as gone:
            port = int(gone.url.rpartition(":")[2])
        sender = stack.enter_context(line(tmp_path, gone.url))
        for _ in range(5):
            sender.send(results(100))
        double = stack.enter_context(collector_double(port))
        assert double.until(lambda: len(double.results()) == 500)

        assert double.identities() == [("b1", seq) for seq in range(1, 501)]


def test_a_kept_connection_that_the_collector_closed_is_made_anew(tmp_path: Path) -> None:
    with collector_double(headers={"Connection": "close"}) as double, line(tmp_path, double.url) as sender:
        for count in (1, 2, 3):
            sender.send(results(1))
            assert double.until(lambda count=count: len(double.results()) == count)  # type: ignore[misc]


def test_what_is_not_urgent_waits_for_its_turn(tmp_path: Path) -> None:
    with collector_double() as double, line(tmp_path, double.url) as sender:
        sender.uplink.send_every = 3_600_000
        sender.send(results(1))
        assert double.until(lambda: len(double.results()) == 1)
        sender.spool.commit(results(1))
        sender.uplink.wake(False)
        assert not double.until(lambda: len(double.results()) > 1, 0.3)
        sender.uplink.stop(5.0)

        assert len(double.results()) == 2
