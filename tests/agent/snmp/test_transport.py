"""What reaches the one socket: answers, and what only looks like one. What leaves it: no more than a device bears."""

import asyncio
import socket
import time
from collections.abc import Callable

import pytest

from agent.snmp import devices
from agent.snmp.ber import Oid
from agent.snmp.devices import open_device
from agent.snmp.errors import Cause, Denied, ErrorStatus, Garbled, Silent
from agent.snmp.line import BUDGET
from tests.agent.snmp.meeting import V1, V2C, counted, meeting
from tests.agent.snmp.responder import Responder, responder
from tests.agent.snmp.wire import UPTIME, Mib, Question, message, number, refusal, reply, response, text

UP: Oid = UPTIME
DEVICE = Mib({UP: number(7), (*UP[:-2], 5, 0): text(b"switch")})


async def settled(said: Callable[[], bool]) -> None:
    """Until that is so, two seconds at most."""
    for _ in range(200):
        if said():
            return
        await asyncio.sleep(0.01)


def test_an_answer_comes_back_whole() -> None:
    async def run() -> list[object]:
        async with meeting(DEVICE.answer) as (device, _):
            return [(one.oid, one.value) for one in await device.get([UP, (1, 3, 9)], 1)]

    assert asyncio.run(run()) == [(UP, 7), ((1, 3, 9), None)]


def test_ipv6() -> None:
    async def run() -> object:
        async with meeting(DEVICE.answer, address="::1") as (device, _):
            return (await device.get([UP], 1))[0].value

    try:
        with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as sock:
            sock.bind(("::1", 0))
    except OSError:
        pytest.skip("needs IPv6 on loopback")
    assert asyncio.run(run()) == 7


def test_a_wrong_number_is_ignored_and_counted() -> None:
    def wrong_first(to: Question) -> list[bytes]:
        wrong = message(to.version, to.community, response(to.number ^ 1, [(UP, number(666))]))
        return [wrong, DEVICE.answer(to)]

    async def run() -> tuple[object, int]:
        async with meeting(wrong_first) as (device, _):
            return (await device.get([UP], 1))[0].value, counted(device).unasked

    assert asyncio.run(run()) == (7, 1)


def test_a_stranger_with_the_right_number_is_ignored_and_counted() -> None:
    async def run() -> tuple[object, int]:
        async with responder(lambda to: None, "127.0.0.1") as stranger:

            def betrayed(to: Question) -> bytes:
                stranger.send(reply(to, [(UP, number(666))]), to=other.senders[-1])
                time.sleep(0.005)
                return DEVICE.answer(to)

            async with meeting(betrayed, address="127.0.0.2") as (device, other):
                return (await device.get([UP], 1))[0].value, counted(device).foreign

    assert asyncio.run(run()) == (7, 1)


def test_a_device_may_answer_from_the_other_addresses_it_was_given() -> None:
    async def run() -> tuple[object, int]:
        async with responder(lambda to: None, "127.0.0.3") as side:

            def aside(to: Question) -> None:
                side.send(DEVICE.answer(to), to=other.senders[-1])

            async with responder(aside, "127.0.0.1") as other:
                device = open_device(V2C, "127.0.0.1", other.port, also=["127.0.0.3"])
                try:
                    return (await device.get([UP], 1))[0].value, counted(device).foreign
                finally:
                    device.close()

    assert asyncio.run(run()) == (7, 0)


def test_a_replay_is_ignored_and_counted() -> None:
    async def run() -> int:
        async with meeting(lambda to: [DEVICE.answer(to)] * 3) as (device, _):
            await device.get([UP], 1)
            await settled(lambda: counted(device).replayed == 2)
            return counted(device).replayed

    assert asyncio.run(run()) == 2


def test_a_late_answer_is_ignored_and_counted() -> None:
    async def run() -> tuple[int, int]:
        async with meeting(lambda to: None) as (device, other):
            with pytest.raises(Silent):
                await device.get([UP], 0.1)
            other.send(DEVICE.answer(other.asked[-1]))
            await settled(lambda: counted(device).late == 1)
            return counted(device).late, counted(device).silent

    assert asyncio.run(run()) == (1, 1)


def test_another_community_is_ignored_and_counted() -> None:
    def both(to: Question) -> list[bytes]:
        return [message(1, b"guessed", response(to.number, [(UP, number(666))])), DEVICE.answer(to)]

    async def run() -> tuple[object, int]:
        async with meeting(both) as (device, _):
            return (await device.get([UP], 1))[0].value, counted(device).forged

    assert asyncio.run(run()) == (7, 1)


@pytest.mark.parametrize("rubbish", [b"\x00" * 40, b"\x30\x84\xff\xff\xff\xff", b"\xff" * 1400])
def test_what_is_no_message_is_counted_and_hurts_nobody(rubbish: bytes) -> None:
    async def run() -> tuple[object, int]:
        async with meeting(lambda to: [rubbish, DEVICE.answer(to)]) as (device, _):
            return (await device.get([UP], 1))[0].value, counted(device).malformed

    assert asyncio.run(run()) == (7, 1)


def test_an_answer_that_cannot_be_read_is_told_at_once_and_the_device_counts_as_alive() -> None:
    async def run() -> None:
        async with meeting(lambda to: DEVICE.answer(to)[:-1] + b"") as (device, _):
            await device.get([UP], 30)

    with pytest.raises(Garbled, match="cannot be read"):
        asyncio.run(run())


def test_our_own_question_sent_back_is_no_answer() -> None:
    def echo(to: Question) -> bytes:
        pdu = response(to.number, [(oid, b"\x05\x00") for oid in to.oids])
        return message(to.version, to.community, b"\xa0" + pdu[1:])

    async def run() -> None:
        async with meeting(echo) as (device, _):
            await device.get([UP], 30)

    with pytest.raises(Garbled):
        asyncio.run(run())


def test_three_tries_each_half_as_long_again() -> None:
    async def run() -> tuple[list[float], float, int]:
        loop = asyncio.get_running_loop()
        async with meeting(lambda to: None) as (device, other):
            began = loop.time()
            with pytest.raises(Silent):
                await device.get([UP], 0.95)
            took = loop.time() - began
            assert len({to.number for to in other.asked}) == 1
            return [at - began for at in other.at], took, counted(device).repeated

    at, took, repeated = asyncio.run(run())

    assert repeated == 2
    # By the loop's clock: never early; late only by what the machine is busy.
    assert at[1] >= 0.2
    assert at[2] >= 0.5
    assert took >= 0.95


def test_a_lost_question_is_repeated() -> None:
    async def run() -> tuple[object, int]:
        async with meeting(lambda to: DEVICE.answer(to) if len(other.asked) == 3 else None) as (device, other):
            return (await device.get([UP], 0.5))[0].value, counted(device).repeated

    assert asyncio.run(run()) == (7, 2)


def test_an_answer_that_arrived_while_the_loop_was_busy_is_in_time() -> None:
    async def run() -> object:
        async with meeting(lambda to: None) as (device, other):
            asked = asyncio.ensure_future(device.get([UP], 0.1))
            await settled(lambda: bool(other.asked))
            other.send(DEVICE.answer(other.asked[0]))
            time.sleep(0.3)
            return (await asked)[0].value

    assert asyncio.run(run()) == 7


def test_a_closed_port_is_told_at_once_with_its_reason() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]

    async def run() -> tuple[str, int]:
        device = open_device(V2C, "127.0.0.1", port)
        try:
            async with asyncio.timeout(20):
                with pytest.raises(Silent) as told:
                    await device.get([UP], 60)
            return told.value.reason, counted(device).unreachable
        finally:
            device.close()

    assert asyncio.run(run()) == ("port unreachable (ECONNREFUSED)", 1)


def test_one_closed_port_does_not_spoil_the_answer_of_another_device() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]

    async def run() -> list[object]:
        async with meeting(DEVICE.answer) as (good, _):
            bad = open_device(V2C, "127.0.0.1", port)
            try:
                answers = await asyncio.gather(
                    *(device.get([UP], 5) for _ in range(10) for device in (bad, good)), return_exceptions=True
                )
            finally:
                bad.close()
            return [type(one).__name__ for one in answers]

    assert asyncio.run(run()) == ["Silent", "list"] * 10


def test_what_this_machine_cannot_send_is_its_own_trouble() -> None:
    async def run() -> None:
        # The broadcast address needs a permission the socket does not ask for.
        device = open_device(V2C, "255.255.255.255")
        try:
            await device.get([UP], 5)
        finally:
            device.close()

    with pytest.raises(OSError, match=r"Permission denied|unreachable"):
        asyncio.run(run())


def test_at_most_two_questions_are_under_way_and_single_objects_go_first() -> None:
    async def run() -> tuple[int, int, list[int]]:
        most = waiting = 0

        async def answer_later(other: Responder, to: Question, sender: tuple[object, ...]) -> None:
            nonlocal waiting
            await asyncio.sleep(0.01)
            waiting -= 1
            other.send(DEVICE.answer(to), to=sender)

        def counting(to: Question) -> None:
            nonlocal most, waiting
            waiting += 1
            most = max(most, waiting)
            tasks.append(asyncio.ensure_future(answer_later(other, to, other.senders[-1])))

        tasks: list[asyncio.Task[None]] = []
        async with meeting(counting) as (device, other):
            loop = asyncio.get_running_loop()
            walks = [
                asyncio.ensure_future(device.read([(1, 3, 6, 1, 2, column)], until=loop.time() + 5))
                for column in range(8)
            ]
            await asyncio.sleep(0)
            await device.get([UP], 5)
            first = len(other.asked)
            await asyncio.gather(*walks)
            await asyncio.gather(*tasks)
            return most, first, [to.kind for to in other.asked]

    most, first, kinds = asyncio.run(run())

    assert most == 2
    assert kinds.index(0xA0) == 2
    assert first < 8 < len(kinds)


def test_no_more_questions_a_second_than_the_budget() -> None:
    async def run() -> tuple[int, float]:
        async with meeting(DEVICE.answer) as (device, other):
            await asyncio.gather(*(device.get([UP], 10) for _ in range(BUDGET + 20)))
            return len(other.asked), other.at[-1] - other.at[0]

    asked, took = asyncio.run(run())

    assert asked == BUDGET + 20
    assert took >= 20 / BUDGET - 0.05


def test_a_cancelled_question_leaves_its_place_to_the_next() -> None:
    async def run() -> object:
        async with meeting(lambda to: None) as (device, other):
            stuck = [asyncio.ensure_future(device.get([UP], 60)) for _ in range(4)]
            await settled(lambda: len(other.asked) == 2)
            for task in stuck:
                task.cancel()
            await asyncio.gather(*stuck, return_exceptions=True)
            other.behave = DEVICE.answer
            return (await device.get([UP], 5))[0].value

    assert asyncio.run(run()) == 7


def test_questions_that_never_got_their_turn_say_so() -> None:
    async def run() -> str:
        async with meeting(lambda to: None) as (device, _):
            answers = await asyncio.gather(*(device.get([UP], 0.2) for _ in range(3)), return_exceptions=True)
            return str(answers[2])

    assert asyncio.run(run()).startswith("not asked")


def test_what_v1_lacks_is_left_out_and_the_rest_comes_in_its_place() -> None:
    async def run() -> list[object]:
        async with meeting(DEVICE.answer, V1) as (device, _):
            return [one.value for one in await device.get([(1, 3, 9), UP, (1, 3, 10)], 2)]

    assert asyncio.run(run()) == [None, 7, None]


def test_too_big_is_asked_for_in_halves() -> None:
    async def run() -> tuple[int, int]:
        behave = lambda to: refusal(to, 1) if len(to.oids) > 3 else DEVICE.answer(to)  # noqa: E731
        async with meeting(behave) as (device, other):
            return len(await device.get([(1, 3, row) for row in range(10)], 2)), len(other.asked)

    assert asyncio.run(run()) == (10, 7)


@pytest.mark.parametrize("status", [6, 16])
def test_no_access_is_about_the_credentials(status: int) -> None:
    async def run() -> Cause:
        async with meeting(lambda to: refusal(to, status, 1)) as (device, _):
            with pytest.raises(Denied) as told:
                await device.get([UP], 2)
            return told.value.cause

    assert asyncio.run(run()) is Cause.NO_ACCESS


def test_an_error_status_is_told_by_name() -> None:
    async def run() -> None:
        async with meeting(lambda to: refusal(to, 5, 1)) as (device, _):
            await device.get([UP], 2)

    with pytest.raises(ErrorStatus, match="genErr"):
        asyncio.run(run())


def test_checks_of_one_device_share_it_and_the_last_closes_the_socket() -> None:
    async def run() -> list[object]:
        one, same = open_device(V2C, "127.0.0.1"), open_device(V2C, "127.0.0.1")
        other = open_device(V2C, "127.0.0.2")
        seen: list[object] = [one is same, one.line.transport is other.line.transport, sorted(devices.counts())]
        one.close()
        other.close()
        seen.append(sorted(devices.counts()))
        same.close()
        same.close()
        return [*seen, sorted(devices.counts())]

    assert asyncio.run(run()) == [True, True, [4], [4], []]


def test_many_devices_at_once_lose_nothing() -> None:
    async def run() -> tuple[int, int, int]:
        async with responder(DEVICE.answer, "0.0.0.0") as other:
            # A wildcard socket on loopback answers from the address that was asked only when the two are the same.
            many = [open_device(V2C, "127.0.0.1", other.port)]
            many += [
                open_device(V2C, f"127.0.{row // 250}.{row % 250 + 1}", other.port, ["127.0.0.1"]) for row in range(600)
            ]
            answers = await asyncio.gather(*(device.get([UP], 20) for device in many))
            counts = counted(many[0])
            for device in many:
                device.close()
            return len(answers), counts.silent, counts.overflow

    assert asyncio.run(run()) == (601, 0, 0)
