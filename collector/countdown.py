"""Countdown: the deadlines of one incident as they stand, and which of them comes next."""

import sqlite3
from typing import Any

from collector import calendars
from collector.agreed import Agreed
from collector.requests import Asked, terms_of
from collector.store.targets import Target
from rules.request import Request, Rule, Standing, next_deadline, standing
from rules.sla_clock import Deadline, earliest

_OVER = frozenset({Rule.CALL_BACK})
"""What is still asked about a fault that is over."""


def stands(one: Asked, at: int) -> list[Standing]:
    """How an incident stands under every rule that says anything about it, at an instant (ms UTC)."""
    found = (standing(rule, one.request, one.parameters, at) for rule in Rule)
    return [stand for stand in found if stand is not None]


def running(one: Asked, at: int) -> dict[Rule, Standing]:
    """The rules by which something must still be done: of its handling while it is dealt with, the rest after it."""
    living = one.incident.living
    return {
        rule: stand
        for stand in stands(one, at)
        if stand.done is None and not stand.by_itself and living != ((rule := Rule(stand.deadline.rule)) in _OVER)
    }


def following(one: Asked, at: int) -> Deadline | None:
    """The deadline that comes first, or has passed first; None when nothing is asked any more."""
    return earliest(stand.deadline for stand in running(one, at).values())


def first(tx: sqlite3.Connection, agreed: Agreed, target: Target | None, priority: str, at: int) -> Deadline | None:
    """The deadline that will come first of an incident that is opened at an instant (ms UTC)."""
    terms, calendar = terms_of(agreed, target, at)
    request = Request("", at, priorities=((at, priority),), hours=calendars.in_force(tx, calendar))
    return next_deadline(request, terms.promise.parameters, at)


def told(deadline: Deadline | None) -> dict[str, Any] | None:
    """A deadline as others are told it: ``{"rule", "due"}``, the instant in ms UTC."""
    return None if deadline is None else {"rule": deadline.rule, "due": deadline.due}
