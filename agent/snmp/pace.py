"""What is learnt of a device by reading its tables: how many rows it bears at once, and whether it can GETBULK.

Pure; the time is told.
"""

from agent.snmp.ber import Oid

FIRST_ROWS = 10
MOST_ROWS = 50
_FULL_ANSWERS = 10
"""Quick full answers after which twice as many rows are tried."""
_QUICK_S = 0.5
ROOM = 1440
"""Bytes an answer should not exceed: with the heads of UDP and IPv6 (48) that fits an Ethernet frame (1500), and is
lost alone, not with its other fragments."""
_WRAPPED, _WRAPPED_V3 = 60, 150
"""Bytes of an answer besides the values asked for."""
_ABREAST, _ABREAST_V3 = 10, 5
"""Columns in one request. v3 leaves room for five and a half rows of ten columns: half a row would be lost in each
answer, and five columns fill it better."""
_FIRST_WIDTH = 24.0
_TRY_BULK_AGAIN_S = 3600.0
_LEAVE_OUT_S = 60.0
_LEAVE_OUT_MOST_S = 3600.0


class Pace:
    """How to ask one device for tables."""

    __slots__ = (
        "_bulk",
        "_bulk_again_s",
        "_compared",
        "_left_out",
        "_quick",
        "_shapes",
        "_uptime",
        "abreast",
        "rows",
        "wrapping",
    )

    def __init__(self, version: str) -> None:
        """``version`` is v1, which has no GETBULK, v2c or v3."""
        bulk = version != "v1"
        self.wrapping = _WRAPPED_V3 if version == "v3" else _WRAPPED
        self.abreast = _ABREAST_V3 if version == "v3" else _ABREAST
        self.rows = FIRST_ROWS
        self._quick = 0
        self._bulk: bool | None = None if bulk else False
        self._bulk_again_s = 0.0 if bulk else float("inf")
        self._compared = False
        self._uptime = True
        self._shapes: dict[Oid, tuple[float, int]] | None = None
        self._left_out: dict[Oid, tuple[float, float]] | None = None

    @property
    def bulk_proven(self) -> bool:
        return self._bulk is True

    @property
    def bulk_compared(self) -> bool:
        """Whether one value of a GETBULK was held against that of a GET, or there was none to hold."""
        return self._compared or self._bulk is not True

    def compared(self) -> None:
        """GETBULK and GET gave the same."""
        self._compared = True

    def distrust_bulk(self, now: float) -> None:
        """GETBULK gave another value than GET: rows come by GETNEXT for an hour."""
        self._bulk, self._bulk_again_s = False, now + _TRY_BULK_AGAIN_S

    @property
    def with_uptime(self) -> bool:
        """Whether requests also ask for sysUpTime; not from a device that refuses all when it is among them."""
        return self._uptime

    def without_uptime(self) -> None:
        self._uptime = False

    def may_bulk(self, now: float) -> bool:
        """Whether to ask by GETBULK: until it is known not to work, and again after an hour."""
        if self._bulk is False and now >= self._bulk_again_s:
            self._bulk = None
        return self._bulk is not False

    def no_bulk(self, now: float) -> None:
        """GETNEXT brought an answer where GETBULK did not."""
        if self._bulk is None:
            self._bulk, self._bulk_again_s = False, now + _TRY_BULK_AGAIN_S

    def answered(self, full: bool, took_s: float) -> None:
        """A GETBULK was answered, ``full`` when with every row asked for."""
        self._bulk = True
        if not full:
            return
        self._quick = self._quick + 1 if took_s <= _QUICK_S else 0
        if self._quick >= _FULL_ANSWERS:
            self._quick = 0
            self.rows = min(MOST_ROWS, self.rows * 2)

    def width(self, first: Oid) -> float:
        """Bytes of one value in answers of the walk that begins with that column, as it was the last time."""
        return self._shape(first)[0]

    def length(self, first: Oid) -> int:
        """Rows of that walk, as they were the last time; 0 when it was never walked."""
        return self._shape(first)[1]

    def noted(self, first: Oid, width: float, rows: int) -> None:
        """What the values of that walk took, and how many rows it had."""
        if self._shapes is None:
            self._shapes = {}
        self._shapes[first] = (width, rows)

    def _shape(self, first: Oid) -> tuple[float, int]:
        return (_FIRST_WIDTH, 0) if self._shapes is None else self._shapes.get(first, (_FIRST_WIDTH, 0))

    def too_much(self) -> None:
        """An answer did not come, or was too big for the device."""
        self._quick = 0
        self.rows = max(1, self.rows // 2)

    def leave_out(self, table: Oid, now: float) -> None:
        """A table stalled the device twice: it is left alone for a minute, the next time for two, at most an hour."""
        if self._left_out is None:
            self._left_out = {}
        _, last_s = self._left_out.get(table, (0.0, _LEAVE_OUT_S / 2))
        pause_s = min(_LEAVE_OUT_MOST_S, last_s * 2)
        self._left_out[table] = (now + pause_s, pause_s)

    def left_out_s(self, table: Oid, now: float) -> float:
        """Seconds for which that table is still left alone, 0 when it may be asked for."""
        if self._left_out is None or table not in self._left_out:
            return 0.0
        return max(0.0, self._left_out[table][0] - now)

    @property
    def leaves_out(self) -> bool:
        """Whether there is a table that stalled the device, and was not read to its end since."""
        return self._left_out is not None

    def whole(self, table: Oid) -> None:
        """A table was read to its end."""
        if self._left_out is not None:
            self._left_out.pop(table, None)
            self._left_out = self._left_out or None
