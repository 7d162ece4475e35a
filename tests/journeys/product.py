"""The product as its user has it: the real commands as processes of their own, inside the journeys' network."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.journeys.lab import Lab

ROOT = Path(__file__).resolve().parents[2]
STOP_WITHIN_S = 30


class Product:
    """One installation in ``folder``. Every process it starts, it ends, by its id."""

    def __init__(self, lab: Lab, folder: Path, port: int, environment: Mapping[str, str]) -> None:
        self.lab = lab
        self.data = folder / "data"
        self.data.mkdir(parents=True, exist_ok=True)
        self.port = port
        self.url = f"http://127.0.0.1:{port}"
        self._environment = {
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "XDG_CONFIG_HOME": str(folder / "config"),
            **environment,
        }
        self._processes: list[subprocess.Popen[bytes]] = []
        self._log = (folder / "output.log").open("ab")

    def start(self, *command: str) -> subprocess.Popen[bytes]:
        """Start one of our commands (module and arguments) inside the monitor's namespace."""
        process = subprocess.Popen(
            self.lab.inside(sys.executable, "-m", *command),
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=self._log,
            start_new_session=True,
        )
        self._processes.append(process)
        return process

    def up(self) -> subprocess.Popen[bytes]:
        """``nineward up``, as ``make up`` runs it."""
        return self.start("collector.cli", "--data", str(self.data), "up", "--port", str(self.port))

    def ask(self, *arguments: str) -> Any:
        """Run ``nineward ARGUMENTS --json`` and give the document. A failure shows the command's own words."""
        return json.loads(self.run("collector.cli", "--data", str(self.data), *arguments, "--json"))

    def tell(self, *arguments: str) -> str:
        """Run ``nineward ARGUMENTS`` and give what it printed."""
        return self.run("collector.cli", "--data", str(self.data), *arguments)

    def run(self, *command: str, code: int = 0) -> str:
        """Run one of our commands to its end; AssertionError with its words when it ends otherwise than expected."""
        done = subprocess.run(
            self.lab.inside(sys.executable, "-m", *command),
            env=self._environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == code, f"{' '.join(command)} gave {done.returncode}: {done.stderr}{done.stdout}"
        return done.stdout

    def stop(self, process: subprocess.Popen[bytes], signal_number: int = signal.SIGINT) -> int:
        """Send a signal to one process we started and wait for its end; its exit code."""
        process.send_signal(signal_number)
        code = process.wait(STOP_WITHIN_S)
        self._processes.remove(process)
        return code

    def close(self) -> None:
        """End what still runs."""
        for process in self._processes:
            if process.poll() is None:
                process.terminate()
        for process in self._processes:
            try:
                process.wait(STOP_WITHIN_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self._log.close()
