"""``POST /hooks/{system}``: ticket systems tell us of a change. Each signs as its kind does; a token is not needed.

Status: 202 heard; 401 the signature or secret is not right; 404 no such system; 409 a kind that makes no calls; 400 and
413 for what cannot be read.
"""

from dataclasses import dataclass
from typing import Any

from litestar import Controller, Request, post
from litestar.concurrency import sync_to_thread

from collector.api.given import House


@dataclass(frozen=True, slots=True)
class Heard:
    """How many tickets of ours the call was about; they are read at once."""

    tickets: int


class HooksDoor(Controller):
    path = "/hooks"
    tags = ("incidents",)

    @post("/{system:str}", status_code=202)
    async def call(self, house: House, system: str, request: Request[Any, Any, Any]) -> Heard:
        """A ticket system's webhook. What it says is believed when its signature is right."""
        body = await request.body()
        headers = {name.lower(): value for name, value in request.headers.items()}
        return Heard(await sync_to_thread(house.following.hear, system, headers, body))


handlers = [HooksDoor]
