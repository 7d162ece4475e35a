"""The SNMP engine beside Debian's prometheus-snmp-exporter and pysnmp, in one run, in turns.

Three parts: GETs of sysUpTime a second; interface tables (10 columns, 50 interfaces) a second and what they cost in
CPU, by v2c and by v3 (authPriv); and one real agent on one core that looks at 5 000 devices every 10 s and reads the
tables of 500 of them every 60 s. All talk to benchmarks/snmp_responder.py, whose own share of a core is printed: at
less than a whole one it is not the limit.

snmp_exporter is asked over HTTP by connections that stay open, at the number of them and the GETBULK repetitions that
suit it best. What it uses for HTTP belongs to its price; what asks it is not counted.

    python -m benchmarks.snmp [--rounds 5] [--seconds 1.5] [--agent-seconds 120] [--devices 5000] [--tables 500]
"""

import argparse
import importlib.util
import json
import os
import select
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.snmp_responder import AUTH_KEY, COLUMNS, COMMUNITY, PRIV_KEY, USER, place
from tests.agent.collector_double import Double, collector_double, plan_of

LEAST_GET_RATIO = 4.0
LEAST_TABLE_RATIO = 2.0
MOST_CPU_RATIO = 0.4
MOST_RSS_MIB = 120.0
MOST_LATE_MS = 1000
"""A look that begins so much after its slot is late."""
EXPORTER = "prometheus-snmp-exporter"
DEVICES = 1000
SIDES = (10, 50)
REPETITIONS = (25, 60)
OWN_SIDE = 50


@dataclass(frozen=True)
class Run:
    """One measurement: things asked a second, CPU-seconds a thousand, and the responder's share of a core meanwhile."""

    rate: float
    cpu_s: float
    responder: float


@dataclass
class Responder:
    """The process that plays all devices."""

    process: subprocess.Popen[str]
    port: int


def cpu_s(process: subprocess.Popen[str]) -> float:
    """CPU of another process, in nanosecond steps (clock_getcpuclockid(3))."""
    return time.clock_gettime((~process.pid << 3) | 2)


@contextmanager
def ended(process: subprocess.Popen[str]) -> Iterator[subprocess.Popen[str]]:
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


def free_port(kind: socket.SocketKind) -> int:
    with socket.socket(socket.AF_INET, kind) as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


def responder(stack: ExitStack) -> Responder:
    port = free_port(socket.SOCK_DGRAM)
    command = [sys.executable, "-m", "benchmarks.snmp_responder", str(port)]
    process = stack.enter_context(ended(subprocess.Popen(command, stdout=subprocess.PIPE, text=True)))
    assert process.stdout is not None
    process.stdout.readline()
    return Responder(process, port)


def by_child(engine: str, what: str, version: str, devices: Responder, count: int, rounds: int, side: int) -> Run:
    """One run of benchmarks/snmp_child.py."""
    command = [sys.executable, "-m", "benchmarks.snmp_child", engine, what, version, str(devices.port)]
    before = cpu_s(devices.process)
    began = time.monotonic()
    done = subprocess.run(
        [*command, str(count), str(rounds), str(side)], check=True, capture_output=True, text=True, timeout=300
    )
    passed = time.monotonic() - began
    told = json.loads(done.stdout)
    share = (cpu_s(devices.process) - before) / min(passed, told["took_s"] * (rounds + 1) / rounds)
    return Run(told["asked"] / told["took_s"], told["cpu_s"] / told["asked"] * 1000, share)


class Exporter:
    """A running snmp_exporter, and connections to it."""

    def __init__(self, process: subprocess.Popen[str], port: int, digest: str) -> None:
        self.process, self.port, self.digest = process, port, digest

    def run(self, module: str, devices: Responder, seconds: float, side: int) -> Run:
        """Scrape one device after the other over ``side`` connections for so long."""
        poll = select.epoll()
        connections: dict[int, socket.socket] = {}
        for _ in range(side):
            sock = socket.create_connection(("127.0.0.1", self.port))
            connections[sock.fileno()] = sock
            poll.register(sock, select.EPOLLIN)
        heads = [
            f"GET /snmp?module={module}&target={place(number)}:{devices.port} HTTP/1.1\r\nHost: bench\r\n\r\n".encode()
            for number in range(DEVICES)
        ]
        came: dict[int, bytes] = {}
        asked = answered = 0
        before, own = cpu_s(devices.process), cpu_s(self.process)
        began = time.monotonic()
        idle = deque(connections)
        while True:
            now = time.monotonic()
            over = now - began >= seconds
            while idle and not over:
                at = idle.popleft()
                connections[at].sendall(heads[asked % DEVICES])
                came[at] = b""
                asked += 1
            if over and answered == asked:
                break
            for at, _ in poll.poll(10):
                came[at] += connections[at].recv(1 << 18)
                if _whole(came[at]):
                    if b"200 OK" not in came[at][:20]:
                        raise AssertionError(f"{EXPORTER}: {came[at][:300]!r}")
                    answered += 1
                    idle.append(at)
        took = time.monotonic() - began
        for sock in connections.values():
            sock.close()
        used = cpu_s(self.process) - own
        return Run(answered / took, used / answered * 1000, (cpu_s(devices.process) - before) / took)


def _whole(answer: bytes) -> bool:
    """Whether an HTTP answer has arrived to its end."""
    head, found, body = answer.partition(b"\r\n\r\n")
    if not found:
        return False
    if b"chunked" in head:
        return body.endswith(b"0\r\n\r\n")
    length = head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0]
    return len(body) >= int(length or 0)


def exporter(stack: ExitStack, folder: Path) -> Exporter | None:
    """Debian's exporter with the strongest digest its configuration takes; None where it is not installed."""
    program = shutil.which(EXPORTER)
    if program is None:
        return None
    for digest in ("SHA256", "SHA"):
        config = folder / f"{digest}.json"
        config.write_text(json.dumps(_modules(digest)))
        port = free_port(socket.SOCK_STREAM)
        command = [program, f"--config.file={config}", f"--web.listen-address=127.0.0.1:{port}", "--log.level=error"]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, text=True)
        stack.enter_context(ended(process))
        for _ in range(100):
            if process.poll() is not None:
                break
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=1).close()
                return Exporter(process, port, digest)
            except (urllib.error.URLError, OSError):
                time.sleep(0.05)
    return None


def _modules(digest: str) -> dict[str, object]:
    """The configuration of version 0.21, in which the way in belongs to the module. JSON is YAML."""
    v2c = {"version": 2, "auth": {"community": COMMUNITY}}
    v3 = {
        "version": 3,
        "auth": {
            "security_level": "authPriv",
            "username": USER,
            "password": AUTH_KEY,
            "auth_protocol": digest,
            "priv_protocol": "AES",
            "priv_password": PRIV_KEY,
        },
    }
    uptime = {"name": "sysUpTime", "oid": "1.3.6.1.2.1.1.3", "type": "gauge", "help": "up"}
    texts = {COLUMNS[0], COLUMNS[5], COLUMNS[9]}
    cells = [
        {
            "name": f"column{number}",
            "oid": ".".join(map(str, column)),
            "type": "DisplayString" if column in texts else "gauge",
            "help": "a column",
            "indexes": [{"labelname": "ifIndex", "type": "gauge"}],
        }
        for number, column in enumerate(COLUMNS)
    ]
    modules: dict[str, object] = {}
    for name, way in (("v2c", v2c), ("v3", v3)):
        modules[f"get_{name}"] = {"get": ["1.3.6.1.2.1.1.3.0"], "metrics": [uptime], **way}
        for repetitions in REPETITIONS:
            modules[f"table_{name}_{repetitions}"] = {
                "walk": [".".join(map(str, column)) for column in COLUMNS],
                "metrics": cells,
                "max_repetitions": repetitions,
                **way,
            }
    return modules


def best(peer: Exporter, modules: Sequence[str], devices: Responder) -> tuple[str, int]:
    """The module and the number of connections at which the exporter is fastest."""
    tried = {(module, side): peer.run(module, devices, 0.7, side).rate for module in modules for side in SIDES}
    return max(tried, key=lambda one: tried[one])


def middle(runs: Sequence[Run]) -> Run:
    """The medians."""
    return Run(*(statistics.median(getattr(run, name) for run in runs) for name in ("rate", "cpu_s", "responder")))


def verdict(met: bool, words: str) -> bool:
    print(f"  {'met' if met else 'MISSED'}: {words}", flush=True)
    return met


def shown(name: str, run: Run, unit: str) -> None:
    cost = f"{run.cpu_s:8.3f} CPU-s per 1000"
    print(f"  {name:60} {run.rate:9.0f} {unit}/s {cost}  responder {run.responder:4.0%} of a core", flush=True)


def compare(what: str, version: str, devices: Responder, peer: Exporter | None, rounds: int, seconds: float) -> bool:
    """One kind of question by all engines in turns; whether the bars are met."""
    unit = "GET" if what == "get" else "table"
    if version == "v3":
        print(f"{unit}s by v3 authPriv (own and pysnmp: SHA-256 and AES-128)")
    else:
        print(f"{unit}s by v2c")
    times = max(1, round(seconds * (25 if what == "get" else 1)))
    module, side = "", 0
    if peer is not None:
        names = [f"get_{version}"] if what == "get" else [f"table_{version}_{one}" for one in REPETITIONS]
        module, side = best(peer, names, devices)
    own_runs, peer_runs, ratios, costs = [], [], [], []
    for _ in range(rounds):
        own = by_child("own", what, version, devices, DEVICES, times, OWN_SIDE)
        own_runs.append(own)
        if peer is not None:
            other = peer.run(module, devices, seconds, side)
            peer_runs.append(other)
            ratios.append(own.rate / other.rate)
            costs.append(own.cpu_s / other.cpu_s)
    shown("this engine", middle(own_runs), unit)
    if importlib.util.find_spec("pysnmp"):
        count = 100 if what == "get" else 10
        shown("pysnmp", by_child("pysnmp", what, version, devices, count, 2, 10), unit)
    else:
        print("  pysnmp is not installed")
    if peer is None:
        print(f"  {EXPORTER} is not installed: nothing to stand beside")
        return True
    digest = f", {peer.digest} and AES-128" if version == "v3" else ""
    shown(f"snmp_exporter ({module}, {side} connections{digest})", middle(peer_runs), unit)
    ratio, cost = statistics.median(ratios), statistics.median(costs)
    least = LEAST_GET_RATIO if what == "get" else LEAST_TABLE_RATIO
    met = verdict(ratio >= least, f"{unit}s a second {ratio:.2f} × snmp_exporter's (bar: ≥ {least:g})")
    if what == "table":
        met &= verdict(cost <= MOST_CPU_RATIO, f"CPU {cost:.2f} × snmp_exporter's (bar: ≤ {MOST_CPU_RATIO:g})")
    return met


def one_agent(stack: ExitStack, devices: Responder, count: int, tables: int, seconds: float) -> bool:
    """A real agent on one core; whether it kept every slot within its memory."""
    print(f"one agent on one core: {count} devices every 10 s, {tables} switch tables every 60 s, for {seconds:g} s")
    double = stack.enter_context(collector_double(plan=_plan(devices, count, tables)))
    folder = stack.enter_context(tempfile.TemporaryDirectory())
    config = ["--config", f"{folder}/agent.toml"]
    command = [sys.executable, "-m", "agent"]
    subprocess.run([*command, "join", double.url, "--token", "nwj_bench", *config], check=True, capture_output=True)
    process = subprocess.Popen([*command, "run", *config], stderr=subprocess.DEVNULL, text=True)
    stack.enter_context(ended(process))
    os.sched_setaffinity(process.pid, {max(os.sched_getaffinity(0))})
    time.sleep(min(20.0, seconds / 2))
    began, used, before = time.monotonic(), cpu_s(process), cpu_s(devices.process)
    first = _told(double)
    left_out = _left_out(double.batches[first - 1][0].health) if first else 0
    rss_mib = 0.0
    while time.monotonic() - began < seconds:
        time.sleep(1)
        pages = int(Path(f"/proc/{process.pid}/statm").read_text().split()[1])
        rss_mib = max(rss_mib, pages * os.sysconf("SC_PAGE_SIZE") / 2**20)
    took = time.monotonic() - began
    share, other = (cpu_s(process) - used) / took, (cpu_s(devices.process) - before) / took
    batches = double.batches[first:]
    late_ms = max((header.health.get("late_ms", 0) for header, _ in batches), default=0)
    last = batches[-1][0].health if batches else {}
    rows = [row for _, some in batches for row in some]
    bad = [row for row in rows if row.outcome != "ok"]
    wanted = (count + tables / 6) * took / 10
    print(f"  {len(rows)} looks ({wanted:.0f} due), {len(bad)} not ok, late at most {late_ms:.0f} ms; ", end="")
    print(f"RSS {rss_mib:.0f} MiB; agent {share:.0%} of its core, responder {other:.0%} of the other")
    if bad:
        print(f"  the first that was not ok: {bad[0].outcome}: {bad[0].text}")
    slots = _left_out(last) - left_out
    met = verdict(
        bool(rows) and late_ms <= MOST_LATE_MS and not slots and not bad and len(rows) >= 0.95 * wanted,
        f"no late check: late ≤ {MOST_LATE_MS} ms, none left out ({slots:.0f}), all answered",
    )
    return verdict(rss_mib <= MOST_RSS_MIB, f"RSS {rss_mib:.0f} MiB (bar: ≤ {MOST_RSS_MIB:g})") and met


def _left_out(health: Mapping[str, float]) -> float:
    """Looks that had no place any more, since the agent's start."""
    return health.get("overrun", 0) + health.get("skipped", 0)


def _told(double: Double) -> int:
    with double.news:
        return len(double.batches)


def _plan(devices: Responder, count: int, tables: int) -> dict[str, object]:
    """Liveness of all devices, and the interface tables of the first ``tables`` of them."""
    live = {"interfaces": False, "health": False}
    whole = {"interfaces": True, "health": False, "interfaces_every_s": 60}
    common = {"kind": "snmp", "timeout_ms": 5000, "retry_ms": 5000, "credentials": ["bench"]}
    checks = [
        common
        | {"address": f"{place(number)}:{devices.port}", "interval_ms": 10_000, "phase_key": number * 7919}
        | {"options": live, "target": f"device{number}"}
        for number in range(count)
    ]
    checks += [
        common
        | {"address": f"{place(number)}:{devices.port}", "interval_ms": 60_000, "phase_key": number * 7919}
        | {"options": whole, "target": f"device{number}", "timeout_ms": 15_000}
        for number in range(tables)
    ]
    credential = {"kind": "snmp", "version": "v2c", "community": COMMUNITY}
    return plan_of(*checks, send_every_ms=5000, credentials={"bench": credential})


def main() -> int:
    """Measure and print; exit code 1 when a bar is missed."""
    parser = argparse.ArgumentParser(description="The SNMP engine beside snmp_exporter and pysnmp.")
    parser.add_argument("--rounds", type=int, default=5, help="pairs of runs of each comparison (5)")
    parser.add_argument("--seconds", type=float, default=1.5, help="about how long one run takes (1.5)")
    parser.add_argument(
        "--agent-seconds", type=float, default=120.0, help="how long the agent runs; 0 leaves it out (120)"
    )
    parser.add_argument("--devices", type=int, default=5000, help="devices of the agent (5000)")
    parser.add_argument("--tables", type=int, default=500, help="switches among them (500)")
    given = parser.parse_args()
    met = True
    with ExitStack() as stack:
        devices = responder(stack)
        if given.rounds:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            peer = exporter(stack, folder)
            print(
                f"event loop of this engine: asyncio; {DEVICES} devices on loopback; medians of {given.rounds} rounds"
            )
            for what, version in (("get", "v2c"), ("table", "v2c"), ("table", "v3")):
                met &= compare(what, version, devices, peer, given.rounds, given.seconds)
        if given.agent_seconds:
            met &= one_agent(stack, devices, given.devices, given.tables, given.agent_seconds)
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
