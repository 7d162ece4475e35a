"""What one reading of a device brought."""

from bisect import bisect_left
from collections.abc import Mapping

from agent.snmp.ber import Oid, Value


class Table:
    """Cells of the columns asked for, and single objects.

    ``cells`` is column → index → value, indexes in the device's order; ``scalars`` has the single objects that are
    there. ``faults`` tells in words what the device did wrong or what was not read; the rest stays good. ``uptime`` is
    sysUpTime (1/100 s) of the first answer.
    """

    __slots__ = ("_stamps", "cells", "faults", "scalars", "uptime")

    def __init__(
        self,
        cells: Mapping[Oid, Mapping[Oid, Value]],
        scalars: Mapping[Oid, Value] | None = None,
        faults: tuple[str, ...] = (),
        uptime: int | None = None,
        stamps: Mapping[Oid, tuple[list[Oid], list[int | None]]] | None = None,
    ) -> None:
        """``stamps``: column → the last index of each answer, and the sysUpTime of that answer."""
        self.cells = cells
        self.scalars = scalars or {}
        self.faults = faults
        self.uptime = uptime
        self._stamps = stamps or {}

    def uptime_of(self, column: Oid, index: Oid) -> int | None:
        """sysUpTime (1/100 s) of the very answer that brought this cell, from which rates are counted.

        The uptime of the reading when the device gives none with its answers.
        """
        lasts, uptimes = self._stamps.get(column, ((), ()))
        place = bisect_left(lasts, index)
        told = uptimes[place] if place < len(uptimes) else None
        return self.uptime if told is None else told
