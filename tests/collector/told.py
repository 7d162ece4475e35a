"""A small world whose people are told: routes, channels that remember what they got, and given time."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from collector.notices import Line
from collector.notices.channel import Channel, Manner, Message
from collector.noticing import Noticing
from collector.remote.telling import RemoteError
from collector.routing import Routing
from collector.store import notices
from collector.store.notices import Delivery
from tests.collector.watch import URGENT, World
from tests.collector.watch import world as open_world


class Board(Channel):
    """A channel that remembers what it was given; ``trouble`` is raised instead of the next answers."""

    def __init__(self) -> None:
        self.got: list[Message] = []
        self.at: list[int] = []
        self.trouble: list[RemoteError] = []
        self.deaf: list[RemoteError] = []
        self.now = 0

    def send(self, message: Message) -> str:
        if self.trouble:
            raise self.trouble.pop(0)
        self.got.append(message)
        self.at.append(self.now)
        if self.deaf:
            raise self.deaf.pop(0)
        return f"taken as number {len(self.got)}"

    def preview(self, message: Message) -> str:
        return message.title

    def events(self) -> list[str]:
        """What was told, entry by entry."""
        return [entry["event"] for message in self.got for entry in message.entries]


@dataclass
class Told:
    """The world, and who hears of it."""

    world: World
    noticing: Noticing
    routing: Routing
    boards: Mapping[str, Board]
    lines: Mapping[str, Line] = field(default_factory=dict)

    @property
    def board(self) -> Board:
        (only,) = self.boards.values()
        return only

    def run(self, seconds: int) -> None:
        """Let time pass; people are told every second."""
        for _ in range(seconds):
            self.world.run(1)
            self.tell()

    def wait(self, seconds: int) -> None:
        """Let time pass in which nothing happens but that people are told."""
        for _ in range(seconds):
            self.world.rooms.clock.at += 1_000
            self.tell()

    def tell(self) -> None:
        """One turn of routing and sending."""
        now = self.world.now
        while self.noticing.route(self.routing, now):
            pass
        for name, board in self.boards.items():
            board.now = now
            while self.noticing.deliver(name, self.lines[name], now):
                pass

    def deliveries(self, incident: str) -> list[Delivery]:
        with self.world.rooms.state.read() as tx:
            return notices.deliveries(tx, incident)


@contextmanager
def told(
    folder: Path, *, manners: Mapping[str, Manner] | None = None, limit: int = 20, **settings: Any
) -> Iterator[Told]:
    """A world with channels by name (``ops``, unless ``manners`` names others); ``settings`` are those of routes."""
    with open_world(folder) as world:
        told_in = manners or {"ops": Manner()}
        lines = {name: Line(Board(), manner, manner.limit or limit) for name, manner in told_in.items()}
        whole = replace(
            world.rooms.settings, public_url="https://watch.example", notices={name: {} for name in told_in}, **settings
        ).at(world.rooms.settings.data)
        noticing = Noticing(world.rooms.state, world.rooms.fold, world.rooms.clock, whole, lambda: 0.0)
        routing = Routing(whole, told_in)
        boards = {name: line.channel for name, line in lines.items() if isinstance(line.channel, Board)}
        yield Told(world, noticing, routing, boards, lines)


def furnish(told: Told) -> Told:
    """One agent that looks at core-1."""
    told.world.join("a1")
    told.world.add("core-1", **URGENT)
    told.run(20)
    return told


def fail(told: Told, seconds: int = 15) -> None:
    """core-1 dies."""
    told.world.fail("core-1")
    told.run(seconds)


def news(told: Told, count: int, priority: str = "general", start: int = 0) -> None:
    """Put down news of made-up incidents, as decisions do."""
    with told.world.rooms.state.write() as tx:
        for number in range(start, start + count):
            incident = {"number": f"INC-2026-{number:06}", "priority": priority, "summary": f"fault {number}"}
            target = {"id": f"t{number}", "name": f"h{number}", "kind": "host", "labels": {"rack": str(number)}}
            facts = {"incident": incident, "text": "down", "target": target, "key": f"k{number}"}
            now = told.world.now
            notices.add_news(tx, notices.News(f"{number:06}", f"i{number}", "opened", now, now, facts))
