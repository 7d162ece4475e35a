"""The terms on which a ticket system is told and followed: what stands in ``[tickets.NAME]`` whatever its kind is."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any

from collector.languages import LANGUAGES
from rules import settings
from rules.duration import Duration
from rules.errors import Invalid
from rules.opening import VOCABULARY
from rules.parameters import HOUR
from rules.selector import Selector

_MINUTE = 60_000


class OnRecovery(StrEnum):
    """What a ticket hears when its fault is over."""

    RESOLVE = "resolve"
    COMMENT = "comment"
    NOTHING = "nothing"


class HumanClose(StrEnum):
    """What follows when people close a ticket while its fault lasts."""

    REOPEN = "reopen"
    COMMENT = "comment"
    NEW = "new"
    NOTHING = "nothing"


class OnReturn(StrEnum):
    """What a fault that comes back makes of its ticket."""

    REOPEN = "reopen"
    NEW = "new"


@dataclass(frozen=True, slots=True)
class Terms:
    """What any ``[tickets.NAME]`` may say beside the options of its kind."""

    language: str = ""
    """Language of what is written there: en, zh-CN or zh-TW; empty for the setting language of the collector."""
    lead: bool = True
    """Whether what people do there may move the incident and its clocks. Of the systems that have a ticket of one
    incident and may lead, the first by name does; the others are copies."""
    only: str = ""
    """Which incidents go there: a selector of targets such as "site=hz,priority=urgent", in which ``incident`` is the
    incident's own kind; empty for all."""
    poll: Duration = _MINUTE
    """How often tickets are read back."""
    on_recovery: OnRecovery = OnRecovery.RESOLVE
    """What a ticket hears when its fault is over: resolve, comment or nothing."""
    on_human_close: HumanClose = HumanClose.REOPEN
    """What follows when people close a ticket while its fault lasts: reopen, comment, new or nothing."""
    grace: Duration = 10 * _MINUTE
    """How long a fault may last after people closed its ticket, before that follows."""
    on_return: OnReturn = OnReturn.REOPEN
    """What a fault that comes back makes of its ticket: reopen it, or a new one that names the old."""
    reopen_within: Duration = 24 * HOUR
    """How long after its end a ticket is opened again; later there is a new one."""
    rate: int = 60
    """How often a minute the system is told something at most; a quarter of that is kept for what is urgent."""
    cap: int = 30
    """How many tickets it gets at most in any hour, those opened again included; what is beyond is held and goes into
    one ticket about the storm, the only one that may go above it."""

    def __post_init__(self) -> None:
        mistakes = []
        if self.language and self.language not in LANGUAGES:
            mistakes.append(f"language: expected one of {', '.join(LANGUAGES)}")
        if self.poll < 1_000:
            mistakes.append('poll: expected at least "1s"')
        if self.rate < 1:
            mistakes.append("rate: expected at least 1 a minute")
        if self.cap < 1:
            mistakes.append("cap: expected at least 1 an hour")
        if self.only:
            try:
                Selector.parse(self.only).check(VOCABULARY)
            except Invalid as wrong:
                mistakes.append(f"only: {wrong.message}")
        if mistakes:
            raise Invalid("; ".join(mistakes))


_NAMES = frozenset(entry.name for entry in fields(Terms))


def terms_of(name: str, table: Mapping[str, Any]) -> Terms:
    """The terms of ``[tickets.NAME]``. Raises Invalid with all mistakes among them."""
    given = {key: value for key, value in table.items() if key in _NAMES}
    return settings.read(Terms, given, f"[tickets.{name}]")


def without_terms(table: Mapping[str, Any]) -> dict[str, Any]:
    """What of ``[tickets.NAME]`` is the kind's own."""
    return {key: value for key, value in table.items() if key not in _NAMES}
