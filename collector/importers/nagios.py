"""Nagios and Icinga: the log files of Nagios 3 and 4, Icinga 1, and of Icinga 2's feature ``compatlog``.

These logs hold changes of state, not looks; they become spans. A failure is dated back to its first soft state, and
soft states that never became hard are none (what Nagios calls SOFT and HARD is our confirmation). While the program
was stopped, all is unknown.
"""

import argparse
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

from collector import replay_lines
from collector.importers import Told
from collector.replay_lines import Entry
from rules.duration import parse_duration
from rules.errors import Invalid
from rules.period import parse_instant
from rules.state import State

SUMMARY = "log files of Nagios, Icinga 1, or Icinga 2's compatlog"

_LINE = re.compile(r"\[(\d{9,11})\] (.*)")
_STATE = re.compile(r"(?:INITIAL|CURRENT) (HOST|SERVICE) STATE|(HOST|SERVICE) ALERT")
_STARTED = re.compile(r"(nagios|icinga)\d? \S+ starting\.\.\.", re.IGNORECASE)
_STOPPED = re.compile(r"Successfully shutdown\.\.\.|Caught SIG\w+, shutting down\.\.\.|Bailing out due to")
_BLOCK = re.compile(r"define host\s*\{(.*?)\n\s*\}", re.DOTALL)

_UP = ("UP", "OK", "RECOVERY")
_STATES = {
    **dict.fromkeys(_UP, State.UP),
    "WARNING": State.DEGRADED,
    "CRITICAL": State.DOWN,
    "DOWN": State.DOWN,
    "UNREACHABLE": State.DOWN,
    "UNKNOWN": State.UNKNOWN,
    "PENDING": State.UNKNOWN,
}

_EARLY = 60_000
"""Downtimes begin up to a turn of Nagios' event queue (ms, amply) before the second that was asked for."""

Host = str
Key = tuple[Host, str]
"""A host and one of its services; "" is the host itself."""


def arrange(parser: argparse.ArgumentParser) -> None:
    """FILE..., the objects, the interval."""
    parser.add_argument("files", nargs="+", metavar="FILE", help="nagios.log and its archives, in any order")
    parser.add_argument(
        "--objects",
        metavar="FILE",
        help="objects.cache (or host definitions): parents, without which UNREACHABLE is unknown",
    )
    parser.add_argument("--interval", metavar="D", default="5m", help="distance of looks; the brackets of edges")
    parser.add_argument("--until", metavar="T", help="how long the last state held (default: the last line)")
    parser.add_argument("--tz", metavar="ZONE", default="Asia/Shanghai", help="zone of --until without one")
    parser.add_argument("--agent", metavar="NAME", default="nagios", help="name of the one who looked")


def entries(arguments: argparse.Namespace, told: Told) -> Iterator[Entry]:
    """Hosts as targets, their services as checks and services of their own, downtimes as windows."""
    interval = parse_duration(arguments.interval)
    parents = _parents(arguments.objects) if arguments.objects else None
    lines = _lines(arguments.files)
    if not lines:
        raise Invalid("No line of a Nagios or Icinga log found: such lines begin with [seconds].")
    until = parse_instant(arguments.until, arguments.tz) if arguments.until else lines[-1][0]
    log = _Log(interval, parents is not None)
    for at, text in lines:
        if at <= until:
            log.line(at, text)
    yield from log.definitions(parents or {}, arguments.agent, until)
    if log.unreachable:
        told(f"UNREACHABLE of {log.unreachable} lines is written as unknown; give --objects to tell it apart.")
    if log.unplanned:
        told(
            f"{log.unplanned} downtimes have no command in these logs that says when they were entered; "
            "without that they count as not approved and change nothing."
        )


@dataclass(slots=True)
class _Turn:
    """From ``at`` on the state was another one, as far as the looks show; ``bracket`` holds the change."""

    at: int
    state: State
    bracket: tuple[int, int]
    detected: int


@dataclass(slots=True)
class _Life:
    """What was said of one host or service."""

    turns: list[_Turn] = field(default_factory=list)
    soft: _Turn | None = None
    """A bad run that is not confirmed."""
    last: int = 0

    def say(self, at: int, state: State, hard: bool, interval: int) -> None:
        """It was found in this state."""
        known = self.turns[-1].state if self.turns else None
        earliest = max(self.last, at - interval) if self.turns else at
        turn = _Turn((earliest + at) // 2, state, (earliest, at), at)
        self.last = at
        if not self.turns:
            settled = hard or state is State.UP
            self.turns.append(turn if settled else _Turn(at, State.UP, (at, at), at))
            self.soft = None if settled else turn
        elif state is known:
            self.soft = None
        elif state is State.UP:
            self.soft = None
            self.turns.append(turn)
        elif not hard:
            self.soft = self.soft or turn
        else:
            begun = self.soft or turn
            self.turns.append(_Turn(begun.at, state, begun.bracket, at))
            self.soft = None


@dataclass(slots=True)
class _Log:
    """The fold of the lines."""

    interval: int
    knows_parents: bool
    lives: dict[Key, _Life] = field(default_factory=dict)
    stopped: list[tuple[int, int]] = field(default_factory=list)
    windows: list[tuple[Key, int, int | None, int | None]] = field(default_factory=list)
    planned: dict[Key, list[tuple[int, int, int]]] = field(default_factory=dict)
    unreachable: int = 0
    unplanned: int = 0
    silent_since: int | None = None
    last: int | None = None

    def line(self, at: int, text: str) -> None:
        """Take one line; what is no matter for states is passed over."""
        if _STARTED.match(text):
            since = self.last if self.silent_since is None else self.silent_since
            if since is not None and since < at:
                self.stopped.append((since, at))
            self.silent_since = None
        elif _STOPPED.match(text):
            self.silent_since = at if self.silent_since is None else self.silent_since
        word, _, rest = text.partition(": ")
        cells = rest.split(";")
        if found := _STATE.fullmatch(word):
            self._state(at, cells, of_host="HOST" in (found[1], found[2]))
        elif word == "HOST DOWNTIME ALERT" and len(cells) >= 2:
            self._downtime(at, (cells[0], ""), cells[1])
        elif word == "SERVICE DOWNTIME ALERT" and len(cells) >= 3:
            self._downtime(at, (cells[0], cells[1]), cells[2])
        elif word == "EXTERNAL COMMAND":
            self._command(at, cells)
        self.last = at

    def _state(self, at: int, cells: Sequence[str], of_host: bool) -> None:
        key: Key = (cells[0], "") if of_host else (cells[0], cells[1] if len(cells) > 1 else "")
        state, hard = (cells[1:3] if of_host else cells[2:4]) or ("", "")
        if state not in _STATES:
            return
        meant = _STATES[state]
        if state == "UNREACHABLE" and not self.knows_parents:
            self.unreachable += 1
            meant = State.UNKNOWN
        self.lives.setdefault(key, _Life()).say(at, meant, hard == "HARD", self.interval)

    def _downtime(self, at: int, key: Key, word: str) -> None:
        if word == "STARTED":
            self.windows.append((key, at, None, self._entered(key, at)))
            return
        for index in range(len(self.windows) - 1, -1, -1):
            known, start, end, entered = self.windows[index]
            if known == key and end is None:
                self.windows[index] = (key, start, at, entered)
                break

    def _command(self, at: int, cells: Sequence[str]) -> None:
        kind = cells[0].strip()
        where = {"SCHEDULE_HOST_DOWNTIME": 2, "SCHEDULE_SVC_DOWNTIME": 3}.get(kind)
        if where and len(cells) > where + 1 and cells[where].isdecimal() and cells[where + 1].isdecimal():
            key: Key = (cells[1], cells[2] if where == 3 else "")
            self.planned.setdefault(key, []).append((at, int(cells[where]) * 1000, int(cells[where + 1]) * 1000))

    def _entered(self, key: Key, at: int) -> int | None:
        """When the downtime that begins at ``at`` was entered, as the latest command says that covers it."""
        known = [
            entered
            for entered, start, end in self.planned.get(key, ())
            if start - _EARLY <= at <= end and entered <= at
        ]
        return max(known, default=None)

    def definitions(self, parents: dict[Host, list[Host]], agent: str, until: int) -> Iterator[Entry]:
        """All that the lines amount to, up to ``until``."""
        if self.silent_since is not None and self.silent_since < until:
            self.stopped.append((self.silent_since, until))
        hosts = sorted({host for host, _ in self.lives})
        for host in hosts:
            entry = replay_lines.target(host, "host")
            known = [name for name in parents.get(host, []) if name in hosts]
            if known:
                entry["target"]["parents"] = known
            yield entry
        for (host, service), life in sorted(self.lives.items()):
            key = f"{host}/{service or 'host'}"
            yield replay_lines.check(key, host, "service" if service else "host", self.interval, vital=not service)
            if service:
                yield {"service": {"name": f"{host}: {service}", "needs": {"all_of": [key]}}}
            yield from self._spans(key, agent, life, until)
        yield from self._maintained(until)

    def _spans(self, key: str, agent: str, life: _Life, until: int) -> Iterator[Entry]:
        end = _Turn(until, State.UNKNOWN, (until, until), until)
        for turn, following in pairwise([*life.turns, end]):
            for start, stop in _without(turn.at, min(following.at, until), self.stopped):
                yield replay_lines.span(
                    key,
                    agent,
                    start,
                    stop,
                    turn.state,
                    turn.bracket if start == turn.at else None,
                    following.bracket if stop == following.at else None,
                    turn.detected if start == turn.at else None,
                )

    def _maintained(self, until: int) -> Iterator[Entry]:
        for (host, service), start, end, entered in self.windows:
            if entered is None:
                self.unplanned += 1
            # Entered to begin at once: what was approved first begins just after.
            begin = start if entered is None or entered < start else entered + 1
            stop = until if end is None else end
            if begin < stop:
                name = f"{host}: {service}" if service else host
                yield replay_lines.maintenance([name], begin, stop, entered, "downtime in Nagios")


def _without(start: int, end: int, holes: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """[start, end) less the holes, which are in order."""
    for begin, finish in holes:
        if start < begin < end:
            yield start, begin
        if begin < end and finish > start:
            start = max(start, finish)
    if start < end:
        yield start, end


def _lines(names: Sequence[str]) -> list[tuple[int, str]]:
    """All lines of all files, by time; repeats within one second keep their order."""
    found: list[tuple[int, str]] = []
    for name in names:
        try:
            content = Path(name).read_text(encoding="utf-8", errors="replace")
        except OSError as trouble:
            raise Invalid(f"{name} cannot be read: {trouble.strerror}.") from trouble
        for line in content.splitlines():
            matched = _LINE.match(line)
            if matched:
                found.append((int(matched[1]) * 1000, matched[2].strip()))
    found.sort(key=lambda line: line[0])
    return found


def _parents(name: str) -> dict[Host, list[Host]]:
    """The parents of each host in definitions such as those of objects.cache."""
    try:
        content = Path(name).read_text(encoding="utf-8", errors="replace")
    except OSError as trouble:
        raise Invalid(f"{name} cannot be read: {trouble.strerror}.") from trouble
    found = {}
    for block in _BLOCK.findall(content):
        keys = dict(line.strip().split(None, 1) for line in block.splitlines() if len(line.split(None, 1)) == 2)
        if "host_name" in keys:
            found[keys["host_name"].strip()] = [
                one.strip() for one in keys.get("parents", "").split(",") if one.strip()
            ]
    if not found:
        raise Invalid(f"{name} holds no definition of a host.")
    return found
