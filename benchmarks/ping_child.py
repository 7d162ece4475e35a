"""The part of the ping benchmark that runs in a process of its own, so that its CPU can be told from everything else.

    python -m benchmarks.ping_child tool FILE OUTPUT TIMEOUT_S
    python -m benchmarks.ping_child sweep FILE TIMEOUT_S RATE BUSY_MS

``tool`` is the command itself after a first run that has loaded everything: what is measured reads the file, asks and
prints; what a run of one target costs is taken off, as it is from fping. ``sweep`` notes the instant of every request
and of every end, beside a loop that is kept busy in blocks of BUSY_MS milliseconds with as much time free between them.
"""

import asyncio
import contextlib
import json
import os
import resource
import statistics
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from agent import cli
from agent.icmp.channel import Channel
from agent.icmp.destination import Destination, destination
from agent.icmp.sweep import Became, Event, Manner, Sweep


def cpu_s() -> float:
    """User and system time of this process."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


@contextlib.contextmanager
def printing_into(path: str) -> Iterator[None]:
    """Standard output goes to a file."""
    kept = os.dup(1)
    with Path(path).open("wb") as file:
        os.dup2(file.fileno(), 1)
        try:
            yield
        finally:
            sys.stdout.flush()
            os.dup2(kept, 1)
            os.close(kept)


def spent(words: Sequence[str], output: str) -> tuple[float, float]:
    """Wall clock and CPU of one run of the command in this process, in seconds."""
    with printing_into(output):
        cpu, wall = cpu_s(), time.perf_counter()
        cli.main(["ping", *words])
        sys.stdout.flush()
        return time.perf_counter() - wall, cpu_s() - cpu


def tool(file: str, output: str, timeout_s: str) -> dict[str, Any]:
    """What one run of the command costs beyond what a run of one target costs."""
    starts = [spent(["127.0.0.1", "-c", "1", "--rate", "0"], os.devnull) for _ in range(4)]
    wall_s, used_s = spent(["--file", file, "-c", "1", "--rate", "0", "--timeout", timeout_s], output)
    one_wall_s, one_used_s = (statistics.median(each) for each in zip(*starts[1:], strict=True))
    return {"wall_s": wall_s - one_wall_s, "cpu_s": used_s - one_used_s, "one_s": one_wall_s, "one_cpu_s": one_used_s}


def sweep(file: str, timeout_s: str, rate: str, busy_ms: str) -> dict[str, Any]:
    """Every request's instant and end."""
    addresses = Path(file).read_text(encoding="utf-8").split()
    left = [0.0] * len(addresses)
    ended = [0.0] * len(addresses)
    rtt_ns: list[int | None] = [None] * len(addresses)
    sending = Channel.send_many

    def noted(self: Channel, targets: Sequence[Destination], keys: Sequence[int], *more: Any) -> int:
        now = time.perf_counter()
        taken = sending(self, targets, keys, *more)
        for key in keys[:taken]:
            left[key] = now
        return taken

    def watch(event: Event) -> None:
        ended[event.target] = time.perf_counter()
        if event.became is Became.ANSWERED:
            rtt_ns[event.target] = event.rtt_ns

    async def run() -> None:
        loop, block_s = asyncio.get_running_loop(), float(busy_ms) / 1000

        def burn() -> None:
            until = time.perf_counter() + block_s
            while time.perf_counter() < until:
                pass
            loop.call_later(block_s, burn)

        if block_s:
            burn()
        targets = [destination(address) for address in addresses]
        await Sweep(targets, Manner(1, 0.2, float(timeout_s), float(rate)), watch).run()

    Channel.send_many = noted  # type: ignore[method-assign, assignment]
    asyncio.run(run())
    return {"left": left, "ended": ended, "rtt_ns": rtt_ns}


if __name__ == "__main__":
    part = tool if sys.argv[1] == "tool" else sweep
    print(json.dumps(part(*sys.argv[2:])))
