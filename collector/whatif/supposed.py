"""The configuration as it would have been: one snapshot of the store, with a scenario laid over it."""

import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from collector.agreed import Agreed, Judged, Terms
from collector.layers import effective as settled
from collector.layers import rows
from collector.store import agreements, checks, targets
from collector.store.checks import Check, Effective
from collector.store.targets import Target
from collector.store.windows import Maintenance
from collector.subjects import Ground
from collector.whatif.scenario import Scenario
from rules.errors import Invalid, Missing
from rules.parameters import Parameters
from rules.period import parse_instant
from rules.selector import Selector, words

LAYER = "what if"


class Supposed(Ground):
    """The ground of a scenario. Raises Missing for a name nobody has, Invalid for parents in a circle."""

    def __init__(self, tx: sqlite3.Connection, scenario: Scenario, tz: str) -> None:
        super().__init__(tx)
        self.scenario = scenario
        self._tz = tz
        self._changes = [(Selector.parse(change.select), change.settings) for change in scenario.checks]
        self._parents = {
            targets.resolve(tx, child).id: tuple(targets.resolve(tx, parent).id for parent in parents)
            for child, parents in scenario.parents.items()
        }
        self._refuse_circles()
        unknown = set(scenario.without_maintenance) - {entry.number for entry in super().maintenance()}
        if unknown:
            raise Missing(f"There is no maintenance window {min(unknown)}.")

    def history(self, target: Target) -> list[tuple[int, Target]]:
        """As it was, but with the scenario's parents at all times."""
        found = super().history(target)
        if target.id not in self._parents:
            return found
        return [(since, replace(entry, parents=self._parents[target.id])) for since, entry in found]

    def effective(self, check: Check) -> list[tuple[int, Effective]]:
        """As it was, but with the scenario's settings on top of all layers at all times."""
        found = super().effective(check)
        chosen = self.chosen(check)
        return [(since, _altered(entry, chosen)) for since, entry in found] if chosen else found

    def chosen(self, check: Check) -> dict[str, object]:
        """What the scenario sets for a check, by name."""
        if not self._changes:
            return {}
        target = targets.get(self.tx, check.target)
        named = words(target.name, target.kind, target.priority, target.labels)
        layers = [(LAYER, table) for select, table in self._changes if select.matches(named)]
        return {row.name: row.value for row in rows(check.kind, layers)}

    def maintenance(self) -> Iterable[Maintenance]:
        """Every window but those left out, and the scenario's, approved before they began."""
        for entry in super().maintenance():
            if entry.number not in self.scenario.without_maintenance:
                yield entry
        yield from self._planned

    @cached_property
    def _planned(self) -> list[Maintenance]:
        found = []
        for planned in self.scenario.maintenance:
            start, end = (parse_instant(text, self._tz) for text in (planned.start, planned.end))
            if start >= end:
                raise Invalid(f"maintenance: {planned.end} is not later than {planned.start}")
            meant = tuple(self._judged(name) for name in planned.targets)
            found.append(Maintenance("", 0, meant, start, end, LAYER, "", 0, approved_at=start - 1))
        return found

    def _judged(self, name: str) -> str:
        service = agreements.find_service(self.tx, name) or agreements.service_named(self.tx, name)
        return service.id if service is not None else targets.resolve(self.tx, name).id

    def _refuse_circles(self) -> None:
        def above(key: str) -> tuple[str, ...]:
            return self._parents[key] if key in self._parents else targets.get(self.tx, key).parents

        for start in self._parents:
            waiting, seen = list(above(start)), set()
            while waiting:
                key = waiting.pop()
                if key == start:
                    raise Invalid(f"parents: {targets.get(self.tx, start).name} would be above itself")
                if key not in seen:
                    seen.add(key)
                    waiting += above(key)


class SupposedTerms(Agreed):
    """The agreements, with the scenario's parameters above what each of them says."""

    def __init__(self, tx: sqlite3.Connection, house: Parameters, tz: str, scenario: Scenario) -> None:
        self._scenario = scenario
        super().__init__(tx, house.with_settings(scenario.parameters), tz)

    def of(self, judged: Judged, at: int) -> Terms:
        """The terms in force, altered."""
        found = super().of(judged, at)
        parameters = found.promise.parameters.with_settings(self._scenario.parameters)
        return replace(found, promise=replace(found.promise, parameters=parameters))


@dataclass(frozen=True, slots=True)
class Rules:
    """By what the results of a check became spans, and by what they would have: (since, settings), equally long."""

    check: Check
    was: tuple[tuple[int, Effective], ...]
    now: tuple[tuple[int, Effective], ...]

    @property
    def judged_anew(self) -> bool:
        """Whether other thresholds hold, so that outcomes may differ."""
        return any(a.thresholds != b.thresholds for (_, a), (_, b) in zip(self.was, self.now, strict=True))

    @property
    def confirmed_anew(self) -> bool:
        """Whether other rules of confirmation hold."""
        names = ("confirm_down", "confirm_up", "max_gap")
        pairs = zip(self.was, self.now, strict=True)
        return any(getattr(a, name) != getattr(b, name) for (_, a), (_, b) in pairs for name in names)


def changed(ground: Supposed) -> list[Rules]:
    """The checks whose results would have become other spans, by handle."""
    if not ground.scenario.checks:
        return []
    found = []
    for check in checks.ever(ground.tx):
        was, now = tuple(Ground.effective(ground, check)), tuple(ground.effective(check))
        rules = Rules(check, was, now)
        if was and (rules.judged_anew or rules.confirmed_anew):
            found.append(rules)
    return sorted(found, key=lambda rules: rules.check.handle)


def _altered(entry: Effective, chosen: Mapping[str, object]) -> Effective:
    """The settings with those chosen; what they name as the layers do, they mean as the layers do."""
    written: dict[str, object] = {
        name: f"{getattr(entry, name)}ms"
        for name in ("interval", "retry_interval", "timeout", "max_gap", "ticket_after", "min_failure")
    }
    written |= {name: getattr(entry, name) for name in ("confirm_down", "confirm_up", "vital")}
    for limits in entry.thresholds:
        for limit, value in limits.items():
            if limit == "for_ms":
                written[f"threshold.{limits['metric']}.for"] = f"{value}ms"
            elif limit != "metric":
                written[f"threshold.{limits['metric']}.{limit}"] = value
    table = settled(rows("", [("", written), (LAYER, chosen)]), entry.options)
    return replace(entry, **{**table, "thresholds": tuple(table["thresholds"])})
