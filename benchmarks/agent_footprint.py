"""What an agent costs its host: memory and CPU over two minutes with all host checks every 10 s.

Beside it, in the same minutes, Debian's prometheus-node-exporter where it is installed, scraped every 10 s. Both send
over loopback to this process, whose own cost is not counted.

    python -m benchmarks.agent_footprint [--seconds 120]
"""

import argparse
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.agent.collector_double import Double, collector_double, plan_of

EVERY_S = 10
WARM_UP_S = 20
MOST_RSS_MIB = 40.0
MOST_CPU_PERCENT = 0.1
KINDS = ("cpu", "memory", "disk", "net", "load", "process")


@dataclass
class Watched:
    """A process under measurement, and what is done to it every ten seconds."""

    name: str
    process: subprocess.Popen[bytes]
    disturb: Callable[[], object]
    began_cpu_s: float = 0.0
    rss_mib: list[float] = field(default_factory=list)

    def cpu_s(self) -> float:
        """CPU of the whole process, in nanosecond steps: the clock id of another process (clock_getcpuclockid(3))."""
        return time.clock_gettime((~self.process.pid << 3) | 2)

    def sample(self) -> None:
        """Note the resident memory."""
        pages = int(Path(f"/proc/{self.process.pid}/statm").read_text().split()[1])
        self.rss_mib.append(pages * os.sysconf("SC_PAGE_SIZE") / 2**20)


@contextmanager
def ended(process: subprocess.Popen[bytes]) -> Iterator[subprocess.Popen[bytes]]:
    """The process, ended with the block."""
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def agent(stack: ExitStack, double: Double) -> Watched:
    """An agent of its own, joined to the double."""
    folder = stack.enter_context(tempfile.TemporaryDirectory())
    command = [sys.executable, "-m", "agent"]
    config = ["--config", f"{folder}/agent.toml"]
    subprocess.run([*command, "join", double.url, "--token", "nwj_bench", *config], check=True, capture_output=True)
    process = subprocess.Popen([*command, "run", *config], stderr=subprocess.DEVNULL)
    return Watched("nineward-agent", stack.enter_context(ended(process)), lambda: None)


def node_exporter(stack: ExitStack, program: str) -> Watched:
    """Debian's node exporter, scraped as Prometheus would."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [program, f"--web.listen-address=127.0.0.1:{port}"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    url = f"http://127.0.0.1:{port}/metrics"

    def scrape() -> None:
        with urllib.request.urlopen(url, timeout=5) as answer:
            answer.read()

    return Watched("prometheus-node-exporter", stack.enter_context(ended(process)), scrape)


def measure(watched: list[Watched], seconds: float) -> float:
    """Let them run; the seconds it took. The first ``WARM_UP_S`` (imports, first looks) are not measured."""
    time.sleep(WARM_UP_S / 2)
    for one in watched:
        one.disturb()
    time.sleep(WARM_UP_S / 2)
    for one in watched:
        one.began_cpu_s = one.cpu_s()
    began = time.monotonic()
    while (passed := time.monotonic() - began) < seconds:
        for one in watched:
            one.disturb()
            one.sample()
        time.sleep(min(EVERY_S, seconds - passed))
    return time.monotonic() - began


def main() -> int:
    """Measure and print; exit code 1 when a bar is missed."""
    parser = argparse.ArgumentParser(description="Memory and CPU of the agent, beside node_exporter.")
    parser.add_argument("--seconds", type=float, default=120.0)
    seconds = parser.parse_args().seconds
    every = EVERY_S * 1000
    common = {"interval_ms": every, "retry_ms": every // 2, "timeout_ms": 3000, "phase_key": 1}
    plan = plan_of(*[{"kind": kind} | common for kind in KINDS], send_every_ms=5000)
    program = shutil.which("prometheus-node-exporter")
    with ExitStack() as stack:
        double = stack.enter_context(collector_double(plan=plan))
        watched = [agent(stack, double)]
        if program:
            watched.append(node_exporter(stack, program))
        print(f"{', '.join(KINDS)} every {EVERY_S} s, for {seconds:g} s …", flush=True)
        took = measure(watched, seconds)
        costs = [(one.name, max(one.rss_mib), (one.cpu_s() - one.began_cpu_s) / took * 100) for one in watched]
        batches, results = len(double.batches), len(double.results())

    print(f"{'':26} {'RSS MiB':>8} {'CPU % of a core':>16}")
    for name, rss, cpu in costs:
        print(f"{name:26} {rss:8.1f} {cpu:16.3f}")
    if not program:
        print("prometheus-node-exporter is not installed: nothing to stand beside")
    _, rss, cpu = costs[0]
    met = rss <= MOST_RSS_MIB and cpu <= MOST_CPU_PERCENT and results >= len(KINDS) * (seconds // EVERY_S)
    print(f"{results} results in {batches} batches arrived")
    print(f"{'met' if met else 'MISSED'}: RSS ≤ {MOST_RSS_MIB:g} MiB, CPU ≤ {MOST_CPU_PERCENT:g} % of a core")
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
