"""What the journeys need of a real ticket system: an address for Nineward, and somebody who works there."""

import contextlib
import http.client
import json
import os
import subprocess
import tomllib
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from tests.journeys.lab import Lab

HERE = "127.0.0.1"
END_WITHIN_S = 20
SETS_UP_WITHIN_S = 240


class Desk(ABC):
    """A running ticket system with an empty queue. ``alice`` works there; Nineward has an account of its own."""

    port: int
    """Where it listens."""

    RESOLVED: str
    """What the system calls a ticket whose fault is over."""

    @property
    @abstractmethod
    def settings(self) -> str:
        """The lines of ``[tickets.desk]`` that tell Nineward what and where it is."""

    @property
    def table(self) -> dict[str, Any]:
        """The same as a table."""
        return tomllib.loads(self.settings)

    @property
    @abstractmethod
    def environment(self) -> Mapping[str, str]:
        """The environment variables that hold the secrets named there."""

    @abstractmethod
    def tickets(self) -> list[str]:
        """The ids of all tickets there are."""

    @abstractmethod
    def take(self, ticket: str) -> int:
        """Alice takes a ticket; the system's own date of that (ms UTC)."""

    @abstractmethod
    def begin(self, ticket: str) -> None:
        """Alice begins to work."""

    @abstractmethod
    def say(self, ticket: str, text: str) -> None:
        """Alice comments."""

    @abstractmethod
    def status(self, ticket: str) -> str:
        """The system's own word for where a ticket stands."""

    @abstractmethod
    def texts(self, ticket: str) -> list[str]:
        """Title, description and comments of a ticket, as alice sees them."""


def asked(lab: Lab, port: int, method: str, path: str, headers: Mapping[str, str], body: Any = None) -> tuple[int, str]:
    """One HTTP request into the journeys' network: status and text."""
    connection = http.client.HTTPConnection(HERE, port, timeout=30)
    with contextlib.closing(connection):
        connection.sock = lab.connection(HERE, port)
        told = {"Content-Type": "application/json", "Connection": "close", **headers}
        connection.request(method, path, None if body is None else json.dumps(body).encode(), told)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()


def carried(
    lab: Lab, port: int, method: str, path: str, query: dict[str, str], headers: dict[str, str], body: bytes
) -> tuple[int, dict[str, str], bytes]:
    """One request of an adapter, carried into the journeys' network as it is: status, headers and body."""
    connection = http.client.HTTPConnection(HERE, port, timeout=30)
    with contextlib.closing(connection):
        connection.sock = lab.connection(HERE, port)
        address = quote(path) + ("?" + urlencode(query) if query else "")
        connection.request(method, address, body or None, {**headers, "connection": "close"})
        answer = connection.getresponse()
        text = answer.read()
        return answer.status, {"Content-Type": answer.headers.get("Content-Type", "")}, text


def set_up(command: tuple[str, ...], folder: Path, environment: Mapping[str, str]) -> str:
    """Run a command of a server's set-up and give its output; a failure shows all that was said."""
    done = subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=SETS_UP_WITHIN_S,
        check=False,
    )
    assert done.returncode == 0, f"{' '.join(command)} gave {done.returncode}: {done.stdout}{done.stderr}"
    return done.stdout


@contextlib.contextmanager
def serving(lab: Lab, command: tuple[str, ...], folder: Path, environment: Mapping[str, str]) -> Iterator[None]:
    """A server inside the journeys' network while the block runs, ended by its id."""
    with (folder / "output.log").open("ab") as log:
        process = subprocess.Popen(
            lab.inside(*command),
            cwd=folder,
            env={**os.environ, **environment},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
        try:
            yield
        finally:
            process.terminate()
            try:
                process.wait(END_WITHIN_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
