"""What a device does not have, so that it is not asked for it each time."""

from collections.abc import Iterable

from agent.snmp.ber import Oid
from agent.snmp.table import Table

_AGAIN_S = 3600.0
"""After so long everything is asked for once more: software is updated, modules are plugged in."""
_MOST_KNOWN = 1000
_known: dict[frozenset[Oid], frozenset[Oid]] = {}
"""What devices lack, once for all of one model: there are thousands of devices and few models."""


class Lacking:
    """The columns and single objects a device has shown not to have."""

    __slots__ = ("_missing", "_until_s")

    def __init__(self) -> None:
        self._missing: frozenset[Oid] = frozenset()
        self._until_s = 0.0

    def without(self, oids: Iterable[Oid], now_s: float) -> tuple[Oid, ...]:
        """Those of the objects that are worth asking for."""
        if now_s >= self._until_s:
            self._missing = frozenset()
        return tuple(oid for oid in oids if oid not in self._missing)

    def learn(self, asked: Iterable[Oid], table: Table, now_s: float) -> None:
        """Take in what came. A table with faults shows nothing: what is missing there may only not have arrived."""
        if table.faults:
            return
        missing = {oid for oid in asked if not table.cells.get(oid) and table.scalars.get(oid) is None}
        if missing - self._missing:
            if not self._missing:
                self._until_s = now_s + _AGAIN_S
            found = self._missing | missing
            if len(_known) > _MOST_KNOWN:
                _known.clear()
            self._missing = _known.setdefault(found, found)

    def forget(self) -> None:
        """Ask for everything again: the device began anew."""
        self._missing = frozenset()
