"""Objects that are judged together: all under an agreement, those of one site, customer or priority, or each alone."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from rules.attained import Pool, attained, spending
from rules.budget import Partition
from rules.burn import Burn
from rules.entry import Entry
from rules.parameters import Parameters
from rules.period import Period
from rules.promise import HOUSE
from rules.service import SERVICE
from rules.state import State

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
            for value in sorted({one.labels[label] for one, _ in targets.passed if label in one.labels}):
                yield from targets._group(label, value, _labelled(label, value))
        for value in sorted({one.priority for one, _ in targets.passed if one.priority}):
            yield from targets._group(PRIORITY, value, _prior(value))

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

    def _group(self, label: str, value: str, let_in: Callable[[Member], bool]) -> Iterator[tuple[str, str, Pool]]:
        part = self.only(let_in)
        if len(part.passed) < len(self.passed):
            yield label, value, part.pool()

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
    """Whether a device failed more than once in the long window: one lasting outage is found by its confirmation."""
    since = at - burn.rule.long
    return sum(state is State.DOWN and end > since for tiles in pool.recent for _, end, state in tiles) > 1


def _labelled(label: str, value: str) -> Callable[[Member], bool]:
    return lambda one: one.labels.get(label) == value


def _prior(value: str) -> Callable[[Member], bool]:
    return lambda one: one.priority == value
