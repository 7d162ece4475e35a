"""One reading of a device: columns of several tables and single objects, in few requests, whatever the device does.

One broken table never spoils the others, nor makes the device look dead.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol

from agent.snmp.ber import Oid, Tag, Value, VarBind
from agent.snmp.errors import Denied, ErrorStatus, Garbled, Silent, Unanswered
from agent.snmp.line import MOST_UNDER_WAY
from agent.snmp.pace import ROOM, Pace
from agent.snmp.table import Table
from agent.snmp.walk import Walk, grouped, shown, tables

SYS_UP_TIME: Oid = (1, 3, 6, 1, 2, 1, 1, 3, 0)
"""SNMPv2-MIB::sysUpTime.0 (RFC 3418): 1/100 s since the device's agent began."""

TOO_BIG, NO_SUCH_NAME = 1, 2
"""Error statuses (RFC 3416 §3)."""
_STRIKES = 2
"""Time-outs after which a table is left."""
_MOST_S = 60.0
_SCALARS_AT_ONCE = 24
_FOR_ALL = (OSError, Denied, Silent)
"""What befalls one question, and will befall all others too."""
_ABSENT = (Tag.NO_SUCH_OBJECT, Tag.NO_SUCH_INSTANCE, Tag.END_OF_MIB_VIEW, Tag.NULL)


class Asker(Protocol):
    """What a reading needs of a device."""

    pace: Pace

    async def get(self, oids: Sequence[Oid], patience_s: float) -> list[VarBind]: ...

    async def rows(self, walk: Walk, repetitions: int, uptime: bool, patience_s: float) -> tuple[int, float]:
        """Ask for what the walk wants next, and let it take the answer; its bytes, and the seconds it took."""


class Reading:
    """One reading; ``table`` is asked for when ``run`` is through."""

    def __init__(self, device: Asker, now: Callable[[], float], until: float, most: int) -> None:
        self._device, self._pace, self._now = device, device.pace, now
        self._until = min(until, now() + _MOST_S)
        self._most = most
        self._answers = 0
        self._lost: Exception | None = None
        self._taken = 0
        self._walks: list[Walk] = []
        self._waiting: deque[Callable[[], Awaitable[None]]] = deque()
        self._scalars: dict[Oid, Value] = {}
        self._faults: list[str] = []
        self._uptime: int | None = None
        self._cut = False

    async def run(self, columns: Sequence[Oid], scalars: Sequence[Oid]) -> Table:
        """Ask for everything. Raises what the device first answered with when it answered nothing else."""
        for start in range(0, len(scalars), _SCALARS_AT_ONCE):
            part = scalars[start : start + _SCALARS_AT_ONCE]
            self._waiting.append(lambda part=part: self._get(part))  # type: ignore[misc]
        admitted = self._admitted(columns) if self._pace.leaves_out else columns
        for group in grouped(tuple(admitted), self._pace.abreast):
            walk = Walk(group, self._most)
            walk.width = self._pace.width(group[0])
            self._put(walk)
        if len(self._waiting) == 1:
            await self._work()
        elif self._waiting:
            await self._side_by_side()
        if self._lost is not None and not self._answers:
            raise self._lost
        return self._table(columns)

    async def _side_by_side(self) -> None:
        others = [asyncio.ensure_future(self._work()) for _ in range(MOST_UNDER_WAY - 1)]
        try:
            await self._work()
            for other in others:
                await other
        finally:
            for other in others:
                other.cancel()

    async def _work(self) -> None:
        while self._waiting:
            await self._waiting.popleft()()

    def _admitted(self, columns: Sequence[Oid]) -> list[Oid]:
        """The columns without those of tables that stalled the device lately."""
        admitted: list[Oid] = []
        now = self._now()
        for table in tables(columns):
            left_s = self._pace.left_out_s(table[0][:-1], now)
            if left_s:
                self._faults.append(
                    f"{', '.join(map(shown, table))}: left alone for {left_s:.0f} s more, as it failed twice"
                )
            else:
                admitted += table
        return admitted

    def _put(self, walk: Walk) -> None:
        self._walks.append(walk)
        self._waiting.append(lambda: self._walk(walk))

    async def _get(self, scalars: Sequence[Oid]) -> None:
        patience_s = self._patience()
        if patience_s <= 0:
            self._faults.append(f"{', '.join(map(shown, scalars))}: no time was left")
            return
        wanted = [SYS_UP_TIME, *(oid for oid in scalars if oid != SYS_UP_TIME)]
        try:
            answer = await self._device.get(wanted, patience_s)
        except (Unanswered, OSError) as refused:
            self._lose(refused)
            self._faults.append(f"{', '.join(map(shown, scalars))}: {refused}")
            return
        self._answers += 1
        asked = set(scalars)
        for oid, tag, value in answer:
            if oid == SYS_UP_TIME and isinstance(value, int) and self._uptime is None:
                self._uptime = value
            if oid in asked and tag not in _ABSENT:
                self._scalars[oid] = value

    async def _walk(self, walk: Walk) -> None:
        pace = self._pace
        while not walk.done:
            patience_s = self._patience()
            if patience_s <= 0 or (self._lost is not None and isinstance(self._lost, _FOR_ALL)):
                walk.stop("no time was left" if self._lost is None else str(self._lost))
                return
            if self._taken >= self._most:
                walk.stop(f"more than {self._most} values")
                return
            bulk = not walk.alone and pace.may_bulk(self._now())
            before = walk.taken
            asked = len(walk.open)
            repetitions = self._repetitions(walk, asked) if bulk else 0
            try:
                size, took_s = await self._device.rows(walk, repetitions, pace.with_uptime, patience_s)
            except (Silent, Garbled) as nothing:
                if await self._struck(walk, bulk, nothing):
                    return
            except ErrorStatus as refused:
                self._answers += 1
                self._refused(walk, refused, bulk)
            except (Denied, OSError) as refused:
                self._lose(refused)
                walk.stop(str(refused))
                return
            else:
                self._answers += 1
                came = walk.taken - before
                self._taken += came
                if came >= max(1, repetitions) * asked:
                    # Only of an answer that is all for us: the last one also holds what stands behind the table.
                    walk.width = max(8.0, (size - pace.wrapping) / came)
                if bulk:
                    pace.answered(came >= repetitions * asked, took_s)
                elif walk.alone and came:
                    pace.no_bulk(self._now())
        pace.noted(walk.columns[0], walk.width, walk.rows)
        if pace.leaves_out:
            for table in tables(walk.columns):
                pace.whole(table[0][:-1])

    def _repetitions(self, walk: Walk, asked: int) -> int:
        """Rows to ask for: as many as fit one answer, and towards the end of a table whose length is known only those
        left and one more, which shows that it is the end."""
        fits = int((ROOM - self._pace.wrapping) / (walk.width * asked))
        length = self._pace.length(walk.columns[0])
        left = length - walk.reached if length else -1
        return max(1, min(self._pace.rows, fits, left + 1 if left >= 0 else fits))

    async def _struck(self, walk: Walk, bulk: bool, nothing: Exception) -> bool:
        """Nothing came for a walk: try another way, or leave the table, or the device. Whether the walk is over."""
        pace = self._pace
        walk.strikes += 1
        # Is it the table, or the device?
        try:
            await self._device.get([SYS_UP_TIME], max(0.05, self._patience()))
            self._answers += 1
        except Silent as silent:
            self._lose(silent)
            walk.stop(str(silent))
            return True
        except ErrorStatus:
            self._answers += 1
        except (Denied, OSError) as refused:
            self._lose(refused)
        if walk.strikes < _STRIKES:
            if bulk and not pace.bulk_proven:
                walk.alone = True
            pace.too_much()
            return False
        parts = tables(walk.open)
        if len(parts) > 1:
            # One of them may be at fault: each gets one more chance, after all others.
            for part in walk.divide(parts):
                part.strikes = _STRIKES - 1
                self._put(part)
            return True
        pace.leave_out(parts[0][0][:-1], self._now())
        walk.stop(f"{nothing}, twice, while the device answers other questions")
        return True

    def _refused(self, walk: Walk, refused: ErrorStatus, bulk: bool) -> None:
        """An error status for a walk: leave what it names, or ask for less at once."""
        pace = self._pace
        columns = walk.open
        place = refused.index - 1 - pace.with_uptime
        if refused.index == 1 and pace.with_uptime:
            pace.without_uptime()
        elif refused.status == NO_SUCH_NAME and 0 <= place < len(columns):
            walk.close(columns[place])
        elif refused.status == TOO_BIG and bulk and pace.rows > 1:
            pace.too_much()
        elif bulk and not pace.bulk_proven and refused.status != TOO_BIG:
            walk.alone = True
        elif refused.status != TOO_BIG and 0 <= place < len(columns):
            walk.close(columns[place], str(refused))
        elif len(columns) > 1:
            half = len(columns) // 2
            for part in walk.divide([columns[:half], columns[half:]]):
                self._put(part)
        elif pace.with_uptime and refused.status == TOO_BIG:
            pace.without_uptime()
        else:
            walk.stop(str(refused))

    def _lose(self, trouble: Exception) -> None:
        if self._lost is None or not isinstance(self._lost, _FOR_ALL):
            self._lost = trouble

    def _patience(self) -> float:
        """For one request: long enough for a slow device, short enough that others get their turn."""
        left_s = self._until - self._now()
        return 0.0 if left_s < 0.02 else min(left_s, max(left_s / 4, 0.5), 5.0)

    def _table(self, columns: Sequence[Oid]) -> Table:
        cells: dict[Oid, dict[Oid, Value]] = {column: {} for column in columns}
        stamps: dict[Oid, tuple[list[Oid], list[int | None]]] = {}
        for walk in self._walks:
            self._faults += walk.faults
            stamped = walk.stamps
            for column, found in walk.cells.items():
                lasts, uptimes = stamped[column]
                if not cells[column]:
                    cells[column], stamps[column] = found, stamped[column]
                else:
                    cells[column].update(found)
                    stamps[column][0].extend(lasts)
                    stamps[column][1].extend(uptimes)
                if self._uptime is None:
                    self._uptime = next((told for told in uptimes if told is not None), None)
        return Table(cells, self._scalars, tuple(self._faults), self._uptime, stamps)
