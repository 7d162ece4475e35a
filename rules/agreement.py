"""Agreements: what is promised for an object at every instant, and which of several promises holds.

An agreement is set by versions. A version holds from its ``start`` until its ``end``, or until the start of a later
version. Of an object at an instant holds, in this order:

1. the agreement that the object itself names,
2. of the agreements whose selector means the object, the one with the most conditions; of equals the one with the
   latest start of its first version, then the first by name,
3. the house's own agreement, :data:`HOUSE`.

One that has ended, or not begun, holds for nobody. What an agreement says of measuring (where edges lie, quorum, caps)
is used as it was at each instant; figures are judged by the version in force at the end of the period.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from rules.calendar import Calendar
from rules.dated import Dated
from rules.parameters import Parameters
from rules.selector import Selector
from rules.state import State

HOUSE = "house"
"""The agreement that is shipped, and holds wherever no other does."""

AGREED = frozenset(
    {
        "edge_policy",
        "fault_rate_definition",
        "maintenance_cap",
        "merge_gap",
        "min_coverage",
        "min_failure",
        "min_vantages",
        "most_share",
        "quorum",
        "recovery_grace",
        "targets",
        "ticket_after",
    }
)
"""The parameters that an agreement may set. The others belong to the whole installation, or to layers of settings."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """One version of an agreement. Instants in ms UTC, None for unbounded.

    ``parameters`` are complete: those of the house with what the agreement sets. ``tz`` is the zone of its months,
    empty for that of the period asked. ``calendar`` holds for objects that name none; None is always. ``spares`` are
    the states of a part (maintenance, excluded) that are not counted against a service.
    """

    name: str = HOUSE
    version: int = 1
    parameters: Parameters = field(default_factory=Parameters)
    customer: str = ""
    selector: Selector | None = None
    start: int | None = None
    end: int | None = None
    tz: str = ""
    calendar: Dated[Calendar | None] | None = None
    spares: frozenset[State] = frozenset()


@dataclass(frozen=True, slots=True)
class Claim:
    """By what an object has an agreement: the name of one, or empty, and the words that selectors match."""

    agreement: str = ""
    words: Mapping[str, str] = field(default_factory=dict)


class Agreements:
    """All versions of all agreements, and the house's, for asking which holds."""

    def __init__(self, versions: Iterable[Agreement], house: Parameters) -> None:
        """``house`` are the parameters where no version says otherwise."""
        self._house = Agreement(HOUSE, 1, house)
        self._versions: dict[str, list[Agreement]] = {}
        for version in sorted(versions, key=lambda one: one.version):
            self._versions.setdefault(version.name, []).append(version)

    @property
    def all(self) -> Sequence[Agreement]:
        """Every version, by name and number; the shipped one of the house first."""
        return [self._house, *(version for _, found in sorted(self._versions.items()) for version in found)]

    def house(self, at: int) -> Agreement:
        """The house's own agreement at an instant (ms UTC)."""
        return self._in_force(HOUSE, at) or self._house

    def at(self, claim: Claim, at: int) -> Agreement:
        """What holds at an instant (ms UTC) for an object that had this claim then."""
        if claim.agreement:
            own = self._in_force(claim.agreement, at)
            if own is not None:
                return own
        meant = [
            found
            for name in sorted(self._versions)
            if (found := self._in_force(name, at)) is not None
            and found.selector is not None
            and found.selector.matches(claim.words)
        ]
        return max(meant, key=self._strength) if meant else self.house(at)

    def of(self, claims: Dated[Claim]) -> Dated[Agreement]:
        """What held for an object at every instant, from the beginning on; ``claims`` as they were in force.

        Before its first claim an object has that one.
        """
        edges = {edge for found in self._versions.values() for one in found for edge in (one.start, one.end)}
        instants = {since for since, _ in claims.revisions[1:]} | edges
        revisions: list[tuple[int | None, Agreement]] = []
        first = claims.revisions[0][1]
        for since in (None, *sorted(at for at in instants if at is not None)):
            at = _BEGINNING if since is None else since
            found = self.at(claims.at(at) or first, at)
            if not revisions or revisions[-1][1] != found:
                revisions.append((since, found))
        return Dated(tuple(revisions))

    def _in_force(self, name: str, at: int) -> Agreement | None:
        """The latest version that has begun, unless it has ended."""
        begun = [one for one in self._versions.get(name, ()) if one.start is None or one.start <= at]
        return begun[-1] if begun and (begun[-1].end is None or at < begun[-1].end) else None

    def _strength(self, found: Agreement) -> tuple[int, int]:
        first = self._versions[found.name][0].start
        conditions = len(found.selector.conditions) if found.selector else 0
        return conditions, _BEGINNING if first is None else first


_BEGINNING = -(1 << 62)


def parameters_of(agreed: Dated[Agreement]) -> Dated[Parameters]:
    """The parameters of the agreements in force; versions that agree in them are one."""
    revisions: list[tuple[int | None, Parameters]] = []
    for since, version in agreed.revisions:
        if not revisions or revisions[-1][1] != version.parameters:
            revisions.append((since, version.parameters))
    return Dated(tuple(revisions))


def hours_of(own: Dated[Calendar | None], agreed: Dated[Agreement]) -> Dated[Calendar | None]:
    """The calendars in force: the object's own, and where it names none that of its agreement."""
    if all(version.calendar is None for _, version in agreed.revisions):
        return own
    revisions: list[tuple[int | None, Calendar | None]] = []
    for since, until, named in own.stretches(_BEGINNING, _END):
        revisions.append((since, named))
        if named is not None:
            continue
        for begin, finish, version in agreed.stretches(since, until):
            revisions.append((begin, None))
            if version.calendar is not None:
                revisions += [(at, calendar) for at, _, calendar in version.calendar.stretches(begin, finish)]
    latest = dict(revisions)  # of several at one instant the last one
    return Dated.of(latest.items())


_END = 1 << 62
