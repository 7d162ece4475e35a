"""Notices that are held: what people are to hear of and nobody was sent yet, why, and until when."""

import sqlite3
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from collector.mutes import muted_until
from collector.routing import quiet_until
from collector.store import notices
from collector.store.notices import Notice
from rules.route import ANNOUNCING

GATHERED = 3_600_000
"""What is not urgent is gathered behind a failing message until that is so old (ms), then it is tried as well."""


class Why(StrEnum):
    """What holds a notice."""

    MUTE = "mute"
    PATIENCE = "patience"
    """Its fault may yet end before anybody is told: ``ticket_after``."""
    QUIET = "quiet"
    GROUPING = "grouping"
    """Further news may go out in the same message: ``wait`` of its route."""
    LIMIT = "limit"
    """The channel bears no more messages now: one will tell of all that waits."""
    FAILING = "failing"
    """The channel does not take what it was told before."""
    GONE = "gone"
    """Its channel is configured no more."""


@dataclass(frozen=True, slots=True)
class Held:
    """One piece of news. ``channel`` is empty while it is not routed; ``until`` (ms UTC) is None where nobody knows."""

    id: str
    channel: str
    incident: str
    summary: str
    event: str
    at: int
    why: Why
    until: int | None


def held(tx: sqlite3.Connection, channels: Collection[str], now: int, limit: int) -> list[Held]:
    """What is held at ``now`` (ms UTC), the newest first, at most ``limit``. ``channels`` are those configured."""
    found = [*_unrouted(tx, now, limit), *_unsent(tx, channels, now, limit)]
    return sorted(found, key=lambda one: (-one.at, one.id))[:limit]


def _unrouted(tx: sqlite3.Connection, now: int, limit: int) -> Iterator[Held]:
    for news in notices.unrouted(tx, now, limit):
        muted = muted_until(tx, *news.about, now) if news.event in ANNOUNCING else None
        why, until = (Why.PATIENCE, news.due) if muted is None else (Why.MUTE, muted)
        yield Held(news.id, "", *_about(news.facts), news.event, news.at, why, until)


def _unsent(tx: sqlite3.Connection, channels: Collection[str], now: int, limit: int) -> Iterator[Held]:
    failing: dict[str, bool] = {}
    for notice, due in notices.unsent(tx, limit):
        if notice.channel not in failing:
            failing[notice.channel] = notices.queued(tx, notice.channel, now - GATHERED)[1] > 0
        why, until = _reason(notice, due, now, failing[notice.channel])
        if notice.channel not in channels:
            why, until = Why.GONE, None
        about = _about(notice.facts)
        yield Held(notice.id, notice.channel, *about, notice.event, notice.at, why, until)


def _reason(notice: Notice, due: int, now: int, failing: bool) -> tuple[Why, int | None]:
    """``due``: when the first notice of its parcel may go out."""
    if due > now:
        return (Why.QUIET if quiet_until(notice) > now else Why.GROUPING), due
    return (Why.FAILING if failing and not notice.urgent else Why.LIMIT), None


def _about(facts: Mapping[str, Any]) -> tuple[str, str]:
    incident = facts.get("incident") or {}
    return str(incident.get("number", "")), str(incident.get("summary") or facts.get("text") or "")
