"""The notice board: order, coming back, being too slow, and the end."""

import asyncio
import threading

import pytest

from collector.api.events import written
from collector.events import REMEMBERED, WAITING, Event, EventKind, Events


def _publish(events: Events, count: int) -> None:
    for number in range(count):
        events.publish("state", {"n": number})


async def _take(events: Events, count: int, after: int | None = None) -> list[Event]:
    listening = events.subscribe(after)
    return [await anext(listening) for _ in range(count)]


def test_a_listener_hears_what_other_threads_publish_in_their_order() -> None:
    events = Events()

    async def listen() -> list[Event]:
        listening = events.subscribe()
        thread = threading.Thread(target=_publish, args=(events, 50))
        thread.start()
        heard = [await anext(listening) for _ in range(50)]
        thread.join()
        return heard

    assert [event.data["n"] for event in asyncio.run(listen())] == list(range(50))


def test_a_listener_that_comes_back_hears_what_it_missed() -> None:
    events = Events()
    for number in range(5):
        events.publish("agent", {"n": number})

    heard = asyncio.run(_take(events, 3, after=2))

    assert [event.number for event in heard] == [3, 4, 5]


def test_what_is_forgotten_is_said_to_be_lost() -> None:
    events = Events()
    for number in range(REMEMBERED + 10):
        events.publish("agent", {"n": number})

    heard = asyncio.run(_take(events, 1, after=3))

    assert heard[0].kind is EventKind.LOST


def test_a_number_of_an_earlier_process_is_answered_with_lost() -> None:
    events = Events()

    heard = asyncio.run(_take(events, 1, after=4711))

    assert heard[0].kind is EventKind.LOST


def test_a_slow_listener_is_told_to_look_at_everything_again() -> None:
    events = Events()

    async def listen() -> list[EventKind]:
        listening = events.subscribe()
        for number in range(WAITING + 5):
            events.publish("state", {"n": number})
        await asyncio.sleep(0)
        return [(await anext(listening)).kind for _ in range(WAITING + 1)]

    kinds = asyncio.run(listen())

    assert kinds[-1] is EventKind.LOST
    assert set(kinds[:-1]) == {EventKind.STATE}


def test_closing_ends_every_subscription() -> None:
    events = Events()

    async def listen() -> list[Event]:
        listening = events.subscribe()
        events.close()
        return [event async for event in listening]

    assert asyncio.run(listen()) == []


def test_after_closing_nobody_waits() -> None:
    events = Events()
    events.close()
    events.publish("state", {})

    async def listen() -> list[Event]:
        return [event async for event in events.subscribe()]

    assert asyncio.run(listen()) == []


def test_a_listener_whose_loop_is_gone_hurts_nobody() -> None:
    events = Events()

    async def leave() -> None:
        events.subscribe()

    asyncio.run(leave())
    events.publish("state", {"n": 1})

    assert asyncio.run(_take(events, 1, after=0))[0].data == {"n": 1}


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(ValueError, match="weather"):
        Events().publish("weather", {})


def test_events_are_written_as_server_sent_events() -> None:
    events = Events()

    async def listen() -> list[str]:
        lines = written(events.subscribe(), longest=60)
        first = await anext(lines)
        events.publish("incident", {"number": "INC-2026-000001", "state": "open"})
        second = await anext(lines)
        await lines.aclose()  # type: ignore[attr-defined]
        return [first, second]

    assert asyncio.run(listen()) == [
        "retry: 2000\n\n",
        'id: 1\nevent: incident\ndata: {"number": "INC-2026-000001", "state": "open"}\n\n',
    ]


def test_a_quiet_stream_is_kept_alive_and_ends_in_time() -> None:
    async def listen() -> list[str]:
        return [text async for text in written(Events().subscribe(), keep_alive=0.01, longest=0.05)]

    heard = asyncio.run(listen())

    assert heard[1] == ": nothing new\n\n"
