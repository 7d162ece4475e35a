"""``GET /api/v1/events``: what just happened, as server-sent events, for live pages and other listeners."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

from litestar import Request, get
from litestar.response import Stream

from collector.access import require
from collector.api.given import House, Principal
from collector.events import Event
from collector.roles import Permission
from collector.store import targets

KEEP_ALIVE_S = 15.0
"""A comment goes out when nothing happened for so long, so that nobody between takes the line for dead."""

LONGEST_S = 600.0
"""A stream ends after this; listeners come back by themselves, and who they are is asked again."""


@get("/events", media_type="text/event-stream", sync_to_thread=False)
def listen(request: Request[Any, Any, Any], house: House, principal: Principal) -> Stream:
    """Events of kind ``state``, ``incident``, ``agent``, and ``lost`` when some were missed.

    A listener that comes back with ``Last-Event-ID`` is told what it missed, as far as it is remembered.
    """
    require(principal, Permission.READ)
    last = request.headers.get("last-event-id", "")
    events = house.events.subscribe(int(last) if last.isascii() and last.isdigit() else None)
    return Stream(
        written(_seen_by(events, house, principal)),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


async def written(
    events: AsyncIterator[Event], keep_alive: float = KEEP_ALIVE_S, longest: float = LONGEST_S
) -> AsyncIterator[str]:
    """Events in the text of server-sent events; comments between them where nothing happens. Seconds."""
    loop = asyncio.get_running_loop()
    end = loop.time() + longest
    coming: asyncio.Task[Event] | None = None
    yield "retry: 2000\n\n"
    try:
        while (left := end - loop.time()) > 0:
            coming = coming or asyncio.ensure_future(anext(events))
            done, _ = await asyncio.wait({coming}, timeout=min(keep_alive, left))
            if not done:
                yield ": nothing new\n\n"
                continue
            try:
                event = coming.result()
            except StopAsyncIteration:
                return
            finally:
                coming = None
            yield f"id: {event.number}\nevent: {event.kind}\ndata: {json.dumps(event.data, ensure_ascii=False)}\n\n"
    finally:
        if coming is not None:
            coming.cancel()
            await asyncio.gather(coming, return_exceptions=True)


async def _seen_by(events: AsyncIterator[Event], house: House, principal: Principal) -> AsyncIterator[Event]:
    async for event in events:
        if not principal.scope or await asyncio.to_thread(_in_scope, event, house, principal):
            yield event


def _in_scope(event: Event, house: House, principal: Principal) -> bool:
    """Somebody limited to some targets hears of those alone."""
    if not event.data:
        return True
    with house.state.read() as tx:
        target = targets.find(tx, str(event.data.get("target", "")))
    return target is not None and principal.sees(target.labels)


handlers = [listen]
