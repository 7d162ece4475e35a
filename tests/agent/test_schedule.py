"""When looks are due. Time is given; one test runs the real scheduler for a moment."""

import asyncio

from agent.clock import Clock
from agent.plan import PlannedCheck
from agent.schedule import UNPLANNED, Due, Ring, Schedule
from rules.check import due

MINUTE = 60_000


def check(handle: int, interval: int = MINUTE, phase_key: int | None = None, address: str = "") -> PlannedCheck:
    return PlannedCheck(
        handle, f"c_{handle}", "t", "tcp", address, interval, 100, 100, 3, 2, handle if phase_key is None else phase_key
    )


def ring_of(*handles: int, now: int, interval: int = MINUTE) -> Ring:
    ring = Ring(interval)
    for handle in handles:
        ring.put(handle, handle, now)
    return ring


def test_every_slot_is_released_once_at_its_due_time() -> None:
    ring = ring_of(7, now=1_000_000)
    released = []
    now = 1_000_000
    while now < 1_000_000 + 10 * MINUTE:
        now = ring.next() or 0
        released += ring.release(now, now)[0]

    slots = [one.slot for one in released]
    assert slots == list(range(slots[0], slots[0] + len(slots)))
    assert [one.at for one in released] == [due(7, MINUTE, slot) for slot in slots]


def test_checks_with_one_phase_key_fall_due_together() -> None:
    ring = Ring(MINUTE)
    for handle in (1, 2, 3):
        ring.put(handle, 42, 500_000)
    at = ring.next() or 0

    released, _ = ring.release(at, at)

    assert {one.handle for one in released} == {1, 2, 3}


def test_different_checks_are_spread_over_the_interval() -> None:
    ring = ring_of(*range(1, 1001), now=1_000_000)
    released, _ = ring.release(1_000_000, 1_000_000 + MINUTE)

    busiest = max(
        sum(1 for one in released if start <= one.at < start + 1000) for start in range(10**6, 10**6 + MINUTE, 1000)
    )
    assert busiest < 60


def test_a_slot_that_is_a_little_late_is_still_used() -> None:
    ring = ring_of(7, now=1_000_000)
    at = ring.next() or 0

    released, missed = ring.release(at + MINUTE // 3, at + MINUTE // 3)

    assert ([one.at for one in released], missed) == ([at], 0)


def test_slots_gone_by_are_skipped_and_counted_not_made_up_for() -> None:
    ring = ring_of(7, now=1_000_000)
    first = ring.release(ring.next() or 0, ring.next() or 0)[0][0]
    now = 1_000_000 + 60 * MINUTE

    released, missed = ring.release(now, now)

    assert len(released) <= 1
    assert first.slot + missed + len(released) + 1 == (ring.release(now + MINUTE, now + MINUTE)[0][0].slot)


def test_a_week_of_sleep_is_passed_over_at_once() -> None:
    ring = ring_of(7, now=1_000_000, interval=1000)
    now = 1_000_000 + 7 * 86_400_000

    _, missed = ring.release(now, now)

    assert abs(missed - 7 * 86_400) <= 2


def test_a_first_look_comes_beside_the_plan() -> None:
    ring = Ring(MINUTE)
    ring.put(7, 7, 1_000_000, first=1_000_005)

    assert ring.release(1_000_005, 1_000_005) == ([Due(1_000_005, 7, UNPLANNED)], 0)


def test_a_check_that_is_taken_out_is_due_no_more() -> None:
    ring = ring_of(7, now=0)
    ring.take_out(7)

    assert (ring.next(), len(ring)) == (None, 0)


def test_a_look_released_for_later_is_dropped_when_its_check_left_or_changed() -> None:
    ring = ring_of(1, 2, 3, now=0)
    released, _ = ring.release(0, 3 * MINUTE)
    of = {one.handle: one for one in released}
    ring.take_out(1)
    ring.take_out(2)
    ring.put(2, 99, 0)
    assert [ring.holds(of[handle]) for handle in (1, 2, 3)] == [False, False, True]


def test_a_wall_clock_set_back_by_an_hour_stops_nothing() -> None:
    """APScheduler compares wall times; here it is shown the boot clock."""

    class SetBack(Clock):
        def wall(self) -> int:
            return super().wall() - 3_600_000

    async def play() -> list[int]:
        begun: list[int] = []
        enough = asyncio.Event()

        def begin(handle: int, slot: int) -> None:
            begun.append(slot)
            if len(begun) >= 4:
                enough.set()

        schedule = Schedule(SetBack(), begin, lambda _missed: None)
        schedule.start()
        schedule.replace([check(1, interval=100)])
        async with asyncio.timeout(10):
            await enough.wait()
        schedule.stop()
        return begun

    begun = asyncio.run(play())
    assert begun[0] == UNPLANNED
    assert begun[1:4] == list(range(begun[1], begun[1] + 3))


def test_a_new_plan_leaves_what_stays_in_its_place_and_looks_at_the_new_at_once() -> None:
    async def play() -> list[tuple[int, int]]:
        begun: list[tuple[int, int]] = []
        news = asyncio.Event()

        def begin(handle: int, slot: int) -> None:
            begun.append((handle, slot))
            news.set()

        schedule = Schedule(Clock(), begin, lambda _missed: None)
        schedule.start()
        for plan in ([check(1)], [check(1), check(2)], [check(1, address="changed")]):
            schedule.replace(plan)
            async with asyncio.timeout(10):
                await news.wait()
            news.clear()
        schedule.replace([])
        schedule.stop()
        return begun

    assert asyncio.run(play()) == [(1, UNPLANNED), (2, UNPLANNED), (1, UNPLANNED)]


def test_slots_missed_by_a_sleeping_machine_are_said() -> None:
    class Sleeper(Clock):
        slept = 0

        def mono(self) -> int:
            return super().mono() + self.slept

        def mono_exact(self) -> float:
            return super().mono_exact() + self.slept

    clock = Sleeper()

    async def play() -> list[int]:
        missed: list[int] = []
        said = asyncio.Event()

        def miss(slots: int) -> None:
            missed.append(slots)
            said.set()

        schedule = Schedule(clock, lambda _handle, _slot: None, miss)
        schedule.start()
        schedule.replace([check(1, interval=1000)])
        clock.slept = 600_000
        schedule.replace([check(1, interval=1000), check(2, interval=1000)])
        async with asyncio.timeout(10):
            await said.wait()
        schedule.stop()
        return missed

    assert 595 <= asyncio.run(play())[0] <= 605
