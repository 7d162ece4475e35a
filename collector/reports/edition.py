"""Editions: reports about a part of the organisation, one service or all that a selector names, for those it serves.

What belongs to an edition is told by the configuration as it stood at the end of the period, so that whoever is served
by a target later does not change what was told about it. The whole organisation's report is no edition.
"""

import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from collector.scenes import serves
from collector.store import agreements, checks, targets
from collector.store.agreements import Service
from collector.store.targets import Priority, Target
from rules.errors import Invalid
from rules.period import Period
from rules.selector import Selector, words
from rules.service import SERVICE, read_need
from rules.settings import suggest

_KNOWN = {"priority": tuple(priority.value for priority in Priority)}
"""The words of which all values are known beforehand."""


_SOME = 12
"""So many values are listed to whom none of them matched."""


@dataclass(frozen=True, slots=True)
class Edition:
    """Which part: a service (by its id) or a selector in its canonical form; the other one is empty."""

    service: str = ""
    selector: str = ""

    @property
    def key(self) -> str:
        """By what it is known in the archive."""
        return f"service={self.service}" if self.service else f"select={self.selector}"


@dataclass(frozen=True, slots=True)
class Selection:
    """What an edition is about: targets and services as they are now, chosen by what they were at an instant.

    ``labels`` are those of each target (by id) at that instant.
    """

    edition: Edition
    name: str
    targets: tuple[Target, ...]
    services: tuple[Service, ...]
    labels: Mapping[str, Mapping[str, str]]

    @property
    def ids(self) -> frozenset[str]:
        """The ids of all of it."""
        return frozenset([*(one.id for one in self.targets), *(one.id for one in self.services)])

    def during(self, period: Period) -> "Selection":
        """The part of it that was in service in a period, or waits for its first good answer."""
        return Selection(
            self.edition,
            self.name,
            tuple(one for one in self.targets if one.pending or serves(one, period)),
            tuple(one for one in self.services if serves(one, period)),
            self.labels,
        )

    def as_json(self) -> dict[str, Any]:
        """What stands of it in a report."""
        return {
            "name": self.name,
            "service": self.edition.service,
            "selector": self.edition.selector,
            "targets": [{"id": one.id, "name": one.name} for one in self.targets],
            "services": [one.name for one in self.services],
        }


def canonical(text: str) -> str:
    """A selector in the one form by which its edition is known. Raises Invalid for one that nothing can meet."""
    selector = Selector.parse(text)
    if not selector.conditions:
        raise Invalid("An edition is about a part. The report about everything is issued without a selector.")
    selector.check(_KNOWN)
    return ",".join(f"{key}={pattern}" for key, pattern in sorted(set(selector.conditions)))


def edition(tx: sqlite3.Connection, service: str, select: str) -> Edition | None:
    """The edition asked for by the name or id of a service or by a selector; None where neither is given.

    Raises Invalid, and Missing for an unknown service.
    """
    if service and select:
        raise Invalid("An edition is about a service or about what a selector names: give one of the two.")
    if service:
        return Edition(service=agreements.resolve_service(tx, service).id)
    return Edition(selector=canonical(select)) if select else None


def keyed(key: str) -> Edition | None:
    """The edition of a key; None for the whole organisation's."""
    noun, _, told = key.partition("=")
    if not key:
        return None
    return Edition(service=told) if noun == "service" else Edition(selector=told)


def sealed(data: Mapping[str, Any]) -> Edition | None:
    """The edition of a report's data; older shapes know none."""
    told = data.get("edition")
    return None if told is None else Edition(told["service"], told["selector"])


def selection(tx: sqlite3.Connection, asked: Edition, at: int) -> Selection:
    """What an edition is about by the configuration in force at an instant (ms UTC). Raises Missing."""
    if asked.service:
        return _of_service(tx, asked, at)
    selector = Selector.parse(asked.selector)
    chosen, labels = [], {}
    for target in targets.ever(tx):
        then = targets.at(tx, target.id, at) or target
        if selector.matches(words(then.name, then.kind, then.priority, then.labels)):
            chosen.append(target)
            labels[target.id] = then.labels
    keys = frozenset(labels)
    services = [one for one in agreements.ever_services(tx) if _concerns(tx, selector, one, keys, at)]
    return Selection(asked, _named(selector, asked.selector), tuple(chosen), tuple(services), labels)


def _of_service(tx: sqlite3.Connection, asked: Edition, at: int) -> Selection:
    whole = agreements.get_service(tx, asked.service)
    keys = set(parts(tx, whole, at))
    chosen = [one for one in targets.ever(tx) if one.id in keys]
    labels = {one.id: (targets.at(tx, one.id, at) or one).labels for one in chosen}
    services = [one for one in agreements.ever_services(tx) if one.id in keys]
    return Selection(asked, whole.name, tuple(chosen), tuple(services), labels)


def parts(tx: sqlite3.Connection, service: Service, at: int) -> Iterator[str]:
    """The ids of a service, of the services in it, and of the targets it consists of, at an instant (ms UTC)."""
    reached, waiting = {service.id}, [service]
    yield service.id
    while waiting:
        one = waiting.pop()
        for key in read_need((agreements.service_at(tx, one.id, at) or one).needs).names():
            inner, check = agreements.find_service(tx, key), checks.find(tx, key)
            part = key if check is None else check.target
            if part not in reached:
                reached.add(part)
                yield part
                if inner is not None:
                    waiting.append(inner)


def _concerns(tx: sqlite3.Connection, selector: Selector, service: Service, chosen: frozenset[str], at: int) -> bool:
    """Whether a service belongs to a selection: it says so itself, or says nothing and is made of nothing else."""
    then = agreements.service_at(tx, service.id, at) or service
    known = words(then.name, SERVICE, "", then.labels)
    if selector.matches(known):
        return True
    asked = {key for key, _ in selector.conditions}
    own = [key for key in parts(tx, service, at) if agreements.find_service(tx, key) is None]
    silent = asked.isdisjoint(then.labels) and asked.isdisjoint(("name", "kind"))
    return silent and bool(own) and chosen.issuperset(own)


def _named(selector: Selector, text: str) -> str:
    """What people call it: a customer by name, anything else as it is selected."""
    match selector.conditions:
        case (("customer", name),) if not any(sign in name for sign in "*?["):
            return name
    return text


def known_values(tx: sqlite3.Connection, asked: Edition) -> str:
    """A sentence that tells, for the first word of a selector that no target has, which values there are."""
    if not asked.selector:
        return ""
    known = [words(one.name, one.kind, one.priority, one.labels) for one in targets.ever(tx)]
    for key, pattern in Selector.parse(asked.selector).conditions:
        values = sorted({had[key] for had in known if key in had})
        if not values:
            return f"No target has a label {key!r}."
        if not any(fnmatchcase(value, pattern) for value in values):
            some = ", ".join(values[:_SOME]) + (", …" if len(values) > _SOME else "")
            return f"No target has {key}={pattern}{suggest(pattern, values) or '.'} There are: {some}."
    return "No target has all of that at once."


def during(tx: sqlite3.Connection, asked: Edition | None, period: Period, now: int) -> Selection | None:
    """What an edition of a report on a period is about at ``now`` (ms UTC); None for the whole organisation.

    By the configuration at the end of the period, or now while it lasts.
    """
    return None if asked is None else selection(tx, asked, min(now, period.end - 1))
