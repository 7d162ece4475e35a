"""One device by one way in: its values by GET, and its tables by walks, over sockets shared with all others."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Protocol

from agent.snmp.ber import Malformed, Oid, Tag, VarBind
from agent.snmp.columns import columns_of
from agent.snmp.credentials import Access
from agent.snmp.errors import Cause, Denied, ErrorStatus, Garbled, Unanswered
from agent.snmp.line import Line, Request
from agent.snmp.message import Kind, Response, response
from agent.snmp.pace import Pace
from agent.snmp.reading import NO_SUCH_NAME, SYS_UP_TIME, TOO_BIG, Reading
from agent.snmp.table import Table
from agent.snmp.walk import Walk

_LEAST_PATIENCE_S = 0.05
_NO_RIGHT = (6, 16)
"""noAccess and authorizationError."""
_STATUSES = (
    "noError", "tooBig", "noSuchName", "badValue", "readOnly", "genErr", "noAccess", "wrongType", "wrongLength",
    "wrongEncoding", "wrongValue", "noCreation", "inconsistentValue", "resourceUnavailable", "commitFailed",
    "undoFailed", "authorizationError", "notWritable", "inconsistentName",
)  # fmt: skip
"""RFC 3416 §3, in the order of their numbers."""


class Room(Protocol):
    """What keeps the devices of one event loop."""

    def close(self, device: "Device") -> None: ...

    def engine_seen(self, device: "Device", engine: bytes) -> None: ...

    def twins(self, device: "Device") -> tuple[str, ...]: ...


class Device:
    """One device by one way in. ``devices.open_device`` makes it; ``close`` it when done with it.

    What was learnt of it is kept for the next question: how many rows it gives at once, whether it can GETBULK, the
    engine and clock of v3. At most two requests are under way at once, and no more a second than its budget; single
    objects go before tables.

    All methods raise Silent, Denied, ErrorStatus, or OSError for what this machine could not do.
    """

    __slots__ = ("_room", "access", "address", "line", "noted_engine", "pace", "port")

    def __init__(self, access: Access, address: str, port: int, line: Line, room: Room) -> None:
        self.access, self.address, self.port = access, address, port
        self.pace = Pace(access.version)
        self.line = line
        self.noted_engine: bytes | None = None
        self._room = room

    @property
    def boots(self) -> int | None:
        """How often the device's engine started, as its v3 answers tell (snmpEngineBoots); None when not known."""
        boots: int | None = getattr(self.line.security, "boots", None)
        return boots

    @property
    def engine_id(self) -> bytes | None:
        """Its engine id, None with v1, v2c and before the first answer."""
        return self.line.security.engine_id or None

    @property
    def twins(self) -> tuple[str, ...]:
        """Other addresses at which the same engine id answers now: two names of one device, or a cloned one whose
        clock spoils that of the first (RFC 3411 §5 wants engine ids unique)."""
        return self._room.twins(self)

    async def get(self, oids: Sequence[Oid], patience_s: float) -> list[VarBind]:
        """These objects, in their order, within ``patience_s`` (three tries, each half as long again).

        With v1, which fails whole, what is missing comes as NO_SUCH_OBJECT; an answer that is too big is asked for in
        halves.
        """
        until = self.line.transport.now() + patience_s
        try:
            return await self._got(oids, until)
        except ErrorStatus as refused:
            if refused.status == TOO_BIG and len(oids) > 1:
                half = len(oids) // 2
                return await self._parts(until, oids[:half], oids[half:])
            place = refused.index - 1
            if refused.status == NO_SUCH_NAME and 0 <= place < len(oids):
                found = await self._parts(until, [*oids[:place], *oids[place + 1 :]])
                found.insert(place, VarBind(oids[place], Tag.NO_SUCH_OBJECT, None))
                return found
            raise

    async def following(self, oids: Sequence[Oid], repetitions: int, patience_s: float) -> list[VarBind]:
        """The objects after these, row by row, up to ``repetitions`` rows; one row from v1 and from devices that
        cannot GETBULK. What is at its end comes as END_OF_MIB_VIEW, with the name it was asked by."""
        until = self.line.transport.now() + patience_s
        if repetitions > 1 and self.pace.may_bulk(self.line.transport.now()):
            bulk: Response = await self._ask(Kind.GET_BULK, oids, 0, repetitions, _checked, until, ahead=True)
            return bulk.varbinds
        try:
            row: Response = await self._ask(Kind.GET_NEXT, oids, 0, 0, _checked, until, ahead=True)
            return row.varbinds
        except ErrorStatus as refused:
            place = refused.index - 1
            if refused.status != NO_SUCH_NAME or not 0 <= place < len(oids):
                raise
        # With v1 the end of one column spoils the answer for all.
        rest = [*oids[:place], *oids[place + 1 :]]
        found = await self.following(rest, 1, until - self.line.transport.now()) if rest else []
        found.insert(place, VarBind(oids[place], Tag.END_OF_MIB_VIEW, None))
        return found

    async def read(
        self, columns: Sequence[Oid], scalars: Sequence[Oid] = (), *, until: float, most: int = 50_000
    ) -> Table:
        """Columns of any tables and single objects (whole names, with their .0), in as few requests as will carry
        them, at the latest at ``until`` (the loop's clock; 60 s from now at most).

        Raises Silent, Denied, ErrorStatus or OSError only when nothing at all was answered; what else went wrong
        stands in the table's faults.
        """
        now = self.line.transport.now
        table = await Reading(self, now, until, most).run(columns, scalars)
        if self.pace.bulk_compared or await self._bulk_agrees(table, until):
            return table
        self.pace.distrust_bulk(now())
        table = await Reading(self, now, until, most).run(columns, scalars)
        table.faults += ("GETBULK gives other values than GET: the device is read row by row for an hour",)
        return table

    async def _bulk_agrees(self, table: Table, until: float) -> bool:
        """Whether a text that GETBULK brought is what GET brings too: there are devices that mix them up."""
        texts = (
            (column + index, value)
            for column, cells in table.cells.items()
            for index, value in cells.items()
            if isinstance(value, bytes)
        )
        name, value = next(texts, ((), b""))
        left_s = until - self.line.transport.now()
        if not name or left_s < _LEAST_PATIENCE_S:
            return True
        try:
            told = (await self.get([name], left_s))[0].value
            # A text that changes by itself proves nothing.
            odd = told != value and (await self.get([name], left_s))[0].value == told
        except (Unanswered, OSError):
            return True
        if not odd:
            self.pace.compared()
            return True
        return False

    async def rows(self, walk: Walk, repetitions: int, uptime: bool, patience_s: float) -> tuple[int, float]:
        """Ask for what the walk wants next and let it take the answer; the answer's bytes, and the seconds it took.

        ``repetitions`` 0 asks by GETNEXT. ``uptime`` asks for sysUpTime along with it.
        """
        asked = walk.asks()
        columns = walk.reading
        line = self.line

        def reader(buffer: bytes, at: int) -> Response | None:
            regular = columns_of(buffer, at, columns, uptime)
            return None if regular is not None and walk.take_columns(regular) else _checked(buffer, at)

        request = Request(
            line,
            line.transport.loop.create_future(),
            Kind.GET_BULK if repetitions else Kind.GET_NEXT,
            [SYS_UP_TIME[:-1], *asked] if uptime else asked,
            int(uptime),
            repetitions,
            reader,
            line.transport.now() + patience_s,
        )
        told: Response | None = await self._sent(request, ahead=False)
        if told is not None:
            _take(walk, told.varbinds, uptime)
        return request.size, request.took_s

    def close(self) -> None:
        """Give back this use of the device. The last one lets go of its sockets."""
        self._room.close(self)

    def answers_from(self, hosts: Iterable[str]) -> None:
        """Take its answers also when they come from these addresses."""
        self.line.also = tuple(dict.fromkeys((*self.line.also, *hosts)))

    async def _got(self, oids: Sequence[Oid], until: float) -> list[VarBind]:
        told: Response = await self._ask(Kind.GET, oids, 0, 0, _checked, until, ahead=True)
        if len(told.varbinds) != len(oids):
            raise Garbled(f"{len(told.varbinds)} values in answer to {len(oids)} objects")
        return told.varbinds

    async def _parts(self, until: float, *parts: Sequence[Oid]) -> list[VarBind]:
        found: list[VarBind] = []
        for part in parts:
            if part:
                found += await self.get(part, until - self.line.transport.now())
        return found

    async def _ask(
        self,
        kind: Kind,
        oids: Sequence[Oid],
        skip: int,
        repetitions: int,
        reader: Callable[[bytes, int], Any],
        until: float,
        ahead: bool,
    ) -> Any:
        line = self.line
        answer = line.transport.loop.create_future()
        return await self._sent(Request(line, answer, kind, oids, skip, repetitions, reader, until), ahead)

    async def _sent(self, request: Request, ahead: bool) -> Any:
        transport = request.line.transport
        transport.begin(request, ahead)
        try:
            told = await request.answer
        except asyncio.CancelledError:
            transport.withdraw(request)
            raise
        engine = request.line.security.engine_id
        if engine and engine != self.noted_engine:
            self._room.engine_seen(self, engine)
        return told


def _checked(buffer: bytes, at: int) -> Response:
    """The answer at that place. Raises Malformed, and the error status when it bears one."""
    told = response(buffer, at)
    if told.kind != Kind.RESPONSE:
        raise Malformed("no answer, but a question", at)
    if told.status:
        name = _STATUSES[told.status] if 0 <= told.status < len(_STATUSES) else f"error status {told.status}"
        if told.status in _NO_RIGHT:
            raise Denied(f"these credentials may not read ({name})", Cause.NO_ACCESS)
        raise ErrorStatus(f"error status {name}", told.status, told.index)
    return told


def _take(walk: Walk, varbinds: list[VarBind], uptime: bool) -> None:
    if len(varbinds) <= uptime:
        # Whoever asked the same again would get the same, for ever.
        raise Garbled("an empty answer")
    if not uptime:
        walk.take(varbinds)
        return
    first = varbinds[0]
    since = first.value if first.oid == SYS_UP_TIME and isinstance(first.value, int) else None
    walk.take(varbinds[1:], since)
