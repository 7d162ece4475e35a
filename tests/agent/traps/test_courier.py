"""Notifications reach the collector once it takes them; one it can never take holds up no other."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from agent.backoff import Backoff
from agent.connection import Connection
from agent.traps.courier import Courier
from agent.traps.outbox import Outbox
from agent.traps.trap import Trap
from rules.secret import Secret
from tests.agent.collector_double import TOKEN, Double, collector_double
from tests.agent.given_clock import GivenClock


def trap(name: str) -> Trap:
    return Trap("192.0.2.7", "v2c", "1.3.6.1.6.3.1.1.5.3", name=name)


@pytest.fixture
def double() -> Iterator[Double]:
    with collector_double() as running:
        yield running


@pytest.fixture
def outbox(tmp_path: Path) -> Outbox:
    return Outbox(tmp_path / "traps.db", "k1", "s1", GivenClock())


@pytest.fixture
def courier(double: Double, outbox: Outbox) -> Iterator[Courier]:
    made = Courier(outbox, Connection(double.url, Secret(TOKEN), None, 5.0), Backoff(lambda: 0.0, 0.01, 0.05))
    yield made
    made.stop()


def emptied(outbox: Outbox) -> bool:
    """Whether nothing waits any more, at the latest after ten seconds."""
    until = time.monotonic() + 10
    while outbox.waiting(1).traps and time.monotonic() < until:
        time.sleep(0.01)
    return not outbox.waiting(1).traps


def names(double: Double) -> list[str]:
    return [told["name"] for _, told in double.traps]


def test_what_waits_at_the_start_is_passed_on_and_forgotten(double: Double, outbox: Outbox, courier: Courier) -> None:
    outbox.keep(trap("one"))
    outbox.keep(trap("two"))
    courier.start()
    assert double.until(lambda: len(double.traps) == 2)
    assert names(double) == ["one", "two"]


def test_a_ring_sends_at_once(double: Double, outbox: Outbox, courier: Courier) -> None:
    courier.start()
    outbox.keep(trap("one"))
    courier.ring()
    assert double.until(lambda: names(double) == ["one"])


def test_it_is_tried_again_until_it_is_taken(double: Double, outbox: Outbox, courier: Courier) -> None:
    refusals = iter([503, 401, 503])
    double.judge_traps = lambda _traps: next(refusals, 200)
    outbox.keep(trap("one"))
    courier.start()
    assert double.until(lambda: names(double) == ["one"])
    assert double.refused == [503, 401, 503]


def test_one_that_is_refused_for_good_does_not_hold_up_the_others(
    double: Double, outbox: Outbox, courier: Courier
) -> None:
    def judge(traps: list[dict[str, Any]]) -> int:
        return 400 if any(told["name"] == "odd" for told in traps) else 200

    double.judge_traps = judge
    for name in ("one", "odd", "two"):
        outbox.keep(trap(name))
    courier.start()
    assert double.until(lambda: names(double) == ["one", "two"])
    assert emptied(outbox)
