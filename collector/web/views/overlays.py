"""Maintenance and corrections: what lies over the measured, and what waits for somebody's approval."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from collector.api.overlays import CorrectionView, MaintenanceView
from collector.printed import duration, instant
from collector.texts import Translator
from collector.web.views.words import STATES, marked, word

_STATUS = {
    "proposed": marked("waits for approval"),
    "approved": marked("approved"),
    "running": marked("running"),
    "over": marked("over"),
    "cancelled": marked("cancelled"),
    "withdrawn": marked("withdrawn"),
}

_EVERY = {"day": marked("each day"), "week": marked("each week"), "month": marked("each month")}

_MEASURED = {"measured": marked("as measured")}

_RESPONSIBLE = {
    "own": marked("own"),
    "customer": marked("customer"),
    "carrier": marked("carrier"),
    "supplier": marked("supplier"),
    "power": marked("power supply"),
    "force_majeure": marked("force majeure"),
}


V = TypeVar("V", MaintenanceView, CorrectionView)


@dataclass(frozen=True, slots=True)
class WindowRow:
    """One window, or a series by its next one. ``waits`` where the one who looks may approve it."""

    number: int
    targets: str
    start: str
    end: str
    length: str
    again: str
    reason: str
    status: str
    proposed_by: str
    approved_by: str
    waits: bool


@dataclass(frozen=True, slots=True)
class CorrectionRow:
    """One correction. ``waits`` where the one who looks may approve it."""

    number: int
    target: str
    start: str
    end: str
    length: str
    to: str
    reason: str
    responsible: str
    evidence: str
    status: str
    proposed_by: str
    approved_by: str
    waits: bool


@dataclass(frozen=True, slots=True)
class OverlaysPage:
    """Everything the page shows."""

    windows: tuple[WindowRow, ...]
    corrections: tuple[CorrectionRow, ...]


def overlays_page(
    windows: Sequence[tuple[MaintenanceView, bool]],
    corrections: Sequence[tuple[CorrectionView, bool]],
    tz: str,
    words: Translator,
) -> OverlaysPage:
    """Each with whether the one who looks may approve it; what waits comes first, then the newest."""
    return OverlaysPage(
        tuple(_window(view, waits, tz, words) for view, waits in _ordered(windows)),
        tuple(_correction(view, waits, tz, words) for view, waits in _ordered(corrections)),
    )


def _ordered(found: Sequence[tuple[V, bool]]) -> list[tuple[V, bool]]:
    return sorted(found, key=lambda pair: (pair[0].status != "proposed", -pair[0].number))


def _window(view: MaintenanceView, waits: bool, tz: str, words: Translator) -> WindowRow:
    start, end = view.next or (view.start, view.end)
    until = words("until {instant}", instant=instant(view.until, tz, seconds=False)) if view.every else ""
    return WindowRow(
        number=view.number,
        targets=", ".join(view.targets) + (" +" if view.with_dependents else ""),
        start=instant(start, tz, seconds=False),
        end=instant(end, tz, seconds=False),
        length=duration(end - start, words),
        again=f"{word(_EVERY, view.every, words)} {until}" if view.every else "",
        reason=view.reason,
        status=word(_STATUS, view.status, words),
        proposed_by=view.proposed_by,
        approved_by=view.approved_by,
        waits=waits,
    )


def _correction(view: CorrectionView, waits: bool, tz: str, words: Translator) -> CorrectionRow:
    return CorrectionRow(
        number=view.number,
        target=view.target,
        start=instant(view.start, tz),
        end=instant(view.end, tz),
        length=duration(view.end - view.start, words),
        to=word({**STATES, **_MEASURED}, view.to_class, words),
        reason=view.reason,
        responsible=word(_RESPONSIBLE, view.responsible, words),
        evidence=view.evidence,
        status=word(_STATUS, view.status, words),
        proposed_by=view.proposed_by,
        approved_by=view.approved_by,
        waits=waits,
    )
