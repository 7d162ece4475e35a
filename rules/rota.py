"""Who is on call: people who take turns, and how each of them is called by name. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from rules.duration import Duration
from rules.errors import Invalid
from rules.period import local, parse_instant, zone

DAY = 86_400_000
WEEK = 7 * DAY


@dataclass(frozen=True, slots=True)
class Contact:
    """``[contacts.NAME]``: how a person is called by name in each kind of channel; empty where they are not there."""

    mail: str = ""
    """Mail address."""
    mobile: str = ""
    """Mobile number, by which DingTalk and WeCom know people too."""
    dingtalk: str = ""
    """User id at DingTalk."""
    wecom: str = ""
    """User id at WeCom."""
    feishu: str = ""
    """Open id or user id at Feishu."""
    slack: str = ""
    """Member id at Slack, such as U012AB3CD."""
    teams: str = ""
    """User principal name or object id at Microsoft Teams."""
    telegram: str = ""
    """User name at Telegram, with or without the @."""


@dataclass(frozen=True, slots=True)
class Substitute:
    """Somebody stands in from one instant to another."""

    person: str
    """Who stands in."""
    start: str = field(metadata={"key": "from"})
    """From when: 2026-10-01T09:00, in the zone of the rota."""
    end: str = field(metadata={"key": "to"})
    """Until when."""

    def __post_init__(self) -> None:
        if parse_instant(self.end, "UTC") <= parse_instant(self.start, "UTC"):
            raise Invalid("to: expected a time after from")


@dataclass(frozen=True, slots=True)
class Rota:
    """``[rota.NAME]``: people take turns of whole days, and hand over at the same time of the day by the wall clock."""

    people: tuple[str, ...]
    """Names of contacts, in their order."""
    start: str = field(metadata={"key": "from"})
    """When the first turn of the first person begins: 2026-01-05T09:00, in the zone of the rota."""
    turn: Duration = WEEK
    """How long a turn is: whole days."""
    tz: str = ""
    """Time zone of the handover; by default the collector's."""
    instead: tuple[Substitute, ...] = ()
    """Who stands in when: { person = "ben", from = "2026-10-01T09:00", to = "2026-10-03T09:00" }."""

    def __post_init__(self) -> None:
        if not self.people:
            raise Invalid("people: expected at least one name")
        if self.turn < DAY or self.turn % DAY:
            raise Invalid('turn: expected whole days, for example "7d"')
        if self.tz:
            zone(self.tz)
        parse_instant(self.start, self.tz or "UTC")

    def names(self) -> set[str]:
        """Everybody who may be on call."""
        return {*self.people, *(one.person for one in self.instead)}

    def on_call(self, at: int, tz: str) -> str:
        """Who is on call at an instant (ms UTC); ``tz`` holds where the rota names no zone.

        Before the first turn it is the first person. Of two who stand in at once, the one named last does.
        """
        name = self.tz or tz
        for one in reversed(self.instead):
            if parse_instant(one.start, name) <= at < parse_instant(one.end, name):
                return one.person
        # By the wall clock: a day on which clocks change is shorter or longer, and still one day of the turn.
        passed = _wall(at, name) - _wall(parse_instant(self.start, name), name)
        turns = passed // timedelta(milliseconds=self.turn)
        return self.people[max(0, turns) % len(self.people)]


def unknown(rotas: Mapping[str, Rota], contacts: Mapping[str, Contact]) -> list[str]:
    """Mistakes: people in a rota of whom nobody says how they are reached."""
    return [
        f"rota.{name}: there is no [contacts.{person}]"
        for name, rota in rotas.items()
        for person in sorted(rota.names() - set(contacts))
    ]


def _wall(at: int, tz: str) -> datetime:
    return local(at, tz).replace(tzinfo=None)
