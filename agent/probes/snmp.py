"""A device by SNMP: does its agent answer, how long is it up, and what do its interfaces do.

The answer to sysUpTime decides; the interface table is only recorded, and nothing wrong with it makes the device look
down. Silence is a failure (dead, blocked or an unknown community look alike); credentials the device refuses are an
``error``, because then it lives and we could not look.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from agent.names import Unresolved, resolve, version
from agent.probes.probe import Log, Probe, Subject, option, silent
from agent.snmp.credentials import Access, ways_in
from agent.snmp.discovery import discovered
from agent.snmp.interfaces import (
    COUNTER_COLUMNS,
    STATUS_COLUMNS,
    Interface,
    elapsed,
    interfaces,
    restarted,
    state,
    traffic,
)
from agent.snmp.session import Denied, ErrorStatus, Session, Silent
from agent.snmp.walk import Oid, Walk
from agent.stream import split
from agent.trouble import judge, unroutable
from rules.result import Outcome, Reading

SYS_UP_TIME: Oid = (1, 3, 6, 1, 2, 1, 1, 3, 0)


@dataclass(frozen=True, slots=True)
class Options:
    version: str = option(
        "auto", "protocol version; auto takes what the credential says", choices=("auto", "v1", "v2c", "v3")
    )
    port: int = option(161, "UDP port, when the address has none", low=1, high=65535)
    interfaces: bool = option(True, "also read the interface table")
    interfaces_every_s: int = option(60, "seconds from one reading of the table to the next", low=1, high=86400)
    repetitions: int = option(10, "rows per GETBULK; 1 uses GETNEXT, for devices with a broken GETBULK", low=1, high=50)
    most_values: int = option(50_000, "values after which a walk is cut off", low=100, high=1_000_000)


class Snmp(Probe):
    """Keeps the way in that worked, and the interface counters between looks."""

    shape = Options

    def __init__(
        self,
        options: Mapping[str, object] | None = None,
        local: Mapping[str, object] | None = None,
        log: Log = silent,
    ) -> None:
        super().__init__(options, local, log)
        self._sessions: dict[tuple[Access, str, int], Session] = {}
        self._worked: Access | None = None
        self._uptime: int | None = None
        self._uptime_at_s = 0.0
        self._interfaces: dict[str, Interface] = {}
        self._interfaces_uptime = 0
        self._walk_due_s = 0.0
        self._repetitions: int = self.options.repetitions

    async def look(self, subject: Subject, deadline_s: float) -> Reading:
        loop = asyncio.get_running_loop()
        until = loop.time() + deadline_s
        try:
            host, port = split(subject.address, self.options.port)
            ways = list(ways_in(subject.credentials, self.options.version))
            async with asyncio.timeout_at(until):
                address = (await resolve(host))[0]
        except (ValueError, Unresolved, TimeoutError) as wrong:
            return Reading(Outcome.ERROR, text=str(wrong) or f"resolving {subject.address} took too long")
        if not ways:
            return Reading(Outcome.ERROR, text="no SNMP credential that fits is given to this check")
        blocked = unroutable(address, port)
        if blocked is not None:
            outcome, line = judge(blocked, version(address))
            return Reading(outcome, text=line)
        try:
            return await self._read(ways, address, port, until)
        except Silent:
            return Reading(Outcome.FAILED, text="no answer")
        except Denied as refused:
            return Reading(Outcome.ERROR, text=f"the device answers, but could not be read: {refused}")

    def close(self) -> None:
        for session in self._sessions.values():
            session.close()
        self._sessions.clear()

    async def _read(self, ways: list[Access], address: str, port: int, until: float) -> Reading:
        loop = asyncio.get_running_loop()
        try:
            uptime, session = await self._up_time(ways, address, port, until)
        except ErrorStatus as refused:
            return Reading(Outcome.OK, text=f"answers with {refused}")
        now = loop.time()
        if uptime is None:
            return Reading(Outcome.OK, text="answers, but does not show sysUpTime")
        values: dict[str, float] = {"uptime_s": uptime // 100}
        text = ""
        fresh = self._uptime is None or restarted(self._uptime, uptime, now - self._uptime_at_s)
        if fresh and self._uptime is not None:
            text = f"its SNMP agent restarted {uptime // 100} s ago"
            self._interfaces = {}
        self._uptime, self._uptime_at_s = uptime, now
        if self.options.interfaces and now >= self._walk_due_s:
            self._walk_due_s = now + self.options.interfaces_every_s - 0.5
            found, faults = await self._table(session, until)
            values |= state(found)
            values |= traffic(self._interfaces, found, elapsed(self._interfaces_uptime, uptime))
            self._interfaces, self._interfaces_uptime = found, uptime
            text = "; ".join(filter(None, (text, *(f"interface table: {fault}" for fault in faults[:2]))))
        return Reading(Outcome.OK, values, text)

    async def _up_time(self, ways: list[Access], address: str, port: int, until: float) -> tuple[int | None, Session]:
        """sysUpTime by the first way in that works, the one that worked last before all others.

        sysUpTime is None when the device answers without it. Raises Denied when any way was refused, else Silent: a
        refusal shows that the device lives.
        """
        loop = asyncio.get_running_loop()
        ways = sorted(ways, key=lambda way: way != self._worked)
        denied: Denied | None = None
        denied_name = ""
        for number, way in enumerate(ways):
            if denied is not None and way.name == denied_name and not denied.retry:
                continue
            session = self._open(way, address, port)
            patience = (until - loop.time()) / (len(ways) - number)
            try:
                answer = await session.get([SYS_UP_TIME], patience * (0.7 if way.version == "v3" else 1))
            except Silent:
                self.log(f"{way.name} ({way.version}): no answer")
                # Many devices drop what they cannot decrypt without a word. They live all the same.
                if way.version == "v3" and await discovered(address, port, patience * 0.25):
                    denied = Denied("not one word to this user; is the privacy key or protocol wrong?", retry=True)
                    denied_name = way.name
                continue
            except Denied as refused:
                self.log(f"{way.name} ({way.version}): {refused}")
                denied, denied_name = refused, way.name
                continue
            value = answer[0][1]
            self.log(f"{way.name} ({way.version}): sysUpTime {value!r}")
            self._worked = way
            return (value if isinstance(value, int) else None), session
        raise denied or Silent()

    def _open(self, way: Access, address: str, port: int) -> Session:
        """The session by that way. All stay open until the end: looks of one check may overlap."""
        session = self._sessions.get((way, address, port))
        if session is None:
            session = self._sessions[way, address, port] = Session(way, address, port)
        return session

    async def _table(self, session: Session, until: float) -> tuple[dict[str, Interface], list[str]]:
        """The interface table, and what was wrong with it. What could not be read in time is left out."""
        faults: list[str] = []
        cells = {}
        for columns in (STATUS_COLUMNS, COUNTER_COLUMNS):
            walk = Walk(columns, self.options.most_values)
            faults += await self._walk(session, walk, until)
            cells.update(walk.cells)
            faults += walk.faults
        found = interfaces(cells)
        self.log(f"{len(found)} interfaces{': ' + '; '.join(faults) if faults else ''}")
        return found, faults

    async def _walk(self, session: Session, walk: Walk, until: float) -> list[str]:
        loop = asyncio.get_running_loop()
        while not walk.done:
            patience = (until - loop.time()) * 0.6
            if patience < 0.05:
                return ["no time was left to read all of it"]
            try:
                walk.take(await session.following(walk.asks(), self._repetitions, patience))
            except Silent:
                # Answers in pieces that never arrive: a device that answers Get wants smaller ones.
                if self._repetitions == 1:
                    return ["no answer"]
                self._repetitions = max(1, self._repetitions // 2)
            except (Denied, ErrorStatus) as refused:
                return [str(refused)]
        return []
