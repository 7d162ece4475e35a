"""What a sweep makes of the ends of its requests, and whole sweeps on loopback."""

import asyncio
import errno
from pathlib import Path

import pytest

from agent.icmp.destination import destination
from agent.icmp.owner import Stray
from agent.icmp.packet import Refusal
from agent.icmp.sockets import Forbidden, open_socket
from agent.icmp.sweep import Became, Event, Group, Manner, Sweep


def permitted() -> bool:
    try:
        open_socket(4).sock.close()
    except Forbidden:
        return False
    return True


needs_icmp = pytest.mark.skipif(not permitted(), reason="this machine lets the user send no ICMP")


def group(count: int = 2, events: list[Event] | None = None) -> Group:
    watch = events.append if events is not None else None
    return Group([destination(f"127.0.0.{1 + at}") for at in range(count)], range(count), 1.0, watch)


def test_the_spread_is_the_population_standard_deviation_that_ping_prints() -> None:
    one = group(1)
    for key, rtt_ms in enumerate((10.2, 11.0, 10.4, 30.5, 10.1)):
        one.answered([key], [round(rtt_ms * 1e6)])

    (fate,) = one.fates()

    assert fate.mdev_ns == pytest.approx(8_036_069, abs=1)
    assert (fate.sent, fate.received, fate.min_ns, fate.max_ns) == (5, 5, 10_100_000, 30_500_000)
    assert fate.mean_ns == pytest.approx(14_440_000)


def test_a_single_answer_has_no_spread() -> None:
    one = group(1)
    one.answered([0], [5000])

    assert one.fates() == [(1, 1, 5000, 5000, 5000, 0.0, 0, 0, "", False)]


def test_a_lost_request_counts_as_sent() -> None:
    one = group()
    one.answered([0], [5000])
    one.expired(1)
    one.expired(2)
    one.answered([3], [7000])

    assert [(fate.sent, fate.received) for fate in one.fates()] == [(2, 1), (2, 1)]


def test_a_request_still_awaited_counts_neither_as_sent_nor_as_lost() -> None:
    one = group()
    one.answered([0], [5000])

    assert [(fate.sent, fate.received) for fate in one.fates()] == [(1, 1), (0, 0)]


def test_a_refusal_is_a_loss_with_its_reason() -> None:
    one = group(1)
    one.refused(0, Refusal(3, 1, "destination unreachable: host", "192.0.2.1"))

    (fate,) = one.fates()
    assert (fate.sent, fate.received, fate.own) == (1, 0, False)
    assert fate.trouble == "destination unreachable: host (told by 192.0.2.1)"


def test_what_this_machine_could_not_send_says_nothing_about_the_target() -> None:
    one = group(1)
    one.unable(0, OSError(errno.ENOBUFS, "no buffer"))

    (fate,) = one.fates()
    assert (fate.sent, fate.own) == (0, True)
    assert "ENOBUFS" in fate.trouble


def test_a_missing_route_to_the_target_alone_is_a_loss() -> None:
    one = group(1)
    one.unable(0, OSError(errno.EHOSTUNREACH, "no route"))

    assert [(fate.sent, fate.own) for fate in one.fates()] == [(1, False)]


def test_late_and_repeated_answers_are_counted_per_target() -> None:
    one = group()
    one.expired(0)
    one.stray(0, Stray.LATE, 2_000_000_000, "127.0.0.1")
    one.answered([1], [5000])
    one.stray(1, Stray.DUPLICATE, 6000, "127.0.0.2")

    assert [(fate.received, fate.late, fate.duplicates) for fate in one.fates()] == [(0, 1, 0), (1, 0, 1)]


@pytest.mark.parametrize(("why", "said"), [(Stray.CORRUPTED, "damaged"), (Stray.FOREIGN, "192.0.2.9")])
def test_an_answer_that_does_not_count_is_told_as_the_reason(why: Stray, said: str) -> None:
    one = group(1)
    one.stray(0, why, 5000, "192.0.2.9")
    one.expired(0)

    (fate,) = one.fates()
    assert (fate.sent, fate.received) == (1, 0)
    assert said in fate.trouble


def test_events_name_the_target_and_the_number_of_its_request() -> None:
    events: list[Event] = []
    one = group(2, events)
    one.answered([3], [5000])
    one.expired(4)

    assert [(event.target, event.request, event.became) for event in events] == [
        (1, 1, Became.ANSWERED),
        (0, 2, Became.LOST),
    ]


@needs_icmp
def test_every_target_of_both_families_is_asked_as_often_as_told() -> None:
    if not Path("/proc/net/if_inet6").exists():
        pytest.skip("this machine has no IPv6")
    addresses = [*(f"127.0.1.{at}" for at in range(100)), "::1", *(f"127.0.2.{at}" for at in range(100))]

    async def run() -> Sweep:
        sweep = Sweep([destination(address) for address in addresses], Manner(2, 0.01, 2.0, 0))
        await sweep.run()
        return sweep

    sweep = asyncio.run(run())

    assert sweep.complete
    assert [(fate.sent, fate.received) for fate in sweep.fates()] == [(2, 2)] * 201
    assert (sweep.asked, sweep.answers) == (402, 402)


@needs_icmp
def test_a_thousand_targets_at_once_make_no_false_dead_even_beside_a_busy_loop() -> None:
    async def run() -> Sweep:
        loop = asyncio.get_running_loop()

        def burn(turns: int) -> None:
            sum(range(100_000))
            if turns:
                loop.call_soon(burn, turns - 1)

        burn(20)
        sweep = Sweep([destination(f"127.1.{at >> 8}.{at & 255}") for at in range(1000)], Manner(1, 0.2, 3.0, 0))
        await sweep.run()
        return sweep

    assert all(fate.received == 1 for fate in asyncio.run(run()).fates())


@needs_icmp
def test_a_stopped_sweep_ends_and_keeps_what_is_known() -> None:
    async def run() -> Sweep:
        sweep: Sweep
        sweep = Sweep([destination("127.0.0.1")], Manner(None, 0.002, 1.0, 0), lambda _: seen())

        def seen() -> None:
            if sweep.answers == 5:
                sweep.stop()

        await sweep.run()
        return sweep

    sweep = asyncio.run(run())

    assert not sweep.complete
    assert sweep.fates()[0].received >= 5


@needs_icmp
def test_being_cancelled_from_outside_is_no_stop() -> None:
    async def run() -> None:
        sweep = Sweep([destination("127.0.0.1")], Manner(None, 0.002, 1.0, 0))
        await asyncio.wait_for(sweep.run(), 0.01)

    with pytest.raises(TimeoutError):
        asyncio.run(run())
