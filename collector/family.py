"""Family: what hangs on what, and which services need it, as it is configured now."""

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from collector.store import agreements, checks, targets
from rules.opening import URGENT
from rules.service import read_need

SITE = "site"
"""The label that says where a target stands."""

PRIORITY = "priority"
"""The label that says how much hangs on a service."""


@dataclass(frozen=True, slots=True)
class Family:
    """Ids throughout. ``parents`` and ``children`` of every living target, those in service by ``site``, and what
    ``urgent`` services need at any depth."""

    parents: Mapping[str, tuple[str, ...]]
    children: Mapping[str, Sequence[str]]
    sites: Mapping[str, Sequence[str]]
    site_of: Mapping[str, str]
    urgent: frozenset[str]

    def behind(self, failed: Iterable[str]) -> list[str]:
        """The targets that nothing else reaches when these fail: all their parents are among them, or behind them."""
        gone = set(failed)
        waiting = list(gone)
        found = []
        while waiting:
            for child in self.children.get(waiting.pop(), ()):
                if child not in gone and gone.issuperset(self.parents[child]):
                    gone.add(child)
                    waiting.append(child)
                    found.append(child)
        return sorted(found)

    def roots(self, site: str) -> list[str]:
        """The targets of a site that hang on nothing in that site."""
        return [
            key
            for key in self.sites.get(site, ())
            if not any(self.site_of.get(parent) == site for parent in self.parents[key])
        ]

    def above(self, key: str) -> list[str]:
        """What a target hangs on at any depth, the nearest first."""
        found: dict[str, None] = {}
        waiting = list(self.parents.get(key, ()))
        while waiting:
            parent = waiting.pop(0)
            if parent not in found:
                found[parent] = None
                waiting += self.parents.get(parent, ())
        return list(found)


class Families:
    """The family as of a snapshot; read anew only where the configuration changed. Used by one thread."""

    def __init__(self) -> None:
        self._version = -1
        self._family = Family({}, {}, {}, {}, frozenset())

    def at(self, tx: sqlite3.Connection) -> Family:
        """The family in this snapshot."""
        version = tx.execute("SELECT coalesce(max(position), 0) FROM revision").fetchone()[0]
        if version != self._version:
            self._family, self._version = _read(tx), version
        return self._family


def _read(tx: sqlite3.Connection) -> Family:
    parents: dict[str, tuple[str, ...]] = {}
    children: dict[str, list[str]] = {}
    sites: dict[str, list[str]] = {}
    site_of: dict[str, str] = {}
    living = targets.living(tx)
    alive = {target.id for target in living}
    for target in living:
        parents[target.id] = tuple(parent for parent in target.parents if parent in alive)
        for parent in parents[target.id]:
            children.setdefault(parent, []).append(target.id)
        site = target.labels.get(SITE, "")
        if site and not target.pending:
            sites.setdefault(site, []).append(target.id)
            site_of[target.id] = site
    return Family(parents, children, sites, site_of, frozenset(_needed(tx)))


def _needed(tx: sqlite3.Connection) -> Iterable[str]:
    """What urgent services need: targets, and the targets of checks."""
    services = {service.id: service for service in agreements.services(tx)}
    waiting = [key for key, service in services.items() if service.labels.get(PRIORITY) == URGENT]
    seen = set(waiting)
    while waiting:
        for key in read_need(services[waiting.pop()].needs).names():
            if key in services:
                if key not in seen:
                    seen.add(key)
                    waiting.append(key)
                continue
            check = checks.find(tx, key)
            yield key if check is None else check.target
