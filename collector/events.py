"""What just happened, told to everyone who listens: open pages, scripts on ``GET /api/v1/events``.

Nothing here is evidence: an event only says "look again". A listener that is too slow loses events and is told so;
what is true stands in the state, never in an event.
"""

import asyncio
import itertools
import threading
from collections import deque
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

REMEMBERED = 1024
"""Events kept for a listener that comes back with the number of the last one it saw."""

WAITING = 512
"""Events that may wait for one slow listener before it is told to look at everything again."""


class EventKind(StrEnum):
    """What an event is about. ``lost`` is made here alone: the listener missed some and must look at everything."""

    STATE = "state"
    INCIDENT = "incident"
    AGENT = "agent"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class Event:
    """One event. ``number`` grows by one from event to event of this process.

    ``data`` is JSON-ready. ``state`` carries ``target`` (id), ``state`` and ``since`` (ms UTC); ``incident`` carries
    ``number``, ``state`` and, where there is one, ``target``; ``agent`` carries ``agent`` (id) and ``state``.
    """

    number: int
    kind: EventKind
    data: Mapping[str, Any]


@dataclass(eq=False, slots=True)
class _Listener:
    loop: asyncio.AbstractEventLoop
    queue: "asyncio.Queue[Event | None]" = field(default_factory=lambda: asyncio.Queue(WAITING))
    missed: bool = False

    def offer(self, event: Event | None) -> None:
        """Runs in the listener's loop. ``None`` ends the subscription, whatever is still waiting."""
        if event is None:
            while not self.queue.empty():
                self.queue.get_nowait()
        if self.queue.full():
            self.missed = True
            return
        self.queue.put_nowait(event)


class Events:
    """The one notice board of a collector. ``publish`` may be called from any thread and never waits."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._numbers = itertools.count(1)
        self._recent: deque[Event] = deque(maxlen=REMEMBERED)
        self._listeners: set[_Listener] = set()
        self._closed = False

    def publish(self, kind: EventKind | str, data: Mapping[str, Any]) -> None:
        """Tell every listener. The order of publishing is the order of arrival. After ``close`` nothing is told."""
        with self._lock:
            if self._closed:
                return
            event = Event(next(self._numbers), EventKind(kind), dict(data))
            self._recent.append(event)
            for listener in tuple(self._listeners):
                self._tell(listener, event)

    def subscribe(self, after: int | None = None) -> AsyncIterator[Event]:
        """Events from now on, in the running loop; with ``after`` first the remembered ones with a greater number.

        The subscription begins with this call, not with the first ``anext``. Where events between ``after`` and now
        are forgotten, or the listener was too slow, one ``lost`` event stands in their place. Ends when ``close`` is
        called.
        """
        listener = _Listener(asyncio.get_running_loop())
        with self._lock:
            backlog = self._since(after) if after is not None else []
            if self._closed:
                listener.queue.put_nowait(None)
            else:
                self._listeners.add(listener)
        return self._listen(listener, backlog)

    def close(self) -> None:
        """End every subscription, so that the doors can shut without waiting for listeners."""
        with self._lock:
            self._closed = True
            for listener in tuple(self._listeners):
                self._tell(listener, None)

    def _tell(self, listener: _Listener, event: Event | None) -> None:
        try:
            listener.loop.call_soon_threadsafe(listener.offer, event)
        except RuntimeError:  # its loop is closed: nobody listens any more
            self._listeners.discard(listener)

    def _since(self, after: int) -> list[Event]:
        """What was remembered after number ``after``; a number of an earlier process is answered with ``lost``."""
        newest = self._recent[-1].number if self._recent else 0
        oldest = self._recent[0].number if self._recent else 1
        if after > newest or after < oldest - 1:
            return [Event(newest, EventKind.LOST, {})]
        return [event for event in self._recent if event.number > after]

    async def _listen(self, listener: _Listener, backlog: list[Event]) -> AsyncIterator[Event]:
        try:
            for event in backlog:
                yield event
            while (waiting := await listener.queue.get()) is not None:
                yield waiting
                if listener.missed and listener.queue.empty():
                    listener.missed = False
                    yield Event(waiting.number, EventKind.LOST, {})
        finally:
            with self._lock:
                self._listeners.discard(listener)
