"""Agreements in force: by whose terms each target and service is judged.

An object's own agreement (by name) comes first, then the one with a selector that matches it (of several the one made
last), else the house's terms. A version holds from ``valid_from``, or from when it was entered where it does not say,
until ``valid_to`` or until the next version begins.
"""

import sqlite3
from dataclasses import dataclass
from functools import cached_property

from collector.store import agreements, targets
from collector.store.agreements import Agreement, Service
from collector.store.targets import Target
from rules.parameters import Parameters
from rules.promise import HOUSE, Promise
from rules.selector import Selector, words
from rules.service import SERVICE

Judged = Target | Service
"""What an agreement can be about."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What holds for an object: the promise, the name of the service calendar (empty: always), and the time zone."""

    promise: Promise
    calendar: str
    tz: str


class Agreed:
    """One snapshot of all agreements; ``house`` are the parameters that hold where none does."""

    def __init__(self, tx: sqlite3.Connection, house: Parameters, tz: str) -> None:
        self._tx = tx
        self.house = Terms(Promise(HOUSE, None, house), "", tz)
        """What holds where no agreement does."""
        self._made: dict[tuple[str, int], Terms] = {}

    def of(self, judged: Judged, at: int) -> Terms:
        """The terms in force for a target or service at an instant (ms UTC).

        A period is judged by those at its last instant; see docs/decisions/0010-one-version-judges-a-period.md.
        """
        if not self._versions:
            return self.house
        own = getattr(judged, "agreement", "")
        named: Agreement | None = None
        matching: Agreement | None = None
        known = _words(judged)
        for agreement in self.in_force(at):
            if agreement.name == own:
                named = agreement
            elif agreement.selector:
                if Selector.parse(agreement.selector).matches(known):
                    matching = agreement
            elif agreement.name == HOUSE:
                matching = matching or agreement
        found = named or matching
        return self.house if found is None else self._terms(found)

    def members(self, name: str, at: int) -> list[Judged]:
        """The living targets and services that the agreement of this name judges at an instant, in order of name."""
        everything: list[Judged] = [*targets.living(self._tx), *agreements.services(self._tx)]
        found = [one for one in everything if self.of(one, at).promise.agreement == name]
        return sorted(found, key=lambda one: one.name)

    def in_force(self, at: int) -> list[Agreement]:
        """Every agreement in its version that holds at an instant, in the order in which they were made."""
        found = []
        for versions in self._versions:
            begun = [version for since, version in versions if since <= at]
            if not begun:
                continue
            version = begun[-1]
            over = [end for end in (version.valid_to, version.retired) if end is not None]
            if not over or at < min(over):
                found.append(version)
        return found

    def promise(self, name: str, version: int | None) -> Promise:
        """The promise of a version of an agreement by name; without a version the house's own terms."""
        if version is None:
            return self.house.promise
        found = [
            one for versions in self._versions for _, one in versions if (one.name, one.version) == (name, version)
        ]
        return self._terms(found[-1]).promise

    def turns(self) -> list[int]:
        """The instants (ms UTC, in order) at which any version begins or ends to be in force."""
        found: set[int] = set()
        for versions in self._versions:
            for since, version in versions:
                found.update(at for at in (since, version.valid_to, version.retired) if at is not None)
        return sorted(found)

    @cached_property
    def _versions(self) -> list[list[tuple[int, Agreement]]]:
        """By agreement, in order of creation: (from when, version), each version after those it replaces."""
        found = []
        for one in sorted(agreements.ever_agreements(self._tx), key=lambda one: (one.created, one.id)):
            versions = []
            for since, version in agreements.agreement_history(self._tx, one.id):
                begins = since if version.retired is not None else version.valid_from
                versions.append((since if begins is None else begins, version))
            found.append(sorted(versions, key=lambda entry: (entry[0], entry[1].version)))
        return found

    def _terms(self, agreement: Agreement) -> Terms:
        key = agreement.id, agreement.version
        if key not in self._made:
            parameters = self.house.promise.parameters.with_settings(agreement.parameters, agreement.name)
            promise = Promise(agreement.name, agreement.version, parameters)
            self._made[key] = Terms(promise, agreement.calendar, agreement.tz)
        return self._made[key]


def _words(judged: Judged) -> dict[str, str]:
    if isinstance(judged, Target):
        return words(judged.name, judged.kind, judged.priority, judged.labels)
    return words(judged.name, SERVICE, "", judged.labels)
