"""What people laid over the measured in a period, by names: mutes, maintenance, corrections.

An edition is told of what concerns its own targets and services, and of these alone.
"""

import sqlite3
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from collector.store import agreements, checks, people, targets, windows
from collector.store.targets import Target
from collector.store.windows import Maintenance, Mute
from collector.subjects import Ground
from rules.errors import Invalid
from rules.period import Period
from rules.selector import Selector, words


@dataclass(frozen=True, slots=True)
class Told:
    """By what names a report tells of things and of persons (by id), and of which targets and services.

    ``ids`` None is all of them.
    """

    names: Mapping[str, str]
    persons: Mapping[str, str]
    ids: Collection[str] | None = None

    @classmethod
    def of(cls, tx: sqlite3.Connection, ids: Collection[str] | None) -> "Told":
        """As things and persons are called now."""
        names = {target.id: target.name for target in targets.ever(tx)}
        names.update((service.id, service.name) for service in agreements.ever_services(tx))
        return cls(names, {person.id: person.name for person in people.ever(tx)}, ids)

    def has(self, key: str) -> bool:
        """Whether it tells of that target or service."""
        return self.ids is None or key in self.ids

    def name(self, key: str) -> str:
        return self.names.get(key, key)

    def person(self, key: str) -> str:
        return self.persons.get(key, key)


def mutes(tx: sqlite3.Connection, period: Period, told: Told) -> list[dict[str, Any]]:
    """The mutes of a period."""
    return [
        {
            "what": what,
            "from": mute.start,
            "to": _ended(mute.until, mute.retired),
            "reason": mute.reason,
            "by": told.person(mute.by),
        }
        for mute in windows.all_mutes(tx)
        if mute.start < period.end and _ended(mute.until, mute.retired) > period.start
        for what in _muted(tx, mute, told)
    ]


def maintenance(tx: sqlite3.Connection, period: Period, told: Told) -> list[dict[str, Any]]:
    """Each window of a period."""
    ground = Ground(tx)
    return [
        {
            "number": window.number,
            "targets": concerned,
            "from": start,
            "to": end,
            "reason": window.reason,
            "proposed_by": told.person(window.proposed_by),
            "approved_by": told.person(window.approved_by),
            "approved_at": window.approved_at,
        }
        for window in windows.all_maintenance(tx)
        for start, end in window.windows
        if start < period.end and end > period.start and (concerned := _covered(ground, window, start, told))
    ]


def corrections(tx: sqlite3.Connection, period: Period, told: Told) -> list[dict[str, Any]]:
    """The corrections to a period."""
    return [
        {
            "number": one.number,
            "target": told.name(one.target),
            "from": one.start,
            "to": one.end,
            "class": one.to_class,
            "responsible": one.responsible,
            "reason": one.reason,
            "evidence": one.evidence,
            "proposed_by": told.person(one.proposed_by),
            "approved_by": told.person(one.approved_by),
            "approved_at": one.approved_at,
        }
        for one in windows.corrections(tx)
        if one.start < period.end and one.end > period.start and told.has(one.target)
    ]


def _covered(ground: Ground, window: Maintenance, start: int, told: Told) -> Sequence[str]:
    """What a window is about: as it was announced, or what it means for an edition."""
    if told.ids is None:
        return [told.name(key) for key in window.targets]
    return sorted(told.name(key) for key in ground.covered(window, start) if told.has(key))


def _muted(tx: sqlite3.Connection, mute: Mute, told: Told) -> list[str]:
    """What a mute is about, in one text; nothing where it is no matter of the edition."""
    if told.ids is None:
        return [told.name(mute.what)]
    check = checks.find(tx, mute.what)
    if check is not None or mute.what in told.names:
        key = mute.what if check is None else check.target
        return [told.name(key)] if told.has(key) else []
    try:
        selector = Selector.parse(mute.what)
    except Invalid:
        return []
    own = [one for one in targets.ever(tx) if told.has(one.id) and _meant(selector, one)]
    return [", ".join(sorted(one.name for one in own))] if own else []


def _meant(selector: Selector, target: Target) -> bool:
    return selector.matches(words(target.name, target.kind, target.priority, target.labels))


def _ended(planned: int, retired: int | None) -> int:
    return planned if retired is None else min(planned, retired)
