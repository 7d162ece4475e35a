"""A collector that dies at any line of the way of a notice loses none, and sends a repeat under the same id."""

import random
import sys
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from collector import noticing, routing
from collector.noticing import Noticing
from collector.remote.telling import RemoteError
from collector.routing import Routing
from collector.store import notices
from collector.store.notices import News
from tests.collector.told import Told
from tests.collector.told import told as open_told

FILES = frozenset(str(module.__file__) for module in (noticing, routing, notices))
RUNS = 400
FAULTS = 3


class Death(BaseException):
    """The process is gone."""


class Executioner:
    """Raises Death at the ``n``-th line of the files that is executed."""

    def __init__(self, lines: int) -> None:
        self.left = lines
        self.struck = False

    def __call__(self, frame: FrameType, event: str, _: Any) -> Any:
        if frame.f_code.co_filename not in FILES:
            return None
        if event == "line" and not self.struck:
            self.left -= 1
            if self.left <= 0:
                self.struck = True
                raise Death
        return self


def restarted(told: Told) -> None:
    """A new process on the same store: nothing of the old one's memory is left."""
    settings = told.noticing._settings
    rooms = told.world.rooms
    told.noticing = Noticing(rooms.state, rooms.fold, rooms.clock, settings, lambda: 0.0)
    told.routing = Routing(settings, {name: line.manner for name, line in told.lines.items()})
    with rooms.state.write() as tx:
        notices.unclaim(tx)


def one_run(told: Told, run: int) -> bool:
    """One fault with a death somewhere on its way, and a channel that may not answer; whether it was struck."""
    chance = random.Random(run)
    now, board = told.world.now, told.board
    keys = [f"{run:05}.{number}" for number in range(FAULTS)]
    with told.world.rooms.state.write() as tx:
        for key in keys:
            facts = {"incident": {"number": f"INC-{key}", "priority": "urgent", "summary": key}, "key": key}
            notices.add_news(tx, News(key, key, "opened", now, now, facts))
    before = len(board.got)
    for _ in range(chance.randrange(3)):
        (board.deaf if chance.random() < 0.5 else board.trouble).append(RemoteError("no answer", uncertain=True))
    executioner = Executioner(chance.randrange(1, 1_000))
    sys.settrace(executioner)
    try:
        told.wait(8)
    except Death:
        restarted(told)
    finally:
        sys.settrace(None)
    told.wait(60)

    got = board.got[before:]
    for key in keys:
        holding = {message.id for message in got for entry in message.entries if entry["key"] == key}
        assert len(holding) == 1, f"run {run}: {key} stands in {len(holding)} messages"
        with told.world.rooms.state.read() as tx:
            assert [one.state for one in notices.deliveries(tx, key)] == ["sent"], f"run {run}"
    return executioner.struck


def test_each_fault_is_told_in_exactly_one_message_however_often_that_is_sent(tmp_path: Path) -> None:
    if sys.gettrace() is not None:
        pytest.fail("another tracer is at work, which this test would put out of place")
    with open_told(tmp_path) as told:
        struck = sum(one_run(told, run) for run in range(RUNS))

    assert struck > RUNS // 2
