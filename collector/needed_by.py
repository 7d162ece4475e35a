"""Needed by: which services need a target or a check, at any depth, as it is configured now."""

import sqlite3
from collections.abc import Iterable, Mapping

from collector.store import agreements
from rules.service import read_need


class NeededBy:
    """Read anew only where the configuration changed. Used by one thread."""

    def __init__(self) -> None:
        self._version = -1
        self._above: Mapping[str, tuple[str, ...]] = {}
        self._names: Mapping[str, str] = {}

    def services(self, tx: sqlite3.Connection, parts: Iterable[str]) -> list[str]:
        """The names of the services that need one of these targets, checks or services (ids), sorted."""
        version = tx.execute("SELECT coalesce(max(position), 0) FROM revision").fetchone()[0]
        if version != self._version:
            self._read(tx)
            self._version = version
        waiting, found = list(parts), set[str]()
        while waiting:
            for service in self._above.get(waiting.pop(), ()):
                if service not in found:
                    found.add(service)
                    waiting.append(service)
        return sorted(self._names[service] for service in found)

    def _read(self, tx: sqlite3.Connection) -> None:
        above: dict[str, list[str]] = {}
        services = agreements.services(tx)
        for service in services:
            for part in read_need(service.needs).names():
                above.setdefault(part, []).append(service.id)
        self._above = {part: tuple(dict.fromkeys(found)) for part, found in above.items()}
        self._names = {service.id: service.name for service in services}
