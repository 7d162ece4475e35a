"""A plugin of the Nagios kind, run as a child process.

The collector can never make an agent run a command of its choice. Which commands there are, each with all its
arguments, stands in agent.toml; the plan picks one by name and gives typed values for the places left open. There is
no shell. The file must belong to root or the agent's own user, and nobody else may write it or its folder.
"""

import asyncio
import os
import pwd
import re
import signal
import stat
import string
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from agent.nagios import MOST_OUTPUT, Output, Status, metric, parse_output, status
from agent.probes.probe import REQUIRED, Probe, Subject, option
from rules.errors import Invalid
from rules.result import Outcome, Reading
from rules.settings import read

_MOST_VALUES = 200
_MOST_TEXT = 500

_TYPES = {
    "int": re.compile(r"-?\d{1,18}"),
    "number": re.compile(r"-?\d{1,18}(\.\d{1,18})?"),
    "percent": re.compile(r"\d{1,3}(\.\d{1,6})?%?"),
    "word": re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.:@+-]{0,254}"),
    "host": re.compile(r"[A-Za-z0-9_\[:][A-Za-z0-9_.:%\[\]-]{0,254}"),
    "path": re.compile(r"/[A-Za-z0-9_./ +@-]{0,1023}"),
    "range": re.compile(r"@?[~0-9.:-]{1,64}"),
}
"""What a value of each type may look like. None can begin like an option, except negative numbers."""


@dataclass(frozen=True, slots=True)
class Options:
    command: str = option(REQUIRED, "name of a command in agent.toml, [probes.plugin.commands.NAME]")
    values: tuple[str, ...] = option((), 'values for the places the command leaves open, each as "name=value"')
    critical: str = option("failed", "what CRITICAL (2) means", choices=("failed", "degraded"))


@dataclass(frozen=True, slots=True)
class Command:
    """One command of agent.toml. ``values`` names the type of each place; ``{address}`` needs none.

    ``user`` is who runs it when the agent is root; ``environment`` is all it gets beside PATH, HOME and LC_ALL.
    """

    command: list[str]
    values: dict[str, str] = field(default_factory=dict)
    user: str = "nobody"
    environment: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Local:
    """The table [probes.plugin] of agent.toml."""

    commands: dict[str, Command] = field(default_factory=dict)


class Unusable(Exception):
    """The command cannot be run as it stands; the message says why."""


def fill(command: Command, given: Mapping[str, str], address: str) -> list[str]:
    """The argument list: every ``{name}`` of the template replaced, each argument staying one argument.

    Raises Unusable for a value that is missing, unknown, or not of its type.
    """
    known = {**command.values, "address": "host"}
    values = dict(given)
    if address:
        values.setdefault("address", address)
    for name, value in values.items():
        if name not in known:
            raise Unusable(f"the command has no place for {name!r}")
        pattern = _TYPES.get(known[name])
        if pattern is None:
            raise Unusable(f"{name}: there is no type {known[name]!r}, only {', '.join(_TYPES)}")
        if not pattern.fullmatch(value) or (known[name] == "path" and ".." in value):
            raise Unusable(f"{name}: {value[:60]!r} is no {known[name]}")
    try:
        return [string.Formatter().vformat(part, (), _Places(values)) for part in command.command]
    except (ValueError, IndexError, AttributeError) as wrong:
        raise Unusable(f"the template cannot be read: {wrong}") from wrong


class _Places(dict[str, Any]):
    def __missing__(self, name: str) -> str:
        raise Unusable(f"the command needs a value for {name!r}")


def check_file(path: Path, me: int) -> None:
    """Raise Unusable unless only root and the agent's user (uid ``me``) can change that file or swap it for another.

    The file is what the path leads to; of the folders above, each must be theirs too, or sticky like /tmp.
    """
    if not path.is_absolute():
        raise Unusable(f"{path}: the command must be given with its whole path")
    try:
        real = path.resolve(strict=True)
        found = real.stat()
        folders = [(folder, folder.stat()) for folder in (*real.parents, *path.parents)]
    except OSError as trouble:
        raise Unusable(f"{path}: {os.strerror(trouble.errno or 0).lower()}") from trouble
    if not stat.S_ISREG(found.st_mode):
        raise Unusable(f"{path} is no file")
    if found.st_uid not in (0, me):
        raise Unusable(f"{path} belongs neither to root nor to the agent's user")
    if found.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise Unusable(f"{path} can be written by others")
    for folder, holder in folders:
        loose = holder.st_mode & (stat.S_IWGRP | stat.S_IWOTH) and not holder.st_mode & stat.S_ISVTX
        if holder.st_uid not in (0, me) or loose:
            raise Unusable(f"{path}: others can write to {folder}")


def reading(code: int, output: Output, critical: Outcome) -> Reading:
    """The Reading of a plugin that ended by itself with that code.

    WARNING is degraded, UNKNOWN means it could not look; a code outside 0 to 3 is UNKNOWN with the code in the text.
    """
    said = status(code)
    outcome = {
        Status.OK: Outcome.OK,
        Status.WARNING: Outcome.DEGRADED,
        Status.CRITICAL: critical,
        Status.UNKNOWN: Outcome.ERROR,
    }[said]
    values = dict(list(filter(None, map(metric, output.data)))[:_MOST_VALUES])
    text = output.text
    if not 0 <= code <= 3:
        how = f"killed by signal {-code}" if code < 0 else f"exit code {code}"
        text = f"{how}: {text}" if text else how
    return Reading(outcome, values, text[:_MOST_TEXT])


class Plugin(Probe):
    """Runs its command, and at the deadline ends it with everything it started."""

    shape = Options

    async def look(self, subject: Subject, deadline_s: float) -> Reading:
        options: Options = self.options
        try:
            command = self._command(options.command)
            arguments = fill(command, _pairs(options.values), subject.address)
            check_file(Path(arguments[0]), os.geteuid())
            identity = _identity(command.user)
        except Unusable as wrong:
            return Reading(Outcome.ERROR, text=f"{options.command}: {wrong}")
        self.log(f"running {arguments!r}")
        environment = {"PATH": os.defpath, "LC_ALL": "C.UTF-8", "HOME": "/", **command.environment}
        try:
            child = await asyncio.create_subprocess_exec(
                *arguments,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
                env=environment,
                cwd="/",
                start_new_session=True,
                **identity,
            )
        except OSError as trouble:
            return Reading(Outcome.ERROR, text=f"{options.command}: {os.strerror(trouble.errno or 0).lower()}")
        critical = Outcome(options.critical)
        try:
            async with asyncio.timeout(deadline_s):
                out, err = await asyncio.gather(_read(child.stdout), _read(child.stderr))
                code = await child.wait()
        except TimeoutError:
            return Reading(critical, text=f"no answer within {deadline_s:g} s")
        finally:
            await _end(child)
        if err.strip():
            self.log(f"standard error: {err[:500].decode('utf-8', 'replace').strip()}")
        self.log(f"exit code {code}, {len(out)} bytes")
        return reading(code, parse_output(out), critical)

    def _command(self, name: str) -> Command:
        try:
            commands = read(Local, self.local, "agent.toml, [probes.plugin]").commands
        except Invalid as wrong:
            raise Unusable(str(wrong)) from wrong
        if name not in commands:
            raise Unusable("agent.toml has no command of this name")
        if not commands[name].command:
            raise Unusable("its command is empty")
        return commands[name]


def _pairs(values: tuple[str, ...]) -> dict[str, str]:
    pairs = {}
    for value in values:
        name, sign, given = value.partition("=")
        if not sign:
            raise Unusable(f"expected name=value, found {value!r}")
        pairs[name.strip()] = given.strip()
    return pairs


def _identity(user: str) -> dict[str, Any]:
    """How a child of root becomes somebody else; nothing when the agent is nobody special itself."""
    if os.geteuid() != 0:
        return {}
    try:
        person = pwd.getpwnam(user)
    except KeyError as unknown:
        raise Unusable(f"there is no user {user!r} on this machine") from unknown
    return {"user": person.pw_uid, "group": person.pw_gid, "extra_groups": []}


async def _read(stream: asyncio.StreamReader | None) -> bytes:
    """Everything until the end, of which the first 64 KiB are kept: a plugin must not block on a full pipe."""
    kept = b""
    while stream is not None and (part := await stream.read(65536)):
        kept += part[: MOST_OUTPUT - len(kept)]
    return kept


async def _end(child: asyncio.subprocess.Process) -> None:
    """End the child and all it started that stayed in its session's group, and take its exit code."""
    # A child that became another user by itself (setuid) may be out of our reach; it is not waited for.
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, signal.SIGKILL)
    with suppress(TimeoutError):
        async with asyncio.timeout(1):
            await child.wait()
