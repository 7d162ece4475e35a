"""How a check is looked at, with a probe that answers what the test wrote down, in a real event loop."""

import asyncio
import math
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from agent.clock import Clock
from agent.health import Health
from agent.look import Looks, Watch, clean
from agent.plan import Plan, PlannedCheck
from agent.schedule import UNPLANNED
from rules.result import Outcome, Reading, Result

OK, DEGRADED, FAILED, ERROR = Outcome.OK, Outcome.DEGRADED, Outcome.FAILED, Outcome.ERROR

SCRIPTED = '''
"""A probe that plays a script: per look a pause in seconds, then an outcome, or "crash", or "hang"."""
import asyncio
from agent.probes.probe import Probe
from rules.result import Outcome, Reading
from rules.threshold import Threshold

class Scripted(Probe):
    """Plays."""
    script = []
    began = []
    closed = 0
    thresholds = (Threshold("used_ratio", warn=0.9),)

    async def look(self, subject, deadline_s):
        self.began.append(asyncio.get_running_loop().time())
        pause, what = self.script.pop(0) if self.script else (0, "ok")
        await asyncio.sleep(pause)
        if what == "crash":
            raise ZeroDivisionError("by the test")
        if what == "hang":
            await asyncio.sleep(60)
        if what == "full":
            return Reading(Outcome.OK, {"used_ratio": 0.95})
        return Reading(Outcome(what))

    def close(self):
        type(self).closed += 1
'''


@pytest.fixture
def scripted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    (tmp_path / "scripted.py").write_text(SCRIPTED)
    monkeypatch.setenv("NINEWARD_PROBES", str(tmp_path))
    from agent.probes import find

    return find("scripted")


class Room:
    """The looks of one check, what they delivered, and how the agent is doing."""

    def __init__(self, **check: Any) -> None:
        settled: dict[str, Any] = {
            "handle": 1, "id": "c_1", "target": "t", "kind": "scripted", "address": "x", "interval": 60_000,
            "retry": 50, "timeout": 40, "confirm_down": 3, "confirm_up": 2, "phase_key": 1,
        }  # fmt: skip
        self.check = PlannedCheck(**(settled | check))
        self.results: list[tuple[Result, bool]] = []
        self.health = Health()
        self.rests = 0
        self.news = asyncio.Event()
        self.looks = Looks(Clock(), self.health, {}, self.deliver, self.rest)
        self.looks.replace(Plan(checks=(self.check,)))

    def deliver(self, result: Result, at_once: bool) -> None:
        self.results.append((result, at_once))
        self.news.set()

    def rest(self) -> None:
        self.rests += 1

    async def until(self, count: int) -> None:
        async with asyncio.timeout(10):
            while len(self.results) < count:
                self.news.clear()
                await self.news.wait()

    async def quiet(self, seconds: float = 0.2) -> None:
        """Give a re-check that should not come the time to come."""
        await asyncio.sleep(seconds)

    @property
    def outcomes(self) -> list[str]:
        return [result.reading.outcome.value for result, _ in self.results]


def play(story: Callable[[Room], Awaitable[None]], **check: Any) -> Room:
    async def live() -> Room:
        room = Room(**check)
        await story(room)
        await room.looks.close()
        return room

    return asyncio.run(live())


def test_a_good_look_gives_one_result_in_its_slot(scripted: Any) -> None:
    async def story(room: Room) -> None:
        room.looks.begin(1, 42)
        await room.until(1)
        await room.quiet()

    room = play(story)

    result, _ = room.results[0]
    assert (room.outcomes, result.handle, result.interval, result.slot, room.rests) == (["ok"], 1, 60_000, 42, 1)


def test_a_first_failure_is_rechecked_until_it_is_confirmed(scripted: Any) -> None:
    scripted.script = [(0, "failed")] * 9

    async def story(room: Room) -> None:
        room.looks.begin(1, 1)
        await room.until(3)
        await room.quiet()

    room = play(story)

    assert room.outcomes == ["failed"] * 3
    assert [result.slot for result, _ in room.results] == [1, UNPLANNED, UNPLANNED]
    assert all(at_once for _, at_once in room.results)
    gaps = [after[0].at - before[0].at for before, after in zip(room.results, room.results[1:], strict=False)]
    assert all(45 <= gap <= 2000 for gap in gaps)


def test_rechecks_overlap_a_look_that_has_not_answered(scripted: Any) -> None:
    """Confirmed within two pauses and one timeout after the first look began, not three timeouts."""
    scripted.script = [(1.0, "failed")] * 9
    scripted.began = []

    async def story(room: Room) -> None:
        room.looks.begin(1, 1)
        await room.until(3)
        await room.quiet(0.3)

    room = play(story, retry=100, timeout=1000)

    assert room.outcomes == ["failed"] * 3
    began = [at - scripted.began[0] for at in scripted.began]
    assert len(began) == 3
    assert began[2] < 1.0


def test_a_target_that_is_down_anyway_is_not_hurried(scripted: Any) -> None:
    scripted.script = [(0, "failed")] * 3 + [(0.3, "failed")]

    async def story(room: Room) -> None:
        room.looks.begin(1, 1)
        await room.until(3)
        room.looks.begin(1, 2)
        await room.until(4)
        await room.quiet()

    room = play(story, timeout=400)

    assert room.outcomes == ["failed"] * 4
    assert not room.results[3][1]


def test_the_first_good_look_after_an_outage_is_rechecked(scripted: Any) -> None:
    scripted.script = [(0, "failed")] * 3

    async def story(room: Room) -> None:
        room.looks.begin(1, 1)
        await room.until(3)
        room.looks.begin(1, 2)
        await room.until(5)
        await room.quiet()

    room = play(story)

    assert room.outcomes == ["failed"] * 3 + ["ok"] * 2
    assert room.results[3][1]
    assert room.results[4][1]


def test_what_says_the_same_again_is_not_urgent(scripted: Any) -> None:
    async def story(room: Room) -> None:
        for slot in (1, 2):
            room.looks.begin(1, slot)
            await room.until(slot)

    assert [at_once for _, at_once in play(story).results] == [True, False]


def test_a_target_that_flaps_for_ever_is_not_looked_at_for_ever(scripted: Any) -> None:
    scripted.script = [(0, "failed"), (0, "failed"), (0, "error")] * 30

    async def story(room: Room) -> None:
        room.looks.begin(1, 1)
        await room.quiet(0.6)

    assert len(play(story, retry=10, confirm_down=100).results) <= 1 + 2 * 102
    scripted.script = [(0, "error"), (0, "failed")] + [(0, "error")] * 300
    room = play(story, retry=1)
    assert len(room.results) <= 1 + 10


def test_a_crash_in_a_probe_is_an_error_and_counted(scripted: Any) -> None:
    scripted.script = [(0, "crash")]

    async def story(room: Room) -> None:
        room.looks.begin(1, 1)
        await room.until(1)
        await room.quiet()

    room = play(story)

    assert (room.outcomes, room.health.crashes) == (["error"], 1)
    assert "ZeroDivisionError: by the test" in room.results[0][0].reading.text


def test_a_probe_that_never_ends_is_cut_off_as_an_error(scripted: Any) -> None:
    scripted.script = [(0, "hang")]

    async def story(room: Room) -> None:
        room.looks.begin(1, 1)
        await room.until(1)

    assert play(story).outcomes == ["error"]


def test_a_look_due_while_the_one_before_runs_is_left_out_and_counted(scripted: Any) -> None:
    scripted.script = [(0.2, "ok")]

    async def story(room: Room) -> None:
        room.looks.begin(1, 1)
        room.looks.begin(1, 2)
        await room.until(1)
        await room.quiet()

    room = play(story, timeout=30)

    assert (room.outcomes, room.health.overrun) == (["ok"], 1)


def test_an_unknown_kind_is_an_error_that_names_it() -> None:
    async def story(room: Room) -> None:
        room.looks.begin(1, 1)
        await room.until(1)

    room = play(story, kind="telepathy")

    assert room.outcomes == ["error"]
    assert "telepathy" in room.results[0][0].reading.text


def test_options_the_probe_refuses_are_an_error_that_says_which(scripted: Any) -> None:
    async def story(room: Room) -> None:
        room.looks.begin(1, 1)
        await room.until(1)

    room = play(story, options={"colour": "red"})

    assert room.outcomes == ["error"]
    assert "colour" in room.results[0][0].reading.text


def test_the_kinds_own_thresholds_hold_unless_the_plan_speaks_of_the_metric(scripted: Any) -> None:
    async def story(room: Room) -> None:
        scripted.script = [(0, "full")]
        room.looks.begin(1, 1)
        await room.until(1)

    assert play(story).outcomes == ["degraded"]
    assert play(story, thresholds=({"metric": "used_ratio", "warn": 0.99},)).outcomes == ["ok"]


def test_a_part_of_a_device_uses_the_table_of_its_family_and_knows_its_interval() -> None:
    check = PlannedCheck(1, "c_1", "t", "component", "x", 60_000, 50, 40, 3, 2, 1, {"key": "fan:1"})
    watch = Watch(check, ())
    watch.set_up({"snmp": {"profiles": ["/etc/profiles"]}, "component": {"profiles": ["/elsewhere"]}})

    assert watch.probe is not None
    assert watch.probe.local == {"profiles": ["/etc/profiles"]}
    assert watch.subject.interval_s == 60.0


def test_a_new_plan_keeps_what_stays_and_closes_what_goes(scripted: Any) -> None:
    async def story(room: Room) -> None:
        room.looks.begin(1, 1)
        await room.until(1)
        before = scripted.closed
        room.looks.replace(Plan(revision=2, checks=(room.check,)))
        assert scripted.closed == before
        room.looks.replace(Plan(revision=3))
        assert scripted.closed == before + 1
        room.looks.begin(1, 2)
        await room.quiet(0.05)

    assert len(play(story).results) == 1


def test_a_wish_to_look_now_is_followed_once_a_second(scripted: Any) -> None:
    async def story(room: Room) -> None:
        room.looks.look_now(["c_1", "c_unknown"])
        room.looks.look_now([1])
        await room.until(1)
        await room.quiet(0.05)

    room = play(story)

    assert [result.slot for result, _ in room.results] == [UNPLANNED]


def test_a_wish_that_comes_right_after_a_look_is_followed_a_second_later(scripted: Any) -> None:
    async def story(room: Room) -> None:
        room.looks.look_now([1])
        await room.until(1)
        room.looks.look_now([1])
        await room.until(2)

    assert len(play(story).results) == 2


def test_what_cannot_travel_is_left_out_of_a_reading() -> None:
    reading = clean(Reading(OK, {"a": math.nan, "b": math.inf, "c": 1}, "two\nlines " + "x" * 900))

    assert reading.values == {"c": 1}
    assert "\n" not in reading.text
    assert len(reading.text) == 500
