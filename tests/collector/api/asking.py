"""A whole house behind its real application, asked without a network: for tests of the doors."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from litestar.types import ASGIApp

from collector.access import local
from collector.api import build
from collector.app import House, open_house
from collector.settings import Settings
from collector.specs import PersonSpec, TokenSpec
from tests.collector.rooms import GivenClock

SETTLER = local("test")


@dataclass
class Door:
    """Asks one application as somebody; by default as the local administrator."""

    house: House
    clock: GivenClock
    _made: dict[bool, ASGIApp] = field(default_factory=dict)

    def ask(self, method: str, path: str, body: Any = None, **more: Any) -> httpx.Response:
        """One request on the local socket's application. ``content`` instead of ``body`` sends bytes as they are."""
        return self._ask(True, method, path, body, more)

    def ask_as(self, token: str, method: str, path: str, body: Any = None, **more: Any) -> httpx.Response:
        """One request over the network's application with a bearer token; an empty one sends none."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return self._ask(False, method, path, body, {"headers": {**headers, **more.pop("headers", {})}, **more})

    def ok(self, method: str, path: str, body: Any = None) -> Any:
        """The answer's JSON, of a request that must succeed."""
        answer = self.ask(method, path, body)
        assert answer.is_success, answer.text
        return answer.json() if answer.content else None

    def token(self, role: str, **scope: str) -> str:
        """A new API token in a role."""
        name = f"{role}-{len(scope)}-{self.house.log.head()[0]}"
        return self.house.registry.people.new_token(TokenSpec(name, role, scope), SETTLER)[1]

    def session(self, name: str, role: str) -> str:
        """The session of a new person who has just signed in."""
        person = self.house.registry.people.add(PersonSpec(name, role), SETTLER)
        return self.house.access.follow_link(self.house.access.new_link(person.id))

    def _ask(self, on_socket: bool, method: str, path: str, body: Any, more: dict[str, Any]) -> httpx.Response:
        if on_socket not in self._made:
            self._made[on_socket] = build(self.house, local=on_socket)
        application: Any = self._made[on_socket]

        async def go() -> httpx.Response:
            transport = httpx.ASGITransport(application, raise_app_exceptions=False)
            async with httpx.AsyncClient(transport=transport, base_url="http://collector.test") as client:
                full = path if path.startswith("/") else f"/api/v1/{path}"
                return await client.request(method, full, **({} if body is None else {"json": body}), **more)

        return asyncio.run(go())


@contextmanager
def door(folder: Path, settings: Settings | None = None) -> Iterator[Door]:
    """A house on a folder, and its doors."""
    clock = GivenClock()
    found = (settings or Settings(key=folder / "key")).at(folder / "data")
    with open_house(found, clock) as house:
        yield Door(house, clock)
