"""Routes: which channels hear of what, and who is called by name. Pure; the first match does not end the search."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from rules.duration import Duration
from rules.errors import Invalid
from rules.opening import VOCABULARY
from rules.priority import check_priorities
from rules.selector import Selector


class Event(StrEnum):
    """What notices tell of an incident."""

    OPENED = "opened"
    ACKNOWLEDGED = "acknowledged"
    WARNING = "warning"
    ESCALATED = "escalated"
    RESOLVED = "resolved"
    REOPENED = "reopened"
    MERGED = "merged"
    VOIDED = "voided"
    PARKED = "parked"


class During(StrEnum):
    """When a route holds, by its calendar."""

    OPEN = "open"
    CLOSED = "closed"


ANNOUNCING = frozenset({Event.OPENED, Event.WARNING, Event.ESCALATED, Event.REOPENED, Event.PARKED})
"""Events that go where routes send them. The others go to whoever heard of the incident."""


@dataclass(frozen=True, slots=True)
class Route:
    """``[[routes]]``: everything it says must hold; what it does not say is of no matter."""

    channels: tuple[str, ...]
    """Names of the channels that hear of it: [notices.NAME]."""
    match: str = "*"
    """Which targets: a selector such as "site=hz,kind=switch" over labels, name, kind and priority (of the incident).
    The incident's own kind is the word incident: "incident=agent_lost"."""
    priorities: tuple[str, ...] = ()
    """Only incidents of these priorities."""
    events: tuple[Event, ...] = ()
    """Only these events: opened, reopened, warning, escalated, parked. The others (acknowledged, resolved, merged,
    voided) go to every channel that heard of the incident, listed or not."""
    calendar: str = ""
    """Only by this service calendar …"""
    during: During = During.OPEN
    """… while it is open, or closed."""
    rota: str = ""
    """Whoever is on call in [rota.NAME] is called by name."""
    group_by: tuple[str, ...] = ()
    """What differs in these words (labels, name, kind, priority) goes out in messages of its own."""
    wait: Duration = 5_000
    """How long further news may follow, to go out in one message."""
    last: bool = False
    """Whether routes after it are passed over for what it takes."""

    def __post_init__(self) -> None:
        if not self.channels:
            raise Invalid("channels: expected at least one name")
        check_priorities("priorities", self.priorities)
        if self.events and not ANNOUNCING & set(self.events):
            known = ", ".join(event.value for event in Event if event in ANNOUNCING)
            raise Invalid(f"events: expected at least one of {known}; the others follow by themselves what was told")
        try:
            Selector.parse(self.match).check(VOCABULARY)
        except Invalid as wrong:
            raise Invalid(f"match: {wrong.message}") from wrong

    def takes(self, event: Event, priority: str, words: Mapping[str, str]) -> bool:
        """Whether it is meant for this event of an incident with these words; its calendar is not looked at."""
        return (not self.events or event in self.events) and self.fits(priority, words)

    def fits(self, priority: str, words: Mapping[str, str]) -> bool:
        """Whether it is meant for an incident with these words, whatever happens to it."""
        return (not self.priorities or priority in self.priorities) and Selector.parse(self.match).matches(words)

    def parcel(self, words: Mapping[str, str]) -> str:
        """What goes out together has the same parcel."""
        return "\x1f".join(words.get(word, "") for word in self.group_by)


def misnamed(routes: tuple[Route, ...], channels: Mapping[str, object], rotas: Mapping[str, object]) -> list[str]:
    """Mistakes: channels and rotas that routes name and that are not there."""
    found = []
    for number, route in enumerate(routes):
        found += [f"routes[{number}]: there is no [notices.{one}]" for one in route.channels if one not in channels]
        if route.rota and route.rota not in rotas:
            found.append(f"routes[{number}]: there is no [rota.{route.rota}]")
    return found
