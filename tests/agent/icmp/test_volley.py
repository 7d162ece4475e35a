"""Volleys: a few requests each, at their moments, at the agent's pace, ended by their deadline."""

import asyncio
import errno
import time
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

import pytest

from agent.icmp.destination import destination
from agent.icmp.engine import Engine, join
from agent.icmp.owner import Stray
from agent.icmp.pace import Pace
from agent.icmp.pinger import ping
from agent.icmp.sockets import Forbidden
from agent.icmp.volley import Echoes, Volleys
from rules.errors import Invalid
from tests.agent.icmp.cable import FAR, Cable, Request, echoed, refused, summed

T = TypeVar("T")
ASKED = "10.77.3.7"


def with_engine(cable: Cable, main: Callable[[Engine], Coroutine[Any, Any, T]]) -> T:
    """Run a coroutine that is given the engine of its loop."""

    async def whole() -> T:
        engine = join()
        try:
            return await main(engine)
        finally:
            engine.leave()

    return cable.inside(whole)


def asked(
    cable: Cable, count: int = 3, spacing_ms: int = 5, within_s: float = 1.0, address: str = ASKED
) -> tuple[Echoes, list[str]]:
    lines: list[str] = []

    async def main() -> Echoes:
        until = asyncio.get_running_loop().time() + within_s
        return await ping(address, count, spacing_ms, 56, until, lines.append)

    return cable.inside(main), lines


def test_every_request_has_its_round_trip_and_its_line(either: Cable) -> None:
    echoes, lines = asked(either)

    assert (echoes.sent, len(echoes.rtts_us)) == (3, 3)
    assert [line.split(":")[0] for line in lines] == ["request 1", "request 2", "request 3"]


def test_a_dead_target_costs_one_timeout(either: Cable) -> None:
    either.host.script = lambda request: []
    begun = time.monotonic()

    echoes, _ = asked(either, within_s=0.2)

    assert (echoes.sent, echoes.rtts_us, echoes.troubles) == (3, (), ())
    assert time.monotonic() - begun < 0.2 * 1.2 + 0.2


def test_lost_requests_are_told_apart_from_answered_ones(line: Cable) -> None:
    seen: list[bytes] = []

    def second_only(request: Request) -> list[tuple[str, bytes]]:
        seen.append(request[1])
        return [echoed(request)] if len(seen) == 2 else []

    line.host.script = second_only

    echoes, _ = asked(line, within_s=0.2)

    assert (echoes.sent, len(echoes.rtts_us)) == (3, 1)


def test_a_router_that_refuses_is_named(line: Cable) -> None:
    line.host.script = lambda request: [refused(request, 3, 1)]

    echoes, _ = asked(line)

    assert echoes.troubles == (f"destination unreachable: host (told by {FAR})",) * 3


@pytest.mark.parametrize(("kind", "code"), [(5, 0), (5, 1), (4, 0)])
def test_a_router_that_passes_on_and_says_so_makes_no_target_silent(line: Cable, kind: int, code: int) -> None:
    line.host.script = lambda request: [refused(request, kind, code), echoed(request)]

    echoes, _ = asked(line)

    assert (len(echoes.rtts_us), echoes.troubles) == (3, ())


def test_a_late_answer_is_told_as_late(line: Cable) -> None:
    def late(request: Request) -> list[tuple[str, bytes]]:
        time.sleep(0.12)
        return [echoed(request)]

    line.host.script = late

    async def main(engine: Engine) -> Echoes:
        # The loop sleeps over deadline and answer both, and finds the answer late by its stamp.
        until = engine.loop.time() + 0.06
        fired = asyncio.ensure_future(engine.volleys.fire(destination(ASKED), 1, 0.01, 56, until))
        await asyncio.sleep(0.02)
        time.sleep(0.3)
        return await fired

    echoes = with_engine(line, main)

    assert echoes.rtts_us == ()
    assert echoes.troubles[0].startswith("answered too late, after 1")


def test_a_damaged_answer_is_told(line: Cable) -> None:
    line.host.script = lambda request: [(request[0], summed(echoed(request)[1][:-1] + b"\xff"))]

    echoes, _ = asked(line, within_s=0.1)

    assert echoes.troubles[0] == "the answer came back corrupted"


def test_requests_beyond_the_deadline_are_not_sent(line: Cable) -> None:
    echoes, _ = asked(line, count=20, spacing_ms=50, within_s=0.12)

    assert (echoes.sent, len(echoes.rtts_us)) == (3, 3)


def test_no_time_at_all_is_ones_own_trouble(line: Cable) -> None:
    echoes, _ = asked(line, count=1, within_s=0.0)

    assert (echoes.sent, echoes.own_troubles) == (0, ("the deadline left no time to send",))


def test_a_route_missing_to_this_target_alone_is_its_trouble(line: Cable) -> None:
    echoes, _ = asked(line, address="192.0.2.1")

    assert echoes.sent == 3
    assert "ENETUNREACH" in echoes.troubles[0]


def test_an_address_one_may_not_ask_is_ones_own_trouble(line: Cable) -> None:
    echoes, _ = asked(line, address="10.76.0.255")  # the broadcast address of the cable

    assert echoes.sent == 0
    assert "EACCES" in echoes.own_troubles[0]


def test_two_volleys_to_one_address_do_not_take_each_others_answers(either: Cable) -> None:
    async def main(engine: Engine) -> list[Echoes]:
        until = engine.loop.time() + 2
        return list(
            await asyncio.gather(*(engine.volleys.fire(destination(ASKED), 5, 0.004, 56, until) for _ in range(50)))
        )

    assert {(echoes.sent, len(echoes.rtts_us)) for echoes in with_engine(either, main)} == {(5, 5)}


def test_the_pace_holds_requests_back_and_loses_none(line: Cable) -> None:
    async def main(engine: Engine) -> tuple[float, list[Echoes]]:
        pace = Pace(500, 10, engine.loop.time())
        volleys = Volleys(engine.loop, pace, engine.channel)
        begun = engine.loop.time()
        echoes = await asyncio.gather(*(volleys.fire(destination(ASKED), 1, 0.01, 56, begun + 5) for _ in range(110)))
        return engine.loop.time() - begun, list(echoes)

    took_s, echoes = with_engine(line, main)

    assert took_s >= 0.19  # 100 of them at 500 a second, after a burst of 10
    assert all(len(one.rtts_us) == 1 for one in echoes)


def test_what_the_pace_holds_back_too_long_is_ones_own_trouble(line: Cable) -> None:
    async def main(engine: Engine) -> list[Echoes]:
        volleys = Volleys(engine.loop, Pace(1, 1, engine.loop.time()), engine.channel)
        until = engine.loop.time() + 0.05
        fired = [volleys.fire(destination(ASKED), 1, 0.01, 56, until) for _ in range(2)]
        done = await asyncio.wait_for(asyncio.gather(*fired), 3)
        return list(done)

    first, second = with_engine(line, main)

    assert (first.sent, len(first.rtts_us)) == (1, 1)
    assert second.own_troubles == ("the deadline left no time to send",)


@pytest.mark.parametrize("alive", [True, False])
def test_the_silence_that_follows_a_request_sent_too_late_is_ones_own_trouble(line: Cable, alive: bool) -> None:
    if not alive:
        line.host.script = lambda request: []

    async def main(engine: Engine) -> Echoes:
        pace = Pace(5, 1, engine.loop.time())  # the second request may leave 0.2 s after the first
        volleys = Volleys(engine.loop, pace, engine.channel)
        until = engine.loop.time() + 0.3
        fired = [volleys.fire(destination(ASKED), 1, 0.01, 56, until) for _ in range(2)]
        done = await asyncio.wait_for(asyncio.gather(*fired), 3)
        return done[1]

    echoes = with_engine(line, main)

    if alive:
        assert (echoes.sent, len(echoes.rtts_us), echoes.own_troubles) == (1, 1, ())
    else:
        assert echoes.sent == 0
        assert echoes.own_troubles == ("could not look: this machine sent so late that an answer had no time",)


def test_a_volley_given_up_disturbs_no_other(line: Cable) -> None:
    async def main(engine: Engine) -> Echoes:
        until = engine.loop.time() + 1
        given_up = asyncio.ensure_future(engine.volleys.fire(destination(ASKED), 20, 0.002, 56, until))
        stays = asyncio.ensure_future(engine.volleys.fire(destination(ASKED), 20, 0.002, 56, until))
        await asyncio.sleep(0.01)
        given_up.cancel()
        return await stays

    assert len(with_engine(line, main).rtts_us) == 20


def test_a_full_queue_of_the_machine_is_tried_again(line: Cable) -> None:
    async def main(engine: Engine) -> Echoes:
        channel = engine.channel(4)
        real, refusals = channel.send_each, [0, 0, 0]

        def full(*given: Any, **named: Any) -> int:
            return refusals.pop() if refusals else real(*given, **named)

        channel.send_each = full  # type: ignore[method-assign]
        return await engine.volleys.fire(destination(ASKED), 1, 0.01, 56, engine.loop.time() + 1)

    assert len(with_engine(line, main).rtts_us) == 1


def test_a_buffer_that_ran_over_is_ones_own_trouble(line: Cable) -> None:
    async def main(engine: Engine) -> Echoes:
        line.host.script = lambda request: []
        fired = asyncio.ensure_future(engine.volleys.fire(destination(ASKED), 1, 0.01, 56, engine.loop.time() + 1))
        await asyncio.sleep(0.03)
        (number,) = engine.volleys._volleys
        engine.volleys.unable(number * 32, OSError(errno.ENOBUFS, "full"))
        engine.volleys.stray(number * 32, Stray.DUPLICATE, 0, "")
        return await fired

    echoes = with_engine(line, main)

    assert (echoes.sent, echoes.troubles) == (0, ())
    assert "ENOBUFS" in echoes.own_troubles[0]


def test_what_is_no_address_is_refused(line: Cable) -> None:
    with pytest.raises(Invalid):
        asked(line, address="host.example")


def test_no_permission_is_raised_before_anything_is_sent(line: Cable) -> None:
    line.allow_ping_sockets(False)

    async def main() -> None:
        await ping(ASKED, 1, 5, 56, asyncio.get_running_loop().time() + 1)

    with pytest.raises(Forbidden):
        line.inside(main, without_raw=True)


def test_one_given_up_while_its_engine_closes_ends_quietly(line: Cable) -> None:
    line.host.script = lambda request: []

    async def main(engine: Engine) -> bool:
        until = asyncio.get_running_loop().time() + 5
        firing = asyncio.create_task(engine.volleys.fire(destination(ASKED), 3, 0.005, 56, until))
        await asyncio.sleep(0)
        engine.volleys.close()
        firing.cancel()
        await asyncio.wait((firing,))
        return firing.cancelled()

    assert with_engine(line, main)
