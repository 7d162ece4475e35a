"""The complaints of a period by names, as they stood at its end, and as requests that are measured."""

import sqlite3
from collections.abc import Collection
from typing import Any

from collector.agreed import Agreed
from collector.complained import Complained, complained
from collector.reports.overlaid import Told
from collector.settings import Settings
from collector.store import complaints, incidents
from collector.store.complaints import Stage
from rules.period import Period
from rules.request import Request


def requests(
    tx: sqlite3.Connection, settings: Settings, period: Period, wanted: Collection[str] | None
) -> list[Request]:
    """Those received in a period, as they stood at its end; ``wanted`` as in `complained`."""
    agreed = Agreed(tx, settings.calculation, settings.tz)
    found = complaints.received(tx, period.start, period.end)
    return [one.request for one in complained(tx, agreed, found, period.end, wanted)]


def rows(tx: sqlite3.Connection, settings: Settings, period: Period, told: Told) -> list[dict[str, Any]]:
    """Those that were alive in a period, by receipt."""
    agreed = Agreed(tx, settings.calculation, settings.tz)
    found = complaints.alive(tx, period.start, period.end)
    return [_row(tx, one, period.end, told) for one in complained(tx, agreed, found, period.end, told.ids)]


def _row(tx: sqlite3.Connection, found: Complained, end: int, told: Told) -> dict[str, Any]:
    one, stands = found.complaint, found.standing(end)
    incident = incidents.find(tx, one.incident) if one.incident else None
    replied = one.replied if one.replied is not None and one.replied < end else None
    closed = one.closed if one.closed is not None and one.closed < end else None
    stage = Stage.CLOSED if closed is not None else Stage.OPEN if replied is None else Stage.REPLIED
    return {
        "number": one.name,
        "received_at": one.received,
        "about": told.name(one.subject) if one.subject else None,
        "incident": incident.name if incident else None,
        "by": one.complainant,
        "text": one.text,
        "due_at": stands.deadline.due if stands else None,
        "in_time": None if stands is None or stands.pending else stands.kept,
        "replied_at": replied,
        "reply": one.reply if replied is not None else "",
        "area": one.area if closed is not None else "",
        "closed_at": closed,
        "outcome": one.outcome if closed is not None else "",
        "state": stage.value,
    }
