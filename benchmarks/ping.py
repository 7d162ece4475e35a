"""Ping beside fping, in one run: the same targets, one after the other, over a cable into another namespace and on
loopback.

    python -m benchmarks.ping [--pairs 7] [--targets 1000,10000,50000] [--nets cable,loopback]

Of both the cost of a run of one target is taken off and told apart, because it is the same whatever their number: the
start of the process and, with us, of the interpreter. fping runs at the fastest of its settings that loses no answer.
Needs root, iproute2 and fping; ping sockets are opened in a namespace made for this, not on the machine.
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.agent.cli.cable import NAMESPACES, Cable, cable, enter

TIMEOUT_S = 1.0
FPING_INTERVALS_MS = ("0.001", "0.01")
EVERY_DEAD = 20
LEAST_RATE_RATIO = 1.0
LEAST_RATE_RATIO_WAITING = 0.995
"""With dead ones both sit out the same timeout and nearly tie: 1.00 to the digits that mean something."""
MOST_CPU_RATIO = 1.15
MOST_MEDIAN_US = 5.0
MOST_P99_US = 100.0
MOST_TOLD = 1.2
PACE = 10_000
MOST_PACE_ERROR = 0.02
BUSY_MS = 10
ANSWERING = {"cable": "10.77", "loopback": "127.1"}
SWALLOWING = {"cable": "10.78", "loopback": "10.80"}


@dataclass(frozen=True)
class Ran:
    """One run of one program. Round trips in microseconds, None where no answer was told."""

    wall_s: float
    cpu_s: float
    rtt_us: dict[str, float | None]

    def false(self, dead: frozenset[str], asked: Sequence[str]) -> tuple[int, int]:
        """How many living targets it calls dead, and how many dead ones alive."""
        answered = {address for address, rtt in self.rtt_us.items() if rtt is not None}
        return len(set(asked) - dead - answered), len(dead & answered)


@dataclass
class Verdicts:
    """The bars, each with its figure."""

    missed: list[str] = field(default_factory=list)

    def bar(self, what: str, figure: str, met: bool) -> None:
        """Print one bar and remember when it is missed."""
        print(f"    {'met   ' if met else 'MISSED'}  {what}: {figure}", flush=True)
        if not met:
            self.missed.append(what)


def targets(net: str, count: int, dead: bool) -> tuple[list[str], frozenset[str]]:
    """Addresses, of which every twentieth swallows what it gets, and the set of those."""
    silent = [dead and at % EVERY_DEAD == EVERY_DEAD - 1 for at in range(count)]
    prefix = [SWALLOWING[net] if one else ANSWERING[net] for one in silent]
    made = [f"{prefix[at]}.{1 + at // 250}.{1 + at % 250}" for at in range(count)]
    return made, frozenset(address for address, one in zip(made, silent, strict=True) if one)


def measured(command: Sequence[str], output: int = subprocess.DEVNULL, error: int = subprocess.DEVNULL) -> Ran:
    """Wall clock and CPU of a whole process, kernel work for it included."""
    began = time.perf_counter()
    process = subprocess.Popen(command, stdout=output, stderr=error)
    _, status, used = os.wait4(process.pid, 0)
    wall = time.perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in (0, 1):
        raise RuntimeError(f"{command[0]} ended with {process.returncode}")
    return Ran(wall, used.ru_utime + used.ru_stime, {})


class Field:
    """Runs both programs on one list of targets."""

    def __init__(self, folder: Path, addresses: Sequence[str]) -> None:
        self.addresses = addresses
        self._list = folder / "targets"
        self._output = folder / "output"
        self._list.write_text("\n".join(addresses) + "\n", encoding="utf-8")

    def fping(self, interval_ms: str, start: Ran | None = None) -> Ran:
        """One run of fping; the cost of its ``start`` is taken off."""
        with self._output.open("wb") as file:
            ran = measured(
                ("fping", "-q", "-C1", "-r0", "-i", interval_ms, "-t", f"{TIMEOUT_S * 1000:g}", "-f", str(self._list)),
                error=file.fileno(),
            )
        told: dict[str, float | None] = {}
        for line in self._output.read_text("utf-8").splitlines():
            name, colon, rtt = line.partition(" : ")
            if colon:
                told[name.strip()] = None if rtt.strip() == "-" else float(rtt) * 1000
        off_s, off_cpu_s = (start.wall_s, start.cpu_s) if start else (0.0, 0.0)
        return Ran(ran.wall_s - off_s, ran.cpu_s - off_cpu_s, told)

    def ours(self) -> Ran:
        """One run of nineward-agent ping, without what one target costs."""
        spent = self._child("tool", str(self._list), str(self._output), f"{TIMEOUT_S:g}")
        told: dict[str, float | None] = {}
        for line in self._output.read_text("utf-8").splitlines()[1 : len(self.addresses) + 1]:
            name, rtt, *_ = line.split(None, 2)
            told[name] = None if rtt == "-" else float(rtt) * 1000
        return Ran(spent["wall_s"], spent["cpu_s"], told)

    def noted(self, rate: float, busy_ms: float) -> dict[str, Any]:
        """One sweep with the instants of every request and of its end."""
        return self._child("sweep", str(self._list), f"{TIMEOUT_S:g}", f"{rate:g}", f"{busy_ms:g}")

    def _child(self, *words: str) -> dict[str, Any]:
        done = subprocess.run(
            (sys.executable, "-m", "benchmarks.ping_child", *words), stdout=subprocess.PIPE, text=True, check=True
        )
        found: dict[str, Any] = json.loads(done.stdout)
        return found


def best(field_: Field, dead: frozenset[str], start: Ran) -> str:
    """fping's fastest setting that loses nothing here."""
    walls = {}
    for interval in FPING_INTERVALS_MS:
        runs = [field_.fping(interval, start) for _ in range(2)]
        lost = max(run.false(dead, field_.addresses)[0] for run in runs)
        if not lost:
            walls[interval] = min(run.wall_s for run in runs)
        else:
            print(f"    fping -i {interval} loses up to {lost} answers of {len(field_.addresses)}")
    return min(walls, key=lambda interval: walls[interval]) if walls else FPING_INTERVALS_MS[-1]


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which that share of them is."""
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def rtts(runs: Sequence[Ran]) -> tuple[float, float]:
    """Median over the runs of the median, and of the 99th percentile, of round trips."""
    told = [[rtt for rtt in run.rtt_us.values() if rtt is not None] for run in runs]
    return (
        statistics.median([statistics.median(one) for one in told]),
        statistics.median([percentile(one, 0.99) for one in told]),
    )


def side_by_side(
    folder: Path, net: str, count: int, with_dead: bool, pairs: int, start: Ran, verdicts: Verdicts
) -> None:
    """The pairs of one case, and its bars."""
    addresses, dead = targets(net, count, with_dead)
    field_ = Field(folder, addresses)
    case = f"{net}, {count:,} targets, {'5 % dead' if with_dead else 'all alive'}"
    print(f"  {case}", flush=True)
    interval = best(field_, dead, start)
    theirs, ours = [], []
    for _ in range(pairs):
        theirs.append(field_.fping(interval, start))
        ours.append(field_.ours())
    least = LEAST_RATE_RATIO_WAITING if with_dead else LEAST_RATE_RATIO
    rate = [statistics.median([count / run.wall_s for run in runs]) for runs in (ours, theirs)]
    ratio = statistics.median([b.wall_s / a.wall_s for a, b in zip(ours, theirs, strict=True)])
    cpu = [statistics.median([run.cpu_s / count * 10_000 for run in runs]) for runs in (ours, theirs)]
    cpu_ratio = statistics.median([a.cpu_s / b.cpu_s for a, b in zip(ours, theirs, strict=True)])
    (median, p99), (their_median, their_p99) = rtts(ours), rtts(theirs)
    wrong = [max(errors) for errors in zip(*(run.false(dead, addresses) for run in ours), strict=True)]
    their_wrong = [max(errors) for errors in zip(*(run.false(dead, addresses) for run in theirs), strict=True)]
    verdicts.bar(
        f"{case}: hosts/s ≥ {least:g} × fping -i {interval}",
        f"{ratio:.2f} × ({rate[0]:,.0f} to {rate[1]:,.0f})",
        ratio >= least,
    )
    verdicts.bar(
        f"{case}: CPU-s per 10,000 ≤ {MOST_CPU_RATIO:g} ×",
        f"{cpu_ratio:.2f} × ({cpu[0]:.3f} to {cpu[1]:.3f})",
        cpu_ratio <= MOST_CPU_RATIO,
    )
    rtt_bars(case, (median, p99), (their_median, their_p99), verdicts)
    verdicts.bar(
        f"{case}: false dead, false alive = 0",
        f"{wrong[0]}, {wrong[1]} (fping {their_wrong[0]}, {their_wrong[1]})",
        not any(wrong),
    )


def rtt_bars(case: str, ours: tuple[float, float], theirs: tuple[float, float], verdicts: Verdicts) -> None:
    """How far the round trips may be from fping's."""
    for name, own, other, most in zip(("median", "p99"), ours, theirs, (MOST_MEDIAN_US, MOST_P99_US), strict=True):
        verdicts.bar(
            f"{case}: RTT {name} within {most:g} µs",
            f"{own - other:+.1f} µs ({own:.1f} to {other:.1f})",
            own - other <= most,
        )


def noted(folder: Path, net: str, count: int, pairs: int, start: Ran, verdicts: Verdicts) -> None:
    """Round trips with a busy loop, the time to tell the dead, and the pace."""
    addresses, dead = targets(net, count, True)
    field_ = Field(folder, addresses)
    interval = best(field_, dead, start)
    for busy_ms in (0, BUSY_MS):
        case = f"{net}, {count:,} targets, loop {f'busy in blocks of {busy_ms} ms' if busy_ms else 'free'}"
        print(f"  {case}", flush=True)
        theirs, ours, told = [], [], []
        for _ in range(pairs):
            theirs.append(field_.fping(interval, start))
            found = field_.noted(0, busy_ms)
            rtt_us = [None if rtt is None else rtt / 1000 for rtt in found["rtt_ns"]]
            ours.append(Ran(0, 0, dict(zip(addresses, rtt_us, strict=True))))
            late = [end - left for end, left in zip(found["ended"], found["left"], strict=True)]
            told.append(max(one for one, address in zip(late, addresses, strict=True) if address in dead))
        rtt_bars(case, rtts(ours), rtts(theirs), verdicts)
        wrong = [max(errors) for errors in zip(*(run.false(dead, addresses) for run in ours), strict=True)]
        verdicts.bar(f"{case}: false dead, false alive = 0", f"{wrong[0]}, {wrong[1]}", not any(wrong))
        verdicts.bar(
            f"{case}: the last of the dead told within {MOST_TOLD:g} × the timeout",
            f"{max(told) / TIMEOUT_S:.3f} ×",
            max(told) <= MOST_TOLD * TIMEOUT_S,
        )


def paced(folder: Path, net: str, count: int, verdicts: Verdicts) -> None:
    """Whether a rate that was asked for is kept, over the whole and in each second."""
    field_ = Field(folder, targets(net, count, False)[0])
    left = sorted(field_.noted(PACE, 0)["left"])
    seconds = [
        sum(1 for at in left if second <= at - left[0] < second + 1) for second in range(int(left[-1] - left[0]))
    ]
    overall = (len(left) - 1) / (left[-1] - left[0])
    errors = [abs(one / PACE - 1) for one in (overall, *seconds)]
    print(f"  {net}, {count:,} targets at {PACE:,} a second")
    verdicts.bar(
        f"{net}: pace of {PACE:,}/s within {MOST_PACE_ERROR:.0%}, in every second",
        f"{overall:,.0f}/s, at worst {max(errors):.2%} off",
        max(errors) <= MOST_PACE_ERROR,
    )


def starts(folder: Path) -> Ran:
    """What starting costs each of them: the run of one target. Answers with fping's."""
    field_ = Field(folder, ["127.0.0.1"])
    theirs = [field_.fping("0.001") for _ in range(9)]
    one = (sys.executable, "-m", "agent", "ping", "127.0.0.1", "-c", "1")
    ours = [measured(one) for _ in range(5)]
    start = Ran(statistics.median([run.wall_s for run in theirs]), statistics.median([run.cpu_s for run in theirs]), {})
    wall_ms = [statistics.median([run.wall_s for run in ours]) * 1000, start.wall_s * 1000]
    cpu_ms = [statistics.median([run.cpu_s for run in ours]) * 1000, start.cpu_s * 1000]
    print(
        f"start, and one target: {wall_ms[0]:.0f} ms (CPU {cpu_ms[0]:.0f} ms), fping {wall_ms[1]:.1f} ms (CPU ", end=""
    )
    print(f"{cpu_ms[1]:.1f} ms); not part of what follows")
    return start


def run(given: argparse.Namespace, ends: Cable) -> Verdicts:
    """Everything, at the prober's end."""
    enter(ends.prober)
    verdicts = Verdicts()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        start = starts(folder)
        for net in given.nets:
            print(f"{net}:")
            for count in given.targets:
                for with_dead in (False, True):
                    side_by_side(folder, net, count, with_dead, given.pairs, start, verdicts)
            noted(folder, net, min(10_000, max(given.targets)), max(3, given.pairs // 2), start, verdicts)
        paced(folder, given.nets[0], given.paced, verdicts)
    return verdicts


def numbers(text: str) -> list[int]:
    """Whole numbers with commas between them."""
    return [int(one) for one in text.split(",")]


def main() -> int:
    """Measure and print; exit code 1 when a bar is missed, 2 when nothing could be measured."""
    parser = argparse.ArgumentParser(description="nineward-agent ping beside fping.")
    parser.add_argument("--pairs", type=int, default=7)
    parser.add_argument(
        "--targets", type=lambda text: [int(one) for one in text.split(",")], default=[1000, 10000, 50000]
    )
    parser.add_argument("--nets", type=lambda text: text.split(","), default=["cable", "loopback"])
    parser.add_argument("--paced", type=int, default=50_000, metavar="N", help="targets of the paced sweep")
    given = parser.parse_args()
    if not NAMESPACES or shutil.which("fping") is None:
        print("needs root, iproute2 and fping")
        return 2
    with cable() as ends:
        verdicts = run(given, ends)
    print(f"{len(verdicts.missed)} missed" if verdicts.missed else "every bar is met")
    return 1 if verdicts.missed else 0


if __name__ == "__main__":
    sys.exit(main())
