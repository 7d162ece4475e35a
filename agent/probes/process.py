"""Processes of the agent's host: how many tasks there are, and whether the named ones run.

Without names no process is looked at: the number of tasks comes from the load average line, for a few microseconds.
A zombie is there but does nothing, so it does not count as running.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import psutil

from agent.probes.probe import Probe, Subject, option
from agent.procfs import text
from agent.thread import in_thread
from rules.errors import Invalid
from rules.result import Outcome, Reading
from rules.threshold import Threshold


@dataclass(frozen=True, slots=True)
class Options:
    names: tuple[str, ...] = option((), "names of programs that must run (exact, as in /proc/PID/comm)")
    patterns: tuple[str, ...] = option((), "regular expressions searched in whole command lines that must run")
    minimum: int = option(1, "fewer processes than this for a name or pattern are a failure", low=0, high=100_000)
    maximum: int = option(0, "more than this are a failure; 0 sets no limit", low=0, high=100_000)


@dataclass(frozen=True, slots=True)
class Running:
    """One process that is no zombie."""

    pid: int
    name: str
    command: str


def tasks(load_average: str) -> dict[str, float]:
    """Tasks (processes and threads) from the text of /proc/loadavg; empty where there is none."""
    found = re.search(r" (\d+)/(\d+) ", load_average)
    return {"running": int(found[1]), "tasks": int(found[2])} if found else {}


def wanted(processes: Iterable[Running], names: Sequence[str], patterns: Sequence[str]) -> dict[str, list[Running]]:
    """The running processes of each name and each pattern. ``/proc`` cuts names after 15 characters: so do we."""
    listed = list(processes)
    found = {name: [item for item in listed if item.name == name or item.name == name[:15]] for name in names}
    found |= {pattern: [item for item in listed if re.search(pattern, item.command)] for pattern in patterns}
    return found


def judge(found: Mapping[str, Sequence[Running]], minimum: int, maximum: int) -> tuple[Outcome, str]:
    """Failed when any name or pattern has too few or too many processes; the line says which."""
    wrong = [
        f"{key}: {len(items)} running"
        for key, items in found.items()
        if len(items) < minimum or 0 < maximum < len(items)
    ]
    return (Outcome.FAILED, "; ".join(wrong)) if wrong else (Outcome.OK, "")


class Process(Probe):
    """Counts tasks, and the processes of each name and pattern asked for."""

    shape = Options
    thresholds = (Threshold("tasks_ratio", warn=0.75, critical=0.90, for_ms=300_000, clear=0.65),)

    @classmethod
    def read_options(cls, table: Mapping[str, object]) -> Options:
        options: Options = super().read_options(table)
        for pattern in options.patterns:
            try:
                re.compile(pattern)
            except re.error as wrong:
                raise Invalid("The options cannot be used.", (f"patterns: {pattern!r}: {wrong}",)) from wrong
        return options

    async def look(self, subject: Subject, deadline_s: float) -> Reading:
        values = tasks(text("/proc/loadavg"))
        limit = min((int(number) for number in map(text, _LIMITS) if number), default=0)
        if "tasks" in values and limit:
            values["tasks_ratio"] = round(values["tasks"] / limit, 4)
        options: Options = self.options
        if not options.names and not options.patterns:
            return Reading(Outcome.OK, values) if values else Reading(Outcome.ERROR, text="no /proc/loadavg here")
        found = wanted(
            await in_thread(partial(_running, bool(options.patterns)), "processes"), options.names, options.patterns
        )
        for key, items in found.items():
            values[f"processes[{key}]"] = len(items)
            self.log(f"{key}: {', '.join(str(item.pid) for item in items) or 'none'}")
        outcome, line = judge(found, options.minimum, options.maximum)
        return Reading(outcome, values, line)


_LIMITS = ("/proc/sys/kernel/pid_max", "/proc/sys/kernel/threads-max")


def _running(commands: bool) -> list[Running]:
    """Every process that is no zombie; command lines, which cost a file each, only when asked for."""
    attributes = ["name", "status", "cmdline"] if commands else ["name", "status"]
    return [
        Running(process.pid, process.info["name"] or "", " ".join(process.info.get("cmdline") or ()))
        for process in psutil.process_iter(attributes)
        if process.info["status"] != psutil.STATUS_ZOMBIE
    ]
