"""A collector's core and nothing else: the batches door, intake and fold, on made-up checks. Measured, and killed.

``python -m benchmarks.core FOLDER CHECKS AGENTS`` serves it on a free port of 127.0.0.1 and prints the port.
"""

import contextlib
import json
import os
import resource
import socket
import sqlite3
import sys
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from collector.api.batches import BatchesDoor, Receive, Send
from collector.clock import Clock
from collector.fold import Fold
from collector.intake import AgentIdentity, Intake
from collector.live import Live, Terms
from collector.store.log import Log
from collector.store.state import State
from collector.tracks import Tracks
from rules.parameters import CheckParameters

CHECKS_A_TARGET = 5

Terming = Callable[[sqlite3.Connection, Iterable[int]], Mapping[int, Terms | None]]


def made_up(checks: int, parameters: CheckParameters) -> Terming:
    """Terms of checks 1…``checks``, five to a target."""

    def terms(tx: sqlite3.Connection, handles: Iterable[int]) -> Mapping[int, Terms | None]:
        return {
            handle: Terms(f"t_{handle // CHECKS_A_TARGET}", parameters) if handle <= checks else None
            for handle in handles
        }

    return terms


class Core:
    """The rooms a batch goes through, on one folder."""

    def __init__(self, folder: Path, terms: Terming, now: Callable[[], int] | None = None) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.log = Log(folder / "log")
        self.state = State(folder / "state.db")
        self.live = Live(folder / "live.npz")
        self.fold = Fold(self.log, self.state, self.live, terms)
        self.intake = Intake(self.log, self.fold, now or Clock().now)
        self.tracks = Tracks(self.log, self.state, self.live)

    def fold_all(self) -> None:
        """Fold to the log's end in this thread."""
        while self.fold.step():
            pass

    @contextlib.contextmanager
    def running(self) -> Iterator[None]:
        """Both threads at work."""
        self.fold.start()
        self.intake.start()
        try:
            yield
        finally:
            self.intake.stop()
            self.fold.stop()

    def close(self) -> None:
        """Close the files."""
        self.log.close()
        self.state.close()


def token(agent: int) -> str:
    """The token of a made-up agent."""
    return f"token-of-agent-{agent}"


def identity(agent: int) -> AgentIdentity:
    """The identity of a made-up agent."""
    return AgentIdentity(f"a_{agent:016d}", agent)


def application(core: Core, agents: int) -> Callable[[Any, Receive, Send], Awaitable[None]]:
    """The door, and ``GET /`` that tells how far the core is and what it has used."""
    known = {token(agent): identity(agent) for agent in range(1, agents + 1)}
    door = BatchesDoor(core.intake, known.get, Clock().now)

    async def answer(scope: Any, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            raise NotImplementedError(scope["type"])
        if scope["method"] == "POST":
            await door(scope, receive, send)
            return
        used = resource.getrusage(resource.RUSAGE_SELF)
        told = {
            "logged": core.log.head()[0],
            "folded": core.fold.position,
            "waiting": core.fold.waiting,
            "cpu_s": used.ru_utime + used.ru_stime,
            "rss_mib": used.ru_maxrss / 1024,
        }
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": json.dumps(told).encode()})

    return answer


def serve(folder: Path, checks: int, agents: int, tell: Callable[[int], None]) -> None:
    """Serve until a signal ends it; ``tell`` is given the port first."""
    import uvicorn

    core = Core(folder, made_up(checks, CheckParameters()))
    listener = socket.create_server(("127.0.0.1", 0), backlog=512)
    settings = uvicorn.Config(
        application(core, agents),
        log_level="warning",
        access_log=False,
        lifespan="off",
        loop="uvloop",
        http="httptools",
    )
    with core.running():
        tell(listener.getsockname()[1])
        uvicorn.Server(settings).run(sockets=[listener])
    core.close()


if __name__ == "__main__":
    if core := os.environ.get("NINEWARD_BENCH_CORE"):
        os.sched_setaffinity(0, {int(core)})
    serve(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), lambda port: print(port, flush=True))
