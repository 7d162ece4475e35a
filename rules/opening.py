"""Opening: which incident a breach opens, with which priority, after how long, and whether it gets a ticket.

The rules are data. They are asked in order and the first that fits decides; those of an installation come before the
shipped ones, and the last of the shipped ones fits everything.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from rules.duration import Duration
from rules.errors import Invalid
from rules.selector import Selector

URGENT, IMPORTANT, GENERAL = "urgent", "important", "general"
_RANKS = (URGENT, IMPORTANT, GENERAL)
OWN = "own"
"""Instead of a priority: that of the target."""


class Kind(StrEnum):
    """What an incident is about."""

    OUTAGE = "outage"
    DEGRADED = "degraded"
    THRESHOLD = "threshold"
    CERTIFICATE = "certificate"
    AGENT_LOST = "agent_lost"
    COLLECTOR = "collector"
    SITE = "site"
    STORM = "storm"
    BURN = "burn"
    FORECAST = "forecast"
    PROBLEM = "problem"
    IMPROVEMENT = "improvement"


SEEN = frozenset({Kind.OUTAGE, Kind.DEGRADED, Kind.THRESHOLD, Kind.CERTIFICATE})
"""The kinds that are read from what was seen of one target."""

WORK = frozenset({Kind.FORECAST, Kind.PROBLEM, Kind.IMPROVEMENT})
"""The kinds that nobody waits for an answer to: work to be planned."""

VOCABULARY = {"incident": tuple(kind.value for kind in Kind), "priority": (URGENT, IMPORTANT, GENERAL)}
"""The words by which incidents are selected of which all values are known; those of labels, names and kinds of targets
are not."""


@dataclass(frozen=True, slots=True)
class Breach:
    """What is to be ruled on: ``words`` are those of its target (empty without one), ``priority`` the target's own.

    ``dependents``: so many targets hang on it. ``needed``: a service needs it that is labelled ``priority=urgent``.
    ``page``: somebody is to be called at once.
    """

    kind: Kind
    priority: str = GENERAL
    words: Mapping[str, str] | None = None
    dependents: int = 0
    needed: bool = False
    page: bool = False


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: ``on`` which kinds (empty: all), and what else must hold for it to fit.

    ``where`` is a selector of targets. ``dependents``: more than so many hang on it. ``needed``: an urgent service
    needs it. ``page``: it burns so fast that somebody is to be called at once. ``priority`` is urgent, important,
    general, or own for that of the target, and not above ``at_most``. ``after``: what ends sooner opens nothing.
    ``ticket``: whether ticket systems hear of it.
    """

    on: tuple[Kind, ...] = ()
    where: str = "*"
    dependents: int | None = None
    needed: bool = False
    page: bool = False
    priority: str = OWN
    at_most: str = URGENT
    after: Duration = 0
    ticket: bool = True

    def __post_init__(self) -> None:
        mistakes = []
        if self.priority not in (*_RANKS, OWN):
            mistakes.append(f"priority: expected {', '.join(_RANKS)} or {OWN}, found {self.priority!r}")
        if self.at_most not in _RANKS:
            mistakes.append(f"at_most: expected {', '.join(_RANKS)}, found {self.at_most!r}")
        if self.dependents is not None and self.dependents < 0:
            mistakes.append("dependents: expected at least 0")
        try:
            Selector.parse(self.where).check({"priority": VOCABULARY["priority"]})
        except Invalid as wrong:
            mistakes.append(f"where: {wrong.message}")
        if mistakes:
            raise Invalid("; ".join(mistakes))

    def fits(self, breach: Breach) -> bool:
        """Whether it decides about a breach."""
        return (
            (not self.on or breach.kind in self.on)
            and (self.where == "*" or Selector.parse(self.where).matches(breach.words or {}))
            and (self.dependents is None or breach.dependents > self.dependents)
            and (breach.needed or not self.needed)
            and (breach.page or not self.page)
        )


@dataclass(frozen=True, slots=True)
class Ruling:
    """What is opened: with this priority, when it has lasted ``after`` (ms), with a ticket or without."""

    priority: str
    after: int
    ticket: bool


MANY = 10
"""On what carries more targets than these, an outage is urgent whatever was said of it."""

SHIPPED = (
    Rule(on=(Kind.OUTAGE,), needed=True, priority=URGENT),
    Rule(on=(Kind.OUTAGE,), dependents=MANY, priority=URGENT),
    Rule(on=(Kind.DEGRADED, Kind.THRESHOLD, Kind.CERTIFICATE), at_most=IMPORTANT),
    Rule(on=(Kind.SITE, Kind.STORM, Kind.COLLECTOR), priority=URGENT),
    Rule(on=(Kind.AGENT_LOST,), priority=IMPORTANT),
    Rule(on=(Kind.BURN,), page=True, priority=URGENT),
    Rule(on=(Kind.BURN, Kind.FORECAST), priority=IMPORTANT),
    Rule(on=(Kind.PROBLEM,), priority=IMPORTANT, ticket=False),
    Rule(on=(Kind.IMPROVEMENT,), priority=GENERAL, ticket=False),
    Rule(),
)
"""Confirmed outages as urgent as their target, or as what hangs on it; what still works is at most important; early
warnings go to quality; problems and improvements are work for people and call nobody."""


def ruling(rules: Iterable[Rule], breach: Breach) -> Ruling:
    """What the first of the rules that fits says; the shipped ones follow those given."""
    decides = next(rule for rule in (*rules, *SHIPPED) if rule.fits(breach))
    priority = breach.priority if decides.priority == OWN else decides.priority
    return Ruling(max(priority, decides.at_most, key=_RANKS.index), decides.after, decides.ticket)


def more_urgent(one: str, other: str) -> str:
    """The more urgent of two priorities."""
    return min(one, other, key=_RANKS.index)
