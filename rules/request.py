"""Indicators on requests: which of them are due, which were answered, begun, solved in time, and how long it took.

A request is due at an instant if what the rule asks for was done by then, or its deadline has passed without it. The
share kept is: done in time ÷ due. What is neither done nor late is pending, and on neither side. A fault that ended by
itself before anybody had to answer is not due: nothing was left to answer.

Every rule is measured by itself, although they contradict each other (an urgent fault may wait two hours, and all
requests should be answered within one): the countdown shows the earliest deadline, each rule has its own attainment.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from rules.incident import ActorKind, Waiting
from rules.objective import Comparator, Number, Objective, Verdict, exact
from rules.parameters import Parameters
from rules.sla_clock import Allowance, Deadline, Hours, Pause, deadline, earliest

URGENT = "urgent"
"""The priority whose clocks run day and night, whatever the service hours are."""

LITERAL_MOST = Fraction(1, 2)
"""What "most" means at least: more than half."""


class Kind(StrEnum):
    """What somebody asks for."""

    FAULT = "fault"
    REQUEST = "request"
    COMPLAINT = "complaint"


class Origin(StrEnum):
    """Where a request comes from."""

    MONITOR = "monitor"
    PERSON = "person"
    IMPORTED = "imported"


class Rule(StrEnum):
    """What must happen in time."""

    RESPONSE = "response"
    RESPONSE_BY_PRIORITY = "response_by_priority"
    START_OF_WORK = "start_of_work"
    SOLVED = "solved"
    COMPLAINT_REPLY = "complaint_reply"
    CALL_BACK = "call_back"


@dataclass(frozen=True, slots=True)
class Answer:
    """Something that was said to the asker at an instant (ms UTC). ``tells``: it solves the matter, or truthfully says
    what will be done. A receipt that a program sends tells nothing."""

    at: int
    by: ActorKind
    tells: bool = False


@dataclass(frozen=True, slots=True)
class Request:
    """One request as it stands; instants in ms UTC, None for what did not happen.

    ``priorities`` are those it had, each from an instant; the first counts from the opening whenever it was set.
    ``pauses`` are waits with their reason, ``reopened`` the stretches in which it was taken for solved. ``recovered``
    is when the fault ended by itself, if nobody solved it before. ``unseen``: it counts as solved only because its
    fault is looked at no more, so nobody is asked how it was. ``hours`` are the service hours, None for always.
    """

    name: str
    opened: int
    kind: Kind = Kind.FAULT
    origin: Origin = Origin.MONITOR
    priorities: tuple[tuple[int, str], ...] = ((0, "general"),)
    answers: tuple[Answer, ...] = ()
    started: int | None = None
    solved: int | None = None
    recovered: int | None = None
    unseen: bool = False
    called_back: int | None = None
    pauses: tuple[tuple[Pause, Waiting], ...] = ()
    reopened: tuple[Pause, ...] = ()
    hours: Hours | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """A request under one rule at an instant: its deadline, when it was done (None: not yet), and what that makes it.

    ``took`` is the time used (ms of its clock) until it was done. Exactly one of ``kept``, ``late``, ``pending`` and
    ``by_itself`` is true.
    """

    request: Request
    deadline: Deadline
    done: int | None
    took: int | None
    kept: bool = False
    late: bool = False
    pending: bool = False
    by_itself: bool = False


@dataclass(frozen=True, slots=True)
class Attainment:
    """A rule over many requests. ``share`` is None while none is due.

    ``literal`` is, for "most", whether more than half were in time. ``took`` are the times (ms) of those done, sorted.
    ``by_origin`` and ``by_priority`` hold (in time, due).
    """

    rule: Rule
    target: Fraction
    due: int
    in_time: int
    pending: int
    by_itself: int
    reclassified: int
    late: tuple[str, ...]
    took: tuple[int, ...]
    by_origin: Mapping[Origin, tuple[int, int]]
    by_priority: Mapping[str, tuple[int, int]]
    literal: bool | None = None

    @property
    def share(self) -> Fraction | None:
        """In time ÷ due."""
        return Fraction(self.in_time, self.due) if self.due else None

    @property
    def verdict(self) -> Verdict:
        """On the share, unrounded."""
        if self.share is None:
            return Verdict.INSUFFICIENT_DATA if self.pending else Verdict.NOT_APPLICABLE
        return Objective(Comparator.AT_LEAST, self.target).verdict(self.share)


def applies(rule: Rule, request: Request) -> bool:
    """Whether the rule says anything about the request."""
    match rule:
        case Rule.START_OF_WORK:
            return request.kind is Kind.FAULT
        case Rule.COMPLAINT_REPLY:
            return request.kind is Kind.COMPLAINT
        case Rule.CALL_BACK:
            return request.solved is not None and not request.unseen
    return True


def allowed(rule: Rule, priority: str, parameters: Parameters) -> int:
    """How much time (ms) the rule allows a request of this priority."""
    targets = parameters.targets
    match rule:
        case Rule.RESPONSE:
            return targets.response
        case Rule.RESPONSE_BY_PRIORITY:
            return int(getattr(targets, f"response_{priority}", targets.response_general))
        case Rule.START_OF_WORK:
            return targets.start_of_work
        case Rule.SOLVED:
            return targets.solved
        case Rule.COMPLAINT_REPLY:
            return targets.complaint_reply
        case Rule.CALL_BACK:
            return targets.call_back


def share_wanted(rule: Rule, parameters: Parameters) -> Fraction:
    """The share of due requests that must be in time: some for the general rules, all for those about each request."""
    if rule is Rule.RESPONSE:
        return exact(parameters.targets.response_share)
    return exact(parameters.most_share) if rule is Rule.SOLVED else Fraction(1)


def answered(request: Request, parameters: Parameters) -> int | None:
    """The first answer that counts: a person's, or one of a program that tells something.

    An automatic receipt counts only where the agreement says so (``auto_ack_counts``).
    """
    counting = (
        one.at for one in request.answers if one.by is ActorKind.PERSON or one.tells or parameters.auto_ack_counts
    )
    return min(counting, default=None)


def standing(rule: Rule, request: Request, parameters: Parameters, at: int) -> Standing | None:
    """Where a request stands under a rule at an instant (ms UTC); None where the rule says nothing about it."""
    if not applies(rule, request) or request.opened > at:
        return None
    done = _done(rule, request, parameters)
    done = None if done is None or done > at else done
    until = at if done is None else done
    pauses = _pauses(rule, request, parameters)
    opened = request.solved if rule is Rule.CALL_BACK and request.solved is not None else request.opened
    ends = deadline(rule, opened, _allowances(rule, request, parameters, until), pauses)
    took = None if done is None else ends.used(done)
    kept = done is not None and ends.kept(done)
    alone = _by_itself(request, parameters, at)
    by_itself = alone is not None and (rule is Rule.CALL_BACK or ends.kept(alone))
    late = not kept and not by_itself and (done is not None or not ends.kept(at))
    pending = not (kept or late or by_itself)
    return Standing(request, ends, done, took, kept and not by_itself, late, pending, by_itself)


def attainment(rule: Rule, requests: Iterable[Request], parameters: Parameters, at: int) -> Attainment:
    """What came of a rule, for requests opened in a period, as of an instant (ms UTC)."""
    stands = [found for one in requests if (found := standing(rule, one, parameters, at)) is not None]
    due = [one for one in stands if one.kept or one.late]
    in_time = sum(one.kept for one in due)
    share = Fraction(in_time, len(due)) if due else None
    return Attainment(
        rule=rule,
        target=share_wanted(rule, parameters),
        due=len(due),
        in_time=in_time,
        pending=sum(one.pending for one in stands),
        by_itself=sum(one.by_itself for one in stands),
        reclassified=sum(one.late and one.deadline.broken_by_reclassification for one in due),
        late=tuple(one.request.name for one in due if one.late),
        took=tuple(sorted(one.took for one in due if one.took is not None)),
        by_origin={origin: _counts(one for one in due if one.request.origin is origin) for origin in Origin},
        by_priority={
            name: _counts(one for one in due if _priority(one.request) == name)
            for name in sorted({_priority(one.request) for one in due})
        },
        literal=share > LITERAL_MOST if rule is Rule.SOLVED and share is not None else None,
    )


def next_deadline(request: Request, parameters: Parameters, at: int) -> Deadline | None:
    """The earliest of the deadlines that still run at an instant (ms UTC); None when nothing is asked any more."""
    stands = (standing(rule, request, parameters, at) for rule in Rule)
    return earliest(one.deadline for one in stands if one is not None and one.done is None and not one.by_itself)


def percentile(values: Sequence[int], share: Number) -> int | None:
    """The nearest-rank percentile of sorted values: the ⌈share · n⌉-th; None where there is none."""
    if not values:
        return None
    rank = exact(share) * len(values)
    return values[max(1, -(-rank.numerator // rank.denominator)) - 1]


def _done(rule: Rule, request: Request, parameters: Parameters) -> int | None:
    match rule:
        case Rule.RESPONSE | Rule.RESPONSE_BY_PRIORITY | Rule.COMPLAINT_REPLY:
            return answered(request, parameters)
        case Rule.START_OF_WORK:
            return request.started
        case Rule.SOLVED:
            return request.solved
        case Rule.CALL_BACK:
            return request.called_back


def _pauses(rule: Rule, request: Request, parameters: Parameters) -> tuple[Pause, ...]:
    """What stops the clock: waits stop that of the solution alone, the time it was taken for solved stops them all."""
    if rule is Rule.CALL_BACK:
        return ()
    waits = (pause for pause, reason in request.pauses if reason in parameters.clock_stops)
    return (*request.reopened, *waits) if rule is Rule.SOLVED else request.reopened


def _allowances(rule: Rule, request: Request, parameters: Parameters, until: int) -> list[Allowance]:
    """One for each priority it had until then; the first from its opening."""
    begun = [entry for entry in request.priorities if entry[0] <= until] or list(request.priorities[:1])
    return [
        Allowance(since, allowed(rule, priority, parameters), None if priority == URGENT else request.hours)
        for since, priority in begun
    ]


def _by_itself(request: Request, parameters: Parameters, at: int) -> int | None:
    """When the fault ended by itself before anybody had answered; None where that is not what happened."""
    if request.recovered is None or request.recovered > at:
        return None
    first = answered(request, parameters)
    return request.recovered if first is None or first > request.recovered else None


def _counts(stands: Iterable[Standing]) -> tuple[int, int]:
    found = list(stands)
    return sum(one.kept for one in found), len(found)


def _priority(request: Request) -> str:
    return request.priorities[-1][1]
