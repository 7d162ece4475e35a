"""Objects that are judged together: all under an agreement, those of one site, customer or priority, or each alone."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, TypeVar

from rules.attained import Pool, attained, spending
from rules.budget import Partition
from rules.burn import Burn
from rules.entry import Entry
from rules.parameters import Parameters
from rules.period import Period
from rules.promise import HOUSE
from rules.service import SERVICE
from rules.state import State

T = TypeVar("T")

GROUPED = ("site", "customer", "owner", "model")
"""The labels by whose values targets are judged in groups as well, besides by their priority."""

PRIORITY = "priority"
OBJECT = "object"

WORST = 10
"""How many objects are told that used most of their own budget."""


@dataclass(frozen=True, slots=True)
class Member:
    """What decides to which sets an object belongs; ``agreement`` names the one by which it is judged."""

    name: str
    service: bool
    agreement: str
    labels: Mapping[str, str]
    priority: str


def member(entry: Entry) -> Member:
    """The object of an entry."""
    agreement = HOUSE if entry.promise is None else entry.promise.agreement
    return Member(entry.name, entry.kind == SERVICE, agreement, entry.labels, entry.priority)


@dataclass(frozen=True, slots=True)
class Together:
    """Everything that is known, as of ``at`` (ms UTC), of a period, and by whose terms it is judged.

    ``passed`` are the entries of the part of the period before ``at``, ``recent`` the partitions of the last days
    before it, ``ahead`` the agreed service time (ms) after it, each of every object that has some.
    """

    period: Period
    at: int
    passed: Sequence[tuple[Member, Entry]]
    recent: Sequence[tuple[Member, Partition]]
    ahead: Sequence[tuple[Member, int]]
    parameters: Parameters

    def only(self, let_in: Callable[[Member], bool]) -> "Together":
        """The part that is of these objects."""
        return replace(
            self,
            passed=[pair for pair in self.passed if let_in(pair[0])],
            recent=[pair for pair in self.recent if let_in(pair[0])],
            ahead=[pair for pair in self.ahead if let_in(pair[0])],
        )

    def pool(self, *, delivered: bool = False) -> Pool:
        """All of it as one."""
        return Pool(
            [entry for _, entry in self.passed],
            [partition for _, partition in self.recent],
            sum(length for _, length in self.ahead),
            self.parameters,
            delivered,
        )

    def targets(self) -> Pool:
        """All of it that is no service, as one."""
        return self.only(lambda one: not one.service).pool()

    def groups(self) -> Iterator[tuple[str, str, Pool]]:
        """The targets by label and priority: (label, value, those that have it). What all have makes no group."""
        targets = self.only(lambda one: not one.service)
        for label in GROUPED:
            for value, pool in targets._by(partial(_label, label)):
                yield label, value, pool
        for value, pool in targets._by(lambda one: one.priority):
            yield PRIORITY, value, pool

    def singly(self) -> Iterator[tuple[Member, Pool]]:
        """Each object alone."""
        parts: dict[tuple[bool, str], tuple[list[Entry], list[Partition], list[int]]] = {}
        whose: dict[tuple[bool, str], Member] = {}
        for one, entry in self.passed:
            whose.setdefault((one.service, one.name), one)
            parts.setdefault((one.service, one.name), ([], [], []))[0].append(entry)
        for one, partition in self.recent:
            parts.get((one.service, one.name), ([], [], []))[1].append(partition)
        for one, length in self.ahead:
            parts.get((one.service, one.name), ([], [], []))[2].append(length)
        for key, one in whose.items():
            passed, recent, ahead = parts[key]
            yield one, Pool(passed, recent, sum(ahead), self.parameters, delivered=one.service)

    def standing(self) -> dict[str, Any]:
        """How all of it, each group and each service stands, and the objects that used most of their own budget."""
        targets = self.targets()
        alone = sorted(self.singly(), key=lambda pair: pair[0].name)
        return {
            "objects": len(targets.entries),
            **attained(targets, self.period, self.at),
            "groups": [
                {"label": label, "value": value, "objects": len(pool.entries), **attained(pool, self.period, self.at)}
                for label, value, pool in self.groups()
            ],
            "services": [
                {"name": one.name, **attained(pool, self.period, self.at)} for one, pool in alone if one.service
            ],
            "worst": self._worst([(one.name, pool) for one, pool in alone if not one.service]),
        }

    def watched(self, name: str) -> Iterator[tuple[str, str, Pool]]:
        """Everything that burn alerts are about, as (scope, name, pool): all of it, groups, services, single objects.

        ``name`` is the agreement's, by which single objects are told of: the house tells only of its own.
        """
        for scope, called, pool in (("agreement", name, self.targets()), *self.groups()):
            if pool.alerts:
                yield scope, called, pool
        for one, pool in self.singly():
            if one.agreement == name:
                yield SERVICE if one.service else OBJECT, one.name, pool

    def _by(self, value_of: Callable[[Member], str]) -> Iterator[tuple[str, Pool]]:
        """Those of each value, in its order; those without one are in none."""
        passed, recent = _gathered(self.passed, value_of), _gathered(self.recent, value_of)
        ahead = _gathered(self.ahead, value_of)
        for value in sorted(passed):
            if value and len(passed[value]) < len(self.passed):
                later = sum(ahead.get(value, ()))
                yield value, Pool(passed[value], recent.get(value, ()), later, self.parameters)

    def _worst(self, targets: Sequence[tuple[str, Pool]]) -> list[dict[str, Any]]:
        failed = [(sum(entry.sums.down for entry in pool.entries), name, pool) for name, pool in targets]
        failed = sorted((one for one in failed if one[0]), key=lambda one: (-one[0], one[1]))
        return [
            {
                "name": name,
                "fault_rate": down / sum(entry.sums.known for entry in pool.entries),
                "down_ms": down,
                **spending(pool, self.period, self.at),
            }
            for down, name, pool in failed[:WORST]
        ]


def comes_and_goes(pool: Pool, burn: Burn, at: int) -> bool:
    """Whether a device failed more than once in the long window: one lasting outage is found by its confirmation.

    Only time in which it was well ends an outage: what was not seen of it, or lay in a window, does not make two of it.
    """
    since = at - burn.rule.long
    failures = 0
    for tiles in pool.recent:
        counted = False
        for _, end, state in tiles:
            if state is State.DOWN and end > since and not counted:
                failures += 1
                counted = True
            elif state in _WELL:
                counted = False
    return failures > 1


_WELL = (State.UP, State.DEGRADED)


def _label(label: str, one: Member) -> str:
    return one.labels.get(label, "")


def _gathered(pairs: Iterable[tuple[Member, T]], value_of: Callable[[Member], str]) -> dict[str, list[T]]:
    found: dict[str, list[T]] = {}
    for one, item in pairs:
        found.setdefault(value_of(one), []).append(item)
    return found
