"""Children of one parent: started, started again when they die, stopped in order.

The parent answers the terminal's interrupt; the children ignore it and wait for the parent's word. If the parent itself
is killed, the kernel ends the children (PR_SET_PDEATHSIG, prctl(2)), so that no half of the tree is left behind.
"""

import ctypes
import os
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from collector.clock import Clock

PR_SET_PDEATHSIG = 1
FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 30.0
STEADY_AFTER_S = 60.0


def _in_the_child(parent: int) -> None:
    """Between fork and exec: leave the terminal's interrupt to the parent, and end when the parent ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:
        os._exit(1)


@dataclass
class Child:
    """One program of the tree. ``poll`` starts it again, after a growing pause, when it has died by itself."""

    name: str
    command: Sequence[str]
    say: Callable[[str], None]
    process: subprocess.Popen[bytes] | None = None
    _started: float = 0.0
    _pause: float = FIRST_PAUSE_S
    _due: float = field(default=0.0)

    def start(self, now: float) -> None:
        """Start the program. ``now`` in seconds of the monotonic clock."""
        parent = os.getpid()
        self.process = subprocess.Popen(
            self.command, stdin=subprocess.DEVNULL, preexec_fn=lambda: _in_the_child(parent)
        )
        self._started = now

    def poll(self, now: float) -> None:
        """Notice a death, and start again when the pause is over."""
        if self.process is None:
            if now >= self._due:
                self.start(now)
            return
        code = self.process.poll()
        if code is None:
            return
        if now - self._started >= STEADY_AFTER_S:
            self._pause = FIRST_PAUSE_S
        self.say(f"The {self.name} ended by itself (exit code {code}); starting it again in {self._pause:g} s.")
        self.process = None
        self._due = now + self._pause
        self._pause = min(self._pause * 2, LONGEST_PAUSE_S)

    def stop(self, within: float) -> None:
        """Ask the program to end and wait; after ``within`` seconds end it by force and say so."""
        if self.process is None or self.process.poll() is not None:
            return
        self.process.terminate()
        try:
            self.process.wait(within)
        except subprocess.TimeoutExpired:
            self.say(
                f"The {self.name} did not stop within {within:g} s; ending it by force. Nothing acknowledged is lost."
            )
            self.process.kill()
            self.process.wait()


def watch(children: Sequence[Child], stopped: Callable[[], bool], clock: Clock, every: float = 0.2) -> None:
    """Keep the children running until ``stopped`` says so."""
    while not stopped():
        for child in children:
            child.poll(clock.monotonic())
        time.sleep(every)
