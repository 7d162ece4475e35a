"""A real house behind its real doors, with a clock that is given, and browsers without a screen."""

import asyncio
import contextlib
import socket
import threading
import time
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests
import uvicorn

from collector.api import build
from collector.app import House, open_house
from collector.settings import Settings
from collector.specs import JoinSpec, JoinTokenSpec, PersonSpec, TargetSpec
from collector.store import checks, targets
from collector.store.agents import Agent
from collector.store.people import Person
from collector.store.targets import Target
from rules.result import Outcome, Reading, Result
from rules.wire import Header, encode
from tests.collector.rooms import ADMIN, START, GivenClock

MINUTE = 60_000
PASSWORD = "correct horse battery"


@dataclass
class Town:
    """A house with one agent, and its address."""

    house: House
    clock: GivenClock
    url: str
    agent: Agent
    token: str
    sent: int = 0

    def watch(self, name: str, address: str, **fields: object) -> Target:
        """Add a target."""
        return self.house.registry.add_target(TargetSpec(name, address, **fields), ADMIN)  # type: ignore[arg-type]

    def tell(self, target: Target, *outcomes: Outcome, text: str = "", kind: str = "ping") -> None:
        """Let the agent report one look a minute at the target, the last one now; decided when this returns."""
        with self.house.state.read() as tx:
            check = next(check for check in checks.of_target(tx, target.id) if check.kind == kind)
        now = self.clock.at
        results = [
            Result(check.handle, MINUTE, -1, now - MINUTE * age, Reading(outcome, {"rtt_us": 900}, text))
            for age, outcome in zip(range(len(outcomes) - 1, -1, -1), outcomes, strict=True)
        ]
        header = Header(
            self.agent.id,
            "b1",
            self.sent + 1,
            sent_mono=float(now),
            sent_wall=now,
            machine_boot="m1",
            health={"queue": 0, "skipped": 0, "cpu_s": now / 1_000_000, "rss_bytes": 30 << 20, "clock_offset_ms": 12},
        )
        self.sent += len(results)
        answer = requests.post(
            f"{self.url}/api/v1/batches",
            zlib.compress(encode(header, results)),
            headers={"Authorization": f"Bearer {self.token}", "Content-Encoding": "deflate"},
            timeout=20,
        )
        assert answer.status_code == 200, answer.text
        self.wait_until_recorded()
        self.house.incidents.step(now)

    def in_service(self, name: str, address: str, **fields: object) -> Target:
        """Add a target that has been up for ten minutes."""
        target = self.watch(name, address, **fields)
        self.begin_service(target, self.clock.at - 10 * MINUTE)
        self.tell(target, *[Outcome.OK] * 10)
        self.wait_until_recorded()
        return target

    def begin_service(self, target: Target, at: int) -> None:
        """Put a target into service as its first good answer would, and wait until that shows."""
        self.house.registry.begin_service(target.id, at)
        deadline = time.monotonic() + 10
        pending = True
        while pending:
            assert time.monotonic() < deadline, "the target did not come into service"
            with self.house.state.read() as tx:
                pending = targets.get(tx, target.id).pending

    def wait_until_recorded(self) -> None:
        """Until the state reflects all that was recorded."""
        assert self.house.fold.wait_for(self.house.log.head()[0])


class Browser(requests.Session):
    """A browser that stays on one collector and sends what browsers send."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self.url = url
        self.headers.update({"Origin": url, "Accept-Language": "en"})
        self.trust_env = False

    def request(self, method: str | bytes, path: str | bytes, *args: object, **more: object) -> requests.Response:  # type: ignore[override]
        """A request for a path of the collector; redirects are answers, not followed."""
        more["allow_redirects"] = False
        more.setdefault("timeout", 20)
        return super().request(method, f"{self.url}{path!s}", *args, **more)  # type: ignore[arg-type]


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    clock = GivenClock(START)
    settings = Settings(key=tmp_path / "key").at(tmp_path / "data")
    with open_house(settings, clock) as house:
        text = house.registry.agents.new_join_token(JoinTokenSpec(), ADMIN)[1]
        spec = JoinSpec(text, name="hub", hostname="hub.example", machine_id="m1", kinds=("ping", "cpu", "http"))
        joined = house.registry.agents.join(spec, "127.0.0.1")
        # Decisions are taken when a test says so: its clock leaps, and an agent would seem silent in between.
        house.incidents.stop()
        house.incidents.prepare()
        with _serving(house) as port:
            yield Town(house, clock, f"http://127.0.0.1:{port}", joined.agent, joined.token)


@contextlib.contextmanager
def _serving(house: House) -> Iterator[int]:
    """The house's doors on a free port of loopback."""
    application = build(house)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        config = uvicorn.Config(
            application,
            ws="none",
            lifespan="off",
            log_config=None,
            timeout_graceful_shutdown=2,
        )
        server = uvicorn.Server(config)
        thread = threading.Thread(target=lambda: asyncio.run(server.serve(sockets=[listener])))
        thread.start()
        try:
            yield int(listener.getsockname()[1])
        finally:
            house.events.close()
            server.should_exit = True
            thread.join()


def enrolled(town: Town, name: str, role: str, scope: dict[str, str] | None = None) -> Person:
    """Somebody with a password."""
    added = town.house.registry.people.add(PersonSpec(name, role, scope or {}), ADMIN)
    town.house.access.set_password(added.id, PASSWORD)
    return added


def person(town: Town, name: str, role: str, scope: dict[str, str] | None = None) -> Browser:
    """A browser in which somebody has signed in."""
    link = town.house.access.new_link(enrolled(town, name, role, scope).id)
    browser = Browser(town.url)
    answer = browser.post("/sign-in", data={"link": link, "back": "/"})
    assert answer.status_code == 303
    return browser


@pytest.fixture
def admin(town: Town) -> Iterator[Browser]:
    with person(town, "ling", "admin") as browser:
        yield browser


@pytest.fixture
def stranger(town: Town) -> Iterator[Browser]:
    with Browser(town.url) as browser:
        yield browser
