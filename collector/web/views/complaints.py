"""Complaints as rows of a page."""

from collections.abc import Iterable
from dataclasses import dataclass

from collector.api.complaints import ComplaintView
from collector.complaint_words import cause, standing
from collector.incident_words import AREAS
from collector.printed import instant
from collector.store.complaints import Stage
from collector.texts import Translator


@dataclass(frozen=True, slots=True)
class ComplaintRow:
    """One complaint. ``late`` where nobody answered in time; ``stage`` says what may be noted next."""

    number: int
    name: str
    received: str
    about: str
    incident: str
    by: str
    text: str
    state: str
    late: bool
    reply: str
    cause: str
    outcome: str
    stage: Stage


def complaint_rows(found: Iterable[ComplaintView], tz: str, words: Translator) -> tuple[ComplaintRow, ...]:
    """The newest first, those that are closed after all others; times in ``tz``."""
    ordered = sorted(found, key=lambda one: (one.state is Stage.CLOSED, -one.number))
    return tuple(_row(one, tz, words) for one in ordered)


def areas(words: Translator) -> tuple[tuple[str, str], ...]:
    """Where a cause may have to be mended: keys and words."""
    return tuple((key, words(word)) for key, word in AREAS.items())


def _row(one: ComplaintView, tz: str, words: Translator) -> ComplaintRow:
    told = {name: getattr(one, name) for name in ("closed_at", "replied_at", "reply_due", "in_time", "area")}
    return ComplaintRow(
        number=one.number,
        name=one.name,
        received=instant(one.received_at, tz, seconds=False),
        about=one.about,
        incident=one.incident,
        by=one.by,
        text=one.text,
        state=standing(told, tz, words),
        late=one.in_time is False,
        reply=one.reply,
        cause=cause(told, words),
        outcome=one.outcome,
        stage=one.state,
    )
