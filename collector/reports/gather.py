"""Gathering what a report is made of from the rooms, at one position of the log. Names instead of ids, plain data."""

import sqlite3
from collections.abc import Mapping
from typing import Any, Protocol

from collector.reports.report import Evidence
from collector.store import agreements, checks, incidents, people, targets, windows
from collector.store.state import State
from collector.store.targets import Target
from collector.timelines import Timelines
from collector.tracks import Tracks
from rules.period import Period
from rules.result import Outcome


class Rooms(Protocol):
    """Where the evidence is: the running house, or the log folded again."""

    @property
    def state(self) -> State: ...
    @property
    def tracks(self) -> Tracks: ...
    @property
    def timelines(self) -> Timelines: ...


def gather(rooms: Rooms, period: Period, before: Period, now: int) -> Evidence:
    """The evidence for a period, as far as it has passed at ``now``; ``before`` is the period before it.

    A function of the log up to one position and of its arguments: the caller sees to it that nothing is folded
    meanwhile.
    """
    passed = period.until(now)
    earlier = rooms.timelines.figures(None, before, now)["fleet"]
    with rooms.state.read() as tx:
        known = {target.id: target for target in targets.ever(tx)}
        names = {key: target.name for key, target in known.items()}
        names.update((service.id, service.name) for service in agreements.ever_services(tx))
        persons = {person.id: person.name for person in people.ever(tx)}
        return Evidence(
            figures=rooms.timelines.figures(None, passed, now),
            before=earlier if earlier["agreed_ms"] else None,
            targets=[_about(target) for target in known.values() if not target.pending],
            pending=[_pending(tx, rooms.tracks, target) for target in known.values() if target.pending],
            mutes=_mutes(tx, period, names, persons),
            maintenance=_maintenance(tx, period, names, persons),
            corrections=_corrections(tx, period, names, persons),
            incidents=_incidents(tx, period, names),
        )


def _about(target: Target) -> dict[str, Any]:
    return {
        "name": target.name,
        "address": target.address,
        "labels": dict(target.labels),
        "priority": target.priority.value,
        "no_outside_witness": target.no_outside_witness,
    }


def _pending(tx: sqlite3.Connection, tracks: Tracks, target: Target) -> dict[str, Any]:
    looks = [
        look
        for check in checks.of_target(tx, target.id)
        for look in tracks.last(check.handle).values()
        if look.outcome in (Outcome.FAILED, Outcome.ERROR)
    ]
    newest = max(looks, key=lambda look: (look.at, look.position), default=None)
    return {
        "name": target.name,
        "kind": target.kind,
        "address": target.address,
        "since": target.created,
        "error": newest.text if newest else "",
    }


def _mutes(
    tx: sqlite3.Connection, period: Period, names: Mapping[str, str], persons: Mapping[str, str]
) -> list[dict[str, Any]]:
    return [
        {
            "what": names.get(mute.what, mute.what),
            "from": mute.start,
            "to": _ended(mute.until, mute.retired),
            "reason": mute.reason,
            "by": persons.get(mute.by, mute.by),
        }
        for mute in windows.all_mutes(tx)
        if mute.start < period.end and _ended(mute.until, mute.retired) > period.start
    ]


def _maintenance(
    tx: sqlite3.Connection, period: Period, names: Mapping[str, str], persons: Mapping[str, str]
) -> list[dict[str, Any]]:
    return [
        {
            "number": window.number,
            "targets": [names.get(target, target) for target in window.targets],
            "from": start,
            "to": end,
            "reason": window.reason,
            "proposed_by": persons.get(window.proposed_by, window.proposed_by),
            "approved_by": persons.get(window.approved_by, window.approved_by),
            "approved_at": window.approved_at,
        }
        for window in windows.all_maintenance(tx)
        for start, end in window.windows
        if start < period.end and end > period.start
    ]


def _corrections(
    tx: sqlite3.Connection, period: Period, names: Mapping[str, str], persons: Mapping[str, str]
) -> list[dict[str, Any]]:
    return [
        {
            "number": one.number,
            "target": names.get(one.target, one.target),
            "from": one.start,
            "to": one.end,
            "class": one.to_class,
            "responsible": one.responsible,
            "reason": one.reason,
            "evidence": one.evidence,
            "proposed_by": persons.get(one.proposed_by, one.proposed_by),
            "approved_by": persons.get(one.approved_by, one.approved_by),
            "approved_at": one.approved_at,
        }
        for one in windows.corrections(tx)
        if one.start < period.end and one.end > period.start
    ]


def _incidents(tx: sqlite3.Connection, period: Period, names: Mapping[str, str]) -> list[dict[str, Any]]:
    """The incidents that were alive in the period, by opening."""
    found = incidents.page(tx, since=period.start, until=period.end, limit=-1)
    return [
        {
            "number": one.name,
            "target": names.get(one.target) if one.target else None,
            "kind": one.kind,
            "summary": one.summary,
            "priority": one.priority,
            "state": one.phase.value,
            "episodes": [[episode.since, episode.ended] for episode in incidents.episodes(tx, one.id)],
            "opened_at": one.opened,
            "acknowledged_at": one.answered,
            "started_at": one.started,
            "resolved_at": one.resolved,
            "closed_at": one.closed,
            "self_recovered": one.self_recovered,
            "cause": one.cause,
        }
        for one in reversed(found)
    ]


def _ended(planned: int, retired: int | None) -> int:
    return planned if retired is None else min(planned, retired)
