"""Wiring of the agent: builds the rooms, starts them, and stops them in order. Nothing here decides anything."""

import asyncio
import fcntl
import logging
import os
import random
import secrets
import signal
import subprocess
from collections.abc import Iterable
from typing import IO, TYPE_CHECKING

from agent.backoff import Backoff
from agent.clock import Clock
from agent.connection import Connection, authority, check_url
from agent.folder import Folder, Identity
from agent.follow import POLL_S, Follow
from agent.garbage import settle
from agent.gather import Gather
from agent.health import Health
from agent.look import Looks
from agent.machine import machine_boot, version
from agent.plan import Plan, remembered
from agent.schedule import Schedule
from agent.settings import Settings
from agent.spool import Process, Spool
from agent.uplink import Uplink
from rules.errors import Broken, Conflicting, Invalid, Missing, Unavailable

if TYPE_CHECKING:
    from agent.traps.listener import Listener

log = logging.getLogger("nineward.agent")

SEND_TIMEOUT_S = 15.0
LAST_SEND_S = 3.0
_FREEZE_AFTER_S = 15.0


class Agent:
    """Everything an agent runs on, ready to run."""

    def __init__(self, folder: Folder, settings: Settings, clock: Clock) -> None:
        """Raises Missing before ``join``, Conflicting when another process runs from this folder, Unavailable when the
        disk does not let it work."""
        identity = folder.identity()
        if identity is None:
            raise Missing(f"No agent has joined from {folder.path}. Run: nineward-agent join URL --token TOKEN")
        self._lock = _lock(folder)
        self.identity: Identity = identity
        self._folder = folder
        self._clock = clock
        self._stop_asked = asyncio.Event()
        url = check_url(settings.collector or identity.url)
        token, ca = folder.token(), folder.ca()
        trust = authority(ca) if ca and url.startswith("https:") else None
        process = Process(secrets.token_hex(8), machine_boot(), version())

        self.plan = _known_plan(folder)
        self.health = Health()
        self.spool = Spool(folder.spool_file, process, settings.spool, clock)
        self.uplink = Uplink(
            self.spool,
            Connection(url, token, trust, SEND_TIMEOUT_S),
            identity.id,
            process,
            clock,
            self.health,
            Backoff(random.random),
        )
        self.gather = Gather(self.spool, self.uplink.wake)
        self.looks = Looks(clock, self.health, settings.probes, self.gather.deliver, self.gather.ring)
        self.schedule = Schedule(clock, self.looks.begin, self._missed)
        self.traps = self._listener(settings, Connection(url, token, trust, SEND_TIMEOUT_S), process)
        self.follow = Follow(
            Connection(url, token, trust, POLL_S + SEND_TIMEOUT_S),
            folder.plan_file,
            self.plan,
            clock,
            Backoff(random.random),
            self._changed,
            self._wished,
        )

    async def run(self) -> None:
        """Look and report until somebody asks for the end, then stop in order."""
        self._loop = asyncio.get_running_loop()
        log.info(
            "agent=%s name=%s collector=%s plan=%d checks=%d waiting=%d previous_stop=%s",
            self.identity.id,
            self.identity.name,
            self.identity.url,
            self.plan.revision,
            len(self.plan.checks),
            self.spool.unsent,
            self.spool.previous.stop,
        )
        self.gather.start()
        self.uplink.start()
        self.schedule.start()
        if self.traps is not None:
            self.traps.start()
        self._take_over(self.plan)
        self.follow.start()
        # What is there by now stays.
        self._loop.call_later(_FREEZE_AFTER_S, settle)
        await self._stop_asked.wait()
        await self._stop()

    def stop(self) -> None:
        """Ask for the end. In the event loop."""
        self._stop_asked.set()

    async def _stop(self) -> None:
        """First no new looks, then what was seen to disk, then as much of it to the collector as goes quickly."""
        self.schedule.stop()
        if self.traps is not None:
            self.traps.stop()
        await self.looks.close()
        self.gather.stop()
        self.follow.stop()
        self.uplink.stop(LAST_SEND_S)
        reason = "shutdown" if _machine_goes_down() else "stop"
        self.spool.close(reason)
        self._lock.close()
        log.info("agent=%s stopped, reason=%s waiting=%d", self.identity.id, reason, self.spool.unsent)

    def _missed(self, slots: int) -> None:
        self.health.skipped += slots
        log.warning("skipped=%d looks were due while this machine slept or was overloaded", slots)

    def _changed(self, plan: Plan) -> None:
        self._loop.call_soon_threadsafe(self._take_over, plan)

    def _wished(self, plan: Plan) -> None:
        for boot, seq in plan.resend.items():
            again = self.spool.rewind(boot, seq)
            if again:
                log.info("boot=%s after=%d again=%d results are sent once more", boot, seq, again)
        self.uplink.wake(bool(plan.resend))
        if plan.look_now:
            self._loop.call_soon_threadsafe(self.looks.look_now, plan.look_now)

    def _take_over(self, plan: Plan) -> None:
        self.plan = plan
        self.uplink.send_every = plan.send_every
        self.uplink.plan_revision = plan.revision
        self.looks.replace(plan)
        self.schedule.replace(plan.checks)
        if self.traps is not None:
            self.traps.follow(plan)

    def _listener(self, settings: Settings, connection: Connection, process: Process) -> "Listener | None":
        if not settings.traps.listen:
            return None
        from agent.traps.courier import Courier
        from agent.traps.engine import started
        from agent.traps.listener import Listener
        from agent.traps.outbox import Outbox

        try:
            outbox = Outbox(self._folder.traps_file, process.machine_boot, process.boot, self._clock)
            return Listener(
                settings.traps.listen,
                settings.traps.per_minute,
                started(self._folder.engine_file),
                outbox,
                Courier(outbox, connection, Backoff(random.random)),
                self._heard,
            )
        except (Unavailable, Broken) as trouble:
            # A port that another program holds, or a file that cannot be read, must not end the looks.
            log.error("no traps are heard: %s", trouble)
            return None

    def _heard(self, handles: Iterable[int]) -> None:
        self._loop.call_soon_threadsafe(self.looks.look_now, handles)


def run(folder: Folder, settings: Settings) -> None:
    """Run the agent of that folder until SIGTERM or SIGINT."""

    async def live() -> None:
        agent = Agent(folder, settings, Clock())
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGTERM, agent.stop)
        # Whoever started us may keep the terminal's interrupt to itself and stop us in its own order.
        if signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:
            loop.add_signal_handler(signal.SIGINT, agent.stop)
        await agent.run()

    asyncio.run(live())


def _known_plan(folder: Folder) -> Plan:
    try:
        return remembered(folder.plan_file)
    except Invalid as wrong:
        log.error("%s The plan is fetched anew.", wrong)
        return Plan()


def _lock(folder: Folder) -> IO[bytes]:
    """Hold the folder for this process. Raises Conflicting when another one does."""
    folder.lock_file.touch(mode=0o600)
    file = folder.lock_file.open("r+b")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.close()
        raise Conflicting(f"Another agent runs from {folder.path}. Stop it first.") from None
    return file


def _machine_goes_down() -> bool:
    """Whether systemd is stopping the whole machine (systemctl(1), is-system-running)."""
    if not os.path.isdir("/run/systemd/system"):  # noqa: PTH112 - no Path needed for one question
        return False
    try:
        told = subprocess.run(["systemctl", "is-system-running"], capture_output=True, timeout=2, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return told.stdout.strip() == b"stopping"
