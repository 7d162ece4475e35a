"""What is known of one device, shared by all checks of it: the way in, its profile, and each reading made once."""

import asyncio
from dataclasses import dataclass
from typing import NamedTuple
from weakref import WeakKeyDictionary

from agent.probes.probe import Log
from agent.snmp import interfaces as table_of
from agent.snmp.ber import Oid, Value
from agent.snmp.credentials import Access
from agent.snmp.device import Device
from agent.snmp.devices import engine_id, open_device
from agent.snmp.errors import Cause, Denied, ErrorStatus, Refused, Silent
from agent.snmp.health import Health, evaluate, wanted
from agent.snmp.interfaces import Interface, interfaces
from agent.snmp.lacking import Lacking
from agent.snmp.profile import Profile
from agent.snmp.profile_library import library
from agent.snmp.shared import Shared
from agent.snmp.text import text
from agent.snmp.uptime import NO_RESTART, Clocks, Restart, compare, suspicious
from rules.uptime import UPTIME_ROUND

SYS_DESCR: Oid = (1, 3, 6, 1, 2, 1, 1, 1, 0)
SYS_OBJECT_ID: Oid = (1, 3, 6, 1, 2, 1, 1, 2, 0)
SYS_UP_TIME: Oid = (1, 3, 6, 1, 2, 1, 1, 3, 0)
ENGINE_BOOTS: Oid = (1, 3, 6, 1, 6, 3, 10, 2, 1, 2, 0)
ENGINE_TIME: Oid = (1, 3, 6, 1, 6, 3, 10, 2, 1, 3, 0)
HR_SYSTEM_UPTIME: Oid = (1, 3, 6, 1, 2, 1, 25, 1, 1, 0)
FG_SYS_UP_TIME: Oid = (1, 3, 6, 1, 4, 1, 12356, 101, 4, 1, 20, 0)
"""fgSysUpTime (FORTINET-FORTIGATE-MIB): 64 bits, so it never wraps."""

_CLOCKS = (SYS_UP_TIME, ENGINE_BOOTS, ENGINE_TIME, HR_SYSTEM_UPTIME, FG_SYS_UP_TIME)
_CLOCKS_EVERY_S = 3600.0
"""The host's clock runs on between readings, so an old one tells as much as a fresh one."""


class Tables(NamedTuple):
    """Which tables of a device a check reads."""

    ports: bool = False
    health: bool = False


class Kind(NamedTuple):
    """Which device, by which ways in, read as what: checks that agree in all of it share one Survey."""

    address: str
    port: int
    ways: tuple[Access, ...]
    profile: str
    folders: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Alive:
    """A device that answered at ``at_s`` (the loop's clock): its sysUpTime in 1/100 s, None when it does not show it.

    ``host_s`` is how long its host runs by then, ``boots`` snmpEngineBoots; None where it does not tell.
    ``restarts`` counts the restarts seen so far, ``restart`` is the latest, ``restarted_at_s`` when it was noticed (the
    loop's clock). ``odd`` is what it answered instead of a value.
    """

    uptime: int | None
    at_s: float
    restarts: int = 0
    restart: Restart = NO_RESTART
    restarted_at_s: float = 0.0
    odd: str = ""
    host_s: float | None = None
    boots: int | None = None

    def uptime_at(self, at_s: float) -> int:
        """sysUpTime (1/100 s) at another instant of the loop's clock: a reading may be shared with other checks."""
        return max(0, (self.uptime or 0) + round((at_s - self.at_s) * 100)) % UPTIME_ROUND


@dataclass(frozen=True, slots=True)
class Ports:
    """The interfaces of a device by name, and what was wrong with the reading, in words."""

    found: dict[str, Interface]
    faults: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Condition:
    """What the device's own sensors say, by the profile named, and what was wrong with the reading, in words."""

    health: Health
    profile: str
    faults: tuple[str, ...]


class Survey:
    """One device as several checks look at it. Made by ``open_survey``; ``close`` it when done.

    Each reading is made once for all who want it and given to each check once (see ``Shared``). Readings raise Silent,
    Denied, ErrorStatus, OSError, or TimeoutError when time is over before one has come; ``health`` also Missing and
    Invalid for a profile that cannot be used.
    """

    __slots__ = (
        "_alive",
        "_all",
        "_all_due_s",
        "_clocks",
        "_condition",
        "_devices",
        "_home",
        "_lacking",
        "_needless",
        "_ports",
        "_profile",
        "_restart",
        "_restarted_at_s",
        "_restarts",
        "_users",
        "_worked",
        "kind",
    )

    def __init__(self, kind: Kind, home: "dict[Kind, Survey]") -> None:
        self.kind = kind
        self._home = home
        self._users: frozenset[int] = frozenset()
        self._devices: dict[Access, Device] = {}
        self._worked: Device | None = None
        self._clocks: Clocks | None = None
        self._all: Clocks | None = None
        self._all_due_s = 0.0
        self._restarts = 0
        self._restart = NO_RESTART
        self._restarted_at_s = 0.0
        self._profile: Profile | None = None
        self._needless: frozenset[Oid] = frozenset()
        self._lacking = Lacking()
        self._alive: Shared[Alive] = Shared()
        self._ports: Shared[Ports] = Shared()
        self._condition: Shared[Condition] = Shared()

    def join(self, user: int, tables: Tables) -> None:
        """From now on this check looks here, at these tables."""
        self._users |= {user}
        self._alive.join(user)
        if tables.ports:
            self._ports.join(user)
        if tables.health:
            self._condition.join(user)

    def close(self, user: int) -> None:
        """This check looks here no more; with the last one the device is let go of."""
        for shared in (self._alive, self._ports, self._condition):
            shared.leave(user)
        self._users -= {user}
        if not self._users:
            for device in self._devices.values():
                device.close()
            self._devices.clear()
            self._home.pop(self.kind, None)

    async def alive(self, user: int, oldest_s: float, until: float, log: Log) -> Alive:
        """Whether the device answers. The first way in that works is kept, and tried first from then on."""
        return await self._alive.get(user, oldest_s, until, lambda end: self._look(end, log))

    async def ports(self, user: int, oldest_s: float, until: float, most: int) -> Ports:
        """Its interfaces. To be asked for after ``alive``. ``most`` values at most are read."""
        return await self._ports.get(user, oldest_s, until, lambda end: self._read_ports(end, most))

    async def health(self, user: int, oldest_s: float, until: float, most: int) -> Condition:
        """What it says of its own state, by its profile. To be asked for after ``alive``."""
        return await self._condition.get(user, oldest_s, until, lambda end: self._read_health(end, most))

    async def _look(self, until: float, log: Log) -> Alive:
        loop = asyncio.get_running_loop()
        try:
            uptime, device = await self._up_time(until, log)
        except ErrorStatus as refused:
            return Alive(None, loop.time(), self._restarts, self._restart, self._restarted_at_s, str(refused))
        answered_s = loop.time()
        await self._compare(device, Clocks(answered_s, uptime, boots=device.boots), until)
        boots = device.boots if device.boots is not None or self._all is None else self._all.boots
        known = (self._restarts, self._restart, self._restarted_at_s, "", self._host_s(answered_s), boots)
        return Alive(uptime, answered_s, *known)

    def _host_s(self, at_s: float) -> float | None:
        """How long the host runs at an instant. It went on since its clock was read, as sysUpTime did."""
        known = self._all
        count = None if known is None else known.host if known.wide is None else known.wide
        return None if known is None or count is None else count / 100 + at_s - known.at_s

    async def _up_time(self, until: float, log: Log) -> tuple[int | None, Device]:
        """sysUpTime by the first way in that works, the one that worked last before all others.

        sysUpTime is None when the device answers without it. Raises Denied when any way was refused, else Silent: a
        refusal shows that the device lives.
        """
        loop = asyncio.get_running_loop()
        worked = None if self._worked is None else self._worked.access
        ways = sorted(self.kind.ways, key=lambda way: way != worked)
        denied: Denied | None = None
        denied_name = ""
        silent = Silent()
        for number, way in enumerate(ways):
            if denied is not None and way.name == denied_name and not denied.retry:
                continue
            patience = (until - loop.time()) / (len(ways) - number)
            try:
                device = self._open(way)
                answer = await device.get((SYS_UP_TIME,), patience * (0.7 if way.version == "v3" else 1))
            except Silent as nothing:
                silent = nothing
                log(f"{way.name} ({way.version}): {nothing}")
                # Many devices drop what they cannot decrypt without a word. They live all the same.
                if (
                    way.version == "v3"
                    and not nothing.reason
                    and await engine_id(self.kind.address, self.kind.port, patience * 0.25)
                ):
                    words = "not one word to this user; is the privacy key or protocol wrong?"
                    denied, denied_name = Denied(words, Cause.DECRYPTION, retry=True), way.name
                continue
            except Denied as refused:
                log(f"{way.name} ({way.version}): {refused}")
                denied, denied_name = refused, way.name
                continue
            except ErrorStatus:
                self._worked = device
                raise
            value = answer[0].value
            log(f"{way.name} ({way.version}): sysUpTime {value!r}")
            self._worked = device
            return (value if isinstance(value, int) else None), device
        raise denied or silent

    def _open(self, way: Access) -> Device:
        """The device by that way. All stay open until the end: looks of one device may overlap."""
        device = self._devices.get(way)
        if device is None:
            device = self._devices[way] = open_device(way, self.kind.address, self.kind.port)
        return device

    async def _compare(self, device: Device, now: Clocks, until: float) -> None:
        """Take in the clocks of this look; what they show of a restart is kept until the next."""
        before, known = self._clocks, self._all
        if before is None or now.at_s >= self._all_due_s or suspicious(before, now):
            self._all_due_s = now.at_s + _CLOCKS_EVERY_S
            now = await self._all_clocks(device, now, until)
            restart = NO_RESTART if before is None else compare(before, now, known)
            if restart != NO_RESTART:
                self._restarts += 1
                self._restart, self._restarted_at_s = restart, now.at_s
                self._profile = None
                self._needless = frozenset()
                self._lacking.forget()
            self._all = now
        self._clocks = now

    async def _all_clocks(self, device: Device, now: Clocks, until: float) -> Clocks:
        loop = asyncio.get_running_loop()
        try:
            answer = await device.get(_CLOCKS, (until - loop.time()) * 0.5)
        except Silent:
            self._all_due_s = now.at_s  # lost or late, not refused: the next look asks again
            return now
        except Refused:
            return now
        told: dict[Oid, Value] = {one.oid: one.value for one in answer}

        def number(oid: Oid) -> int | None:
            value = told.get(oid)
            return value if isinstance(value, int) else None

        boots = number(ENGINE_BOOTS) if now.boots is None else now.boots
        agent = number(SYS_UP_TIME)
        return Clocks(
            loop.time(),
            now.agent if agent is None else agent,
            number(HR_SYSTEM_UPTIME),
            number(FG_SYS_UP_TIME),
            boots,
            number(ENGINE_TIME),
        )

    async def _read_ports(self, until: float, most: int) -> Ports:
        device = self._reached()
        now_s = asyncio.get_running_loop().time()
        useless = table_of.WIDE if device.access.version == "v1" else self._needless
        columns = [column for column in self._lacking.without(table_of.COLUMNS, now_s) if column not in useless]
        table = await device.read(columns, (), until=until, most=most)
        self._lacking.learn(columns, table, now_s)
        if not table.faults:
            self._needless |= table_of.needless(table)
        return Ports(interfaces(table), table.faults)

    async def _read_health(self, until: float, most: int) -> Condition:
        device = self._reached()
        loop = asyncio.get_running_loop()
        profile = self._profile
        if profile is None:
            profile = self._profile = await self._choose(device, until)
        columns, scalars = (self._lacking.without(oids, loop.time()) for oids in wanted(profile))
        table = await device.read(columns, scalars, until=until, most=most)
        self._lacking.learn((*columns, *scalars), table, loop.time())
        return Condition(evaluate(profile, table), profile.name, table.faults)

    async def _choose(self, device: Device, until: float) -> Profile:
        shelf = library(self.kind.folders)
        if self.kind.profile != "auto":
            return shelf.load(self.kind.profile)
        answer = await device.get((SYS_OBJECT_ID, SYS_DESCR), (until - asyncio.get_running_loop().time()) * 0.5)
        object_id, descr = (one.value for one in answer)
        return shelf.choose(
            object_id if isinstance(object_id, tuple) else None, text(descr) if isinstance(descr, bytes) else ""
        )

    def _reached(self) -> Device:
        if self._worked is None:
            raise Silent()
        return self._worked


_OPEN: "WeakKeyDictionary[asyncio.AbstractEventLoop, dict[Kind, Survey]]" = WeakKeyDictionary()


def open_survey(kind: Kind, user: int, tables: Tables) -> Survey:
    """The survey of that device in the running event loop, for a check that reads these tables of it; ``close(user)``
    it when done."""
    surveys = _OPEN.setdefault(asyncio.get_running_loop(), {})
    survey = surveys.get(kind)
    if survey is None:
        survey = surveys[kind] = Survey(kind, surveys)
    survey.join(user, tables)
    return survey
