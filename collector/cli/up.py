"""``nineward up``: the collector and this machine's agent as one process tree, with a way in for the new user."""

import argparse
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from types import FrameType

from collector.clock import Clock
from collector.supervise import Child, watch
from rules.errors import NinewardError, Unavailable

SUMMARY = "start the collector and this machine's agent"

READY_WITHIN_S = 60.0
AGENT_STOPS_WITHIN_S = 15.0
COLLECTOR_STOPS_WITHIN_S = 30.0


def arrange(parser: argparse.ArgumentParser) -> None:
    """Add the options and name the runner."""
    parser.add_argument(
        "--listen", metavar="ADDRESS", help="address to listen on; beyond loopback only HTTPS is spoken"
    )
    parser.add_argument("--port", type=int, metavar="N", help="TCP port of pages, API and agents (default 8440)")
    parser.add_argument("--wheels", metavar="DIR", help="folder of wheels from which other machines install the agent")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Start both, wait until both are up, print the way in, and keep them running until a signal ends it."""
    from collector.client import listening
    from collector.local_socket import SOCKET
    from collector.settings import default_data

    data = Path(arguments.data) if arguments.data else default_data()
    if listening(data / SOCKET):
        raise Unavailable(f"A collector is already running on {data}.")
    clock = Clock()
    stopping: list[int] = []

    def stop(number: int, _frame: FrameType | None) -> None:
        stopping.append(number)

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stop)
    collector = Child("collector", _collector_command(arguments, data), say)
    agent = Child("agent", (sys.executable, "-m", "agent", "run", "--config", str(_agent_settings(data))), say)
    collector.start(clock.monotonic())
    if (code := _wait(collector, data / SOCKET, stopping)) is not None:
        return code
    try:
        if not stopping:
            _welcome(data)
            agent.start(clock.monotonic())
            watch((collector, agent), lambda: bool(stopping), clock)
    finally:
        say("Stopping …")
        agent.stop(AGENT_STOPS_WITHIN_S)
        collector.stop(COLLECTOR_STOPS_WITHIN_S)
    say("Stopped. Everything is on disk; start again with the same command.")
    return 0


def say(line: str) -> None:
    """One line for the person at the terminal, at once."""
    print(line, flush=True)


def _collector_command(arguments: argparse.Namespace, data: Path) -> tuple[str, ...]:
    given = [(f"--{name}", getattr(arguments, name)) for name in ("listen", "port", "wheels")]
    options = [word for option, value in given if value is not None for word in (option, str(value))]
    return (sys.executable, "-m", "collector.cli", "--data", str(data), "collector", "run", *options)


def _agent_settings(data: Path) -> Path:
    return data / "agent" / "agent.toml"


def _wait(collector: Child, path: Path, stopping: list[int]) -> int | None:
    """Wait until the collector answers. When it ends instead, which it has told itself: its exit code."""
    from collector.client import listening

    clock = Clock()
    deadline = clock.monotonic() + READY_WITHIN_S
    while not stopping and not listening(path):
        process = collector.process
        if process is not None and (code := process.poll()) is not None:
            return code
        if clock.monotonic() > deadline:
            collector.stop(COLLECTOR_STOPS_WITHIN_S)
            raise Unavailable(f"The collector did not answer within {READY_WITHIN_S:g} s.")
        time.sleep(0.05)
    return None


def _welcome(data: Path) -> None:
    """Enrol this machine once, and print where the pages are."""
    from collector.client import Client
    from collector.local_socket import SOCKET

    client = Client(socket_path=data / SOCKET)
    try:
        place = client.get("place")
        if not (data / "agent" / "identity.json").exists():
            token = client.post("agents/join-tokens", {"uses": 1, "ttl": "10m"})["token"]
            _join(place["url"], token, data)
        link = client.post("sign-in-links")["url"]
    finally:
        client.close()
    say(f"Nineward is running.\n\n  Pages    {place['url']}\n  Sign in  {link}   (works once)\n  Data     {data}\n")
    say("Another way in later: nineward user link.  Ctrl-C stops everything; nothing is lost.")


def _join(url: str, token: str, data: Path) -> None:
    command = [sys.executable, "-m", "agent", "join", url, "--token", token, "--name", socket.gethostname()]
    done = subprocess.run(
        [*command, "--config", str(_agent_settings(data))], capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise NinewardError(f"This machine's agent could not join: {done.stderr.strip()}")
