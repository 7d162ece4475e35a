"""Who hears of an incident: the ticket systems whose terms mean it, and on its return with which ticket."""

import functools
import sqlite3
from collections.abc import Iterable, Mapping

from collector.settings import Settings
from collector.store import targets
from collector.store.incidents import Incident
from collector.ticket_terms import OnReturn, Terms, terms_of
from rules.selector import Selector, words


class Recipients:
    """By the ``[tickets]`` of nineward.toml, which are read when they are first asked for."""

    def __init__(self, settings: Settings) -> None:
        self._tables = settings.tickets

    def of(self, tx: sqlite3.Connection, target: str, priority: str, kind: str) -> list[str]:
        """The systems that hear of an incident of a kind about a target (id, or empty) of a priority, by name.

        What is about no target has a priority, its own kind and nothing else by which it could be selected.
        """
        found = targets.find(tx, target) if target else None
        told = words("", "", priority, {}) if found is None else words(found.name, found.kind, priority, found.labels)
        told["incident"] = kind
        return [name for name, terms in self._terms.items() if _means(terms.only, told)]

    def anew(self, systems: Iterable[str], incident: Incident, since: int) -> list[str]:
        """Those of the systems in which a fault that came back at ``since`` (ms UTC) gets a ticket of its own."""
        ended = incident.resolved
        return [
            name
            for name in systems
            if (terms := self._terms.get(name)) is not None
            and (terms.on_return is OnReturn.NEW or (ended is not None and since - ended > terms.reopen_within))
        ]

    @functools.cached_property
    def _terms(self) -> Mapping[str, Terms]:
        return {name: terms_of(name, self._tables[name]) for name in sorted(self._tables)}


def _means(only: str, told: Mapping[str, str]) -> bool:
    return not only or Selector.parse(only).matches(told)
