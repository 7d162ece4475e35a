"""Objects that are judged together: all under an agreement, those of one site, customer or priority, or each alone."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from rules.attained import Pool, attained, spending
from rules.availability import figures
from rules.budget import Partition
from rules.burn import Burn
from rules.parameters import Parameters
from rules.period import Period
from rules.promise import HOUSE
from rules.service import SERVICE
from rules.state import State
from rules.timeline import Timeline

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


def member(entry: Timeline) -> Member:
    """The object of a timeline."""
    agreement = HOUSE if entry.promise is None else entry.promise.agreement
    return Member(entry.name, entry.kind == SERVICE, agreement, entry.labels, entry.priority)


@dataclass(frozen=True, slots=True)
class Together:
    """Everything that is known, as of ``at`` (ms UTC), of a period, and by whose terms it is judged.

    ``passed`` are the timelines of the part of the period before ``at``, ``recent`` the partitions of the last days
    before it, ``ahead`` the agreed service time (ms) after it, each of every object that has some.
    """

    period: Period
    at: int
    passed: Sequence[tuple[Member, Timeline]]
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
        """The targets by label and priority: (label, value, those that have it)."""
        for label in GROUPED:
            for value in sorted({one.labels[label] for one, _ in self.passed if label in one.labels}):
                yield label, value, self.only(_labelled(label, value)).pool()
        for value in sorted({one.priority for one, _ in self.passed if one.priority}):
            yield PRIORITY, value, self.only(_prior(value)).pool()

    def singly(self) -> Iterator[tuple[Member, Pool]]:
        """Each object alone."""
        parts: dict[tuple[bool, str], tuple[list[Timeline], list[Partition], list[int]]] = {}
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
        document = figures([entry for _, entry in self.passed], self._passed(), self.parameters)
        own = {(entry["kind"] == SERVICE, entry["name"]): entry for entry in document["objects"]}
        targets = self.targets()
        alone = sorted(self.singly(), key=lambda pair: pair[0].name)
        return {
            "objects": len(targets.timelines),
            **attained(targets, document["fleet"], self.period, self.at),
            "groups": [self._group(label, value, pool) for label, value, pool in self.groups() if pool.timelines],
            "services": [
                {"name": one.name, **attained(pool, own[True, one.name], self.period, self.at)}
                for one, pool in alone
                if one.service
            ],
            "worst": self._worst([(own[False, one.name], pool) for one, pool in alone if not one.service]),
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

    def _passed(self) -> Period:
        return Period(self.period.start, self.at, self.period.tz)

    def _group(self, label: str, value: str, pool: Pool) -> dict[str, Any]:
        entry = figures(pool.timelines, self._passed(), self.parameters)["fleet"]
        standing = attained(pool, entry, self.period, self.at)
        return {"label": label, "value": value, "objects": len(pool.timelines), **standing}

    def _worst(self, targets: Sequence[tuple[Mapping[str, Any], Pool]]) -> list[dict[str, Any]]:
        failed = [pair for pair in targets if pair[0]["down_ms"]]
        failed.sort(key=lambda pair: (-pair[0]["down_ms"], pair[0]["name"]))
        return [
            {
                "name": entry["name"],
                "fault_rate": entry["fault_rate"],
                "down_ms": entry["down_ms"],
                **spending(pool, self.period, self.at),
            }
            for entry, pool in failed[:WORST]
        ]


def comes_and_goes(pool: Pool, burn: Burn, at: int) -> bool:
    """Whether a device failed more than once in the long window: one lasting outage is found by its confirmation."""
    since = at - burn.rule.long
    return sum(state is State.DOWN and end > since for tiles in pool.recent for _, end, state in tiles) > 1


def _labelled(label: str, value: str) -> Callable[[Member], bool]:
    return lambda one: not one.service and one.labels.get(label) == value


def _prior(value: str) -> Callable[[Member], bool]:
    return lambda one: not one.service and one.priority == value
