"""Escalation: who hears of an incident next, when those who should act on it do not, and when.

A step is due when a share of a binding deadline is used up, or when nobody has answered for so long. The times count
like the clocks they belong to: in service hours, without pauses. Each step is taken once in the life of an incident.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from rules.duration import Duration
from rules.errors import Invalid
from rules.objective import exact
from rules.priority import check_priorities
from rules.request import Request, Rule, Standing
from rules.sla_clock import Deadline, due

BINDING = (Rule.RESPONSE_BY_PRIORITY, Rule.START_OF_WORK, Rule.SOLVED)
"""The deadlines that bind for each incident. The hour within which most are to be answered is judged by the month."""


@dataclass(frozen=True, slots=True)
class Step:
    """Tell ``to`` when a ``share`` of one of the deadlines ``rules`` is used, or when ``unanswered`` (ms) for so long.

    ``priorities`` limits it to incidents of these; empty is all. Raises Invalid for one that says both or neither.
    """

    to: str
    share: float | None = None
    unanswered: Duration | None = None
    rules: tuple[Rule, ...] = BINDING
    priorities: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.to.strip():
            raise Invalid("to: say who is told")
        if (self.share is None) == (self.unanswered is None):
            raise Invalid("give either share or unanswered")
        if self.share is not None and not 0 < self.share <= 1:
            raise Invalid("share must be more than 0 and at most 1")
        check_priorities("priorities", self.priorities)


SHIPPED = (
    Step("team lead", share=0.75),
    Step("department", share=0.9),
    Step("quality", share=1.0),
    Step("service desk", share=1.0, rules=(Rule.CALL_BACK,)),
)
"""Those who act are warned by the clock; then it goes up, and what was missed is a matter of quality."""


@dataclass(frozen=True, slots=True)
class Due:
    """A step and since when (ms UTC) it is due, by which deadline. ``rule`` is None where nobody answered."""

    step: Step
    at: int
    rule: Rule | None


def due_steps(
    steps: Iterable[Step], request: Request, stands: Mapping[Rule, Standing], priority: str, taken: Iterable[str]
) -> list[Due]:
    """Every step not yet taken with the instant at which it is due as things stand, the earliest first.

    ``stands`` are the deadlines that still run; ``taken`` names those who have been told. Of several steps to the same
    recipient the earliest counts.
    """
    told = set(taken)
    found: dict[str, Due] = {}
    for step in steps:
        if step.to in told or (step.priorities and priority not in step.priorities):
            continue
        when = _when(step, request, stands)
        if when is not None and (step.to not in found or when.at < found[step.to].at):
            found[step.to] = when
    return sorted(found.values(), key=lambda one: (one.at, one.step.to))


def _when(step: Step, request: Request, stands: Mapping[Rule, Standing]) -> Due | None:
    if step.unanswered is not None:
        waiting = stands.get(Rule.RESPONSE)
        at = None if waiting is None else _used(waiting.deadline, step.unanswered)
        return None if at is None else Due(step, at, None)
    share = exact(step.share or 0)
    known = [
        (at, rule)
        for rule in step.rules
        if rule in stands and (at := _used(stands[rule].deadline, _part(stands[rule].deadline, share))) is not None
    ]
    return Due(step, *min(known)) if known else None


def _part(deadline: Deadline, share: Fraction) -> int:
    return int(share * deadline.allowance.length)


def _used(deadline: Deadline, length: int) -> int | None:
    """When so much (ms) of a clock is used."""
    return due(deadline.opened, length, deadline.allowance.hours, deadline.pauses)
