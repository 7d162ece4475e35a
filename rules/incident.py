"""Incident: the life of one fault as people and ticket systems see it. Which step may follow which is a table.

    step          from                                      to
    acknowledge   open                                      acknowledged
    start         open, acknowledged                        started
    pause         open, acknowledged, started               paused
    resume        paused                                    the state before the pause
    comment       any                                       stays
    resolve       open, acknowledged, started, paused       resolved
    close         resolved                                  closed
    merge         open … paused, resolved                   merged
    void          open … paused, resolved, closed           void
    reopen        resolved, closed, merged, void            open

A merged incident is told of by another one, a void one was none: neither is a request that anybody had to answer.
A step that the table does not have changes nothing: a monitor and a person may resolve the same incident in the same
second, and the later word is then moot. Every step is dated and names its actor; who answered when, and for how long
work was paused, is read from the steps and never stored beside them.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from rules.intervals import Interval


class Phase(StrEnum):
    """Where an incident stands."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    STARTED = "started"
    PAUSED = "paused"
    RESOLVED = "resolved"
    CLOSED = "closed"
    MERGED = "merged"
    VOID = "void"


class Verb(StrEnum):
    """What can be done to an incident."""

    OPEN = "open"
    ACKNOWLEDGE = "ack"
    START = "start"
    PAUSE = "pause"
    RESUME = "resume"
    COMMENT = "comment"
    RESOLVE = "resolve"
    CLOSE = "close"
    REOPEN = "reopen"
    MERGE = "merge"
    VOID = "void"


class ActorKind(StrEnum):
    """Who acts. Only a person's step answers an incident."""

    PERSON = "person"
    MONITOR = "monitor"
    TICKET_SYSTEM = "ticket_system"


class Waiting(StrEnum):
    """What a paused incident waits for."""

    CUSTOMER = "customer"
    CHANGE_WINDOW = "change_window"
    PART = "part"
    SUPPLIER = "supplier"


LIVE = frozenset({Phase.OPEN, Phase.ACKNOWLEDGED, Phase.STARTED, Phase.PAUSED})
"""The phases in which a fault is being dealt with."""

SET_ASIDE = frozenset({Phase.MERGED, Phase.VOID})
"""The phases of what is no incident of its own any more. A fault that returns opens a new one."""

_STAYS = None
_BEFORE_THE_PAUSE = "before"

TABLE: Mapping[Verb, tuple[frozenset[Phase], Phase | str | None]] = {
    Verb.ACKNOWLEDGE: (frozenset({Phase.OPEN}), Phase.ACKNOWLEDGED),
    Verb.START: (frozenset({Phase.OPEN, Phase.ACKNOWLEDGED}), Phase.STARTED),
    Verb.PAUSE: (frozenset({Phase.OPEN, Phase.ACKNOWLEDGED, Phase.STARTED}), Phase.PAUSED),
    Verb.RESUME: (frozenset({Phase.PAUSED}), _BEFORE_THE_PAUSE),
    Verb.COMMENT: (frozenset(Phase), _STAYS),
    Verb.RESOLVE: (LIVE, Phase.RESOLVED),
    Verb.CLOSE: (frozenset({Phase.RESOLVED}), Phase.CLOSED),
    Verb.REOPEN: (frozenset({Phase.RESOLVED, Phase.CLOSED, *SET_ASIDE}), Phase.OPEN),
    Verb.MERGE: (LIVE | {Phase.RESOLVED}, Phase.MERGED),
    Verb.VOID: (LIVE | {Phase.RESOLVED, Phase.CLOSED}, Phase.VOID),
}
"""For each step the phases it may follow, and the phase it leads to."""

_ANSWERS = frozenset({Verb.ACKNOWLEDGE, Verb.START, Verb.PAUSE, Verb.RESOLVE})


@dataclass(frozen=True, slots=True)
class Step:
    """One dated step: ``at`` in ms UTC, by whom."""

    verb: Verb
    at: int
    actor: ActorKind


@dataclass(frozen=True, slots=True)
class Course:
    """What the steps of an incident come to. Instants in ms UTC, None for what did not happen.

    ``answered`` is a person's first step that takes it on. ``resolved`` and ``closed`` are the latest, and None again
    after a reopening. ``pauses`` are [from, to), the last one with ``to`` None while it lasts. ``self_recovered``: the
    monitor resolved it before anybody answered.
    """

    phase: Phase
    opened: int
    answered: int | None = None
    started: int | None = None
    resolved: int | None = None
    closed: int | None = None
    pauses: tuple[tuple[int, int | None], ...] = ()
    before_pause: Phase = Phase.OPEN
    self_recovered: bool = False

    def idle(self, until: int) -> list[Interval]:
        """The paused time as far as ``until``."""
        return [(start, until if end is None else end) for start, end in self.pauses]


def permitted(phase: Phase) -> tuple[Verb, ...]:
    """The steps that may follow, in the order of the table."""
    return tuple(verb for verb, (sources, _) in TABLE.items() if phase in sources)


def advance(course: Course, step: Step) -> Course | None:
    """The course after one more step; None when the table does not have that step from here."""
    if step.verb not in TABLE or course.phase not in TABLE[step.verb][0]:
        return None
    to = TABLE[step.verb][1]
    phase = course.before_pause if to == _BEFORE_THE_PAUSE else course.phase if to is _STAYS else Phase(to)
    pauses = course.pauses
    if course.phase is Phase.PAUSED and phase is not Phase.PAUSED:
        pauses = (*pauses[:-1], (pauses[-1][0], step.at))
    elif phase is Phase.PAUSED and course.phase is not Phase.PAUSED:
        pauses = (*pauses, (step.at, None))
    by_person = step.actor is ActorKind.PERSON
    answered = step.at if by_person and course.answered is None and step.verb in _ANSWERS else course.answered
    following = replace(
        course,
        phase=phase,
        pauses=pauses,
        before_pause=course.phase if step.verb is Verb.PAUSE else course.before_pause,
        answered=answered,
    )
    match step.verb:
        case Verb.START:
            return replace(following, started=course.started if course.started is not None else step.at)
        case Verb.RESOLVE:
            alone = step.actor is ActorKind.MONITOR and course.answered is None
            return replace(following, resolved=step.at, self_recovered=alone)
        case Verb.CLOSE | Verb.MERGE | Verb.VOID:
            return replace(following, closed=step.at)
        case Verb.REOPEN:
            return replace(following, resolved=None, closed=None, self_recovered=False)
    return following


def inserted(steps: Sequence[Step], step: Step) -> Course | None:
    """The course with one more step at its own time among the steps there are, which are in order.

    A ticket system tells of an answer after the fault has ended by itself; the answer was given before. None when the
    table does not have the step at that time. Raises ValueError as :func:`course` does.
    """
    before = [one for one in steps if one.at <= step.at]
    current = advance(course(before), step)
    for later in steps[len(before) :]:
        if current is not None:
            current = advance(current, later) or current
    return current


def course(steps: Iterable[Step]) -> Course:
    """The course of an incident from all of its steps in order; the first one opens it.

    Steps that the table does not have are passed over. Raises ValueError when the first step is not ``open``.
    """
    ordered = iter(steps)
    first = next(ordered, None)
    if first is None or first.verb is not Verb.OPEN:
        raise ValueError("an incident begins with the step that opens it")
    current = Course(Phase.OPEN, first.at)
    for step in ordered:
        current = advance(current, step) or current
    return current
