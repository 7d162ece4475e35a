"""Complaints as requests: what the log tells of who was answered when, in the form that is measured."""

import sqlite3
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from collector import calendars
from collector.agreed import Agreed, Judged
from collector.store import agreements, targets
from collector.store.complaints import Complaint
from collector.store.targets import Target
from rules.incident import ActorKind
from rules.parameters import Parameters
from rules.request import Answer, Kind, Origin, Request, Rule, Standing, standing


@dataclass(frozen=True, slots=True)
class Complained:
    """A complaint as a request, and the agreement by which it is judged, that of what it is about: name and terms."""

    complaint: Complaint
    agreement: str
    request: Request
    parameters: Parameters

    def standing(self, at: int) -> Standing | None:
        """Where its reply stands at an instant (ms UTC); None before it was received."""
        return standing(Rule.COMPLAINT_REPLY, self.request, self.parameters, at)


def complained(
    tx: sqlite3.Connection,
    agreed: Agreed,
    found: Iterable[Complaint],
    at: int,
    wanted: Collection[str] | None = None,
) -> list[Complained]:
    """The complaints as they stood at an instant (ms UTC), by the agreements in force then.

    Only those about one of the targets and services ``wanted`` (ids); with None all, also those about none.
    """
    told = []
    for one in found:
        if wanted is not None and one.subject not in wanted:
            continue
        judged = subject(tx, one.subject)
        terms = agreed.house if judged is None else agreed.of(judged, at - 1)
        calendar = (judged.calendar if isinstance(judged, Target) else "") or terms.calendar
        answered = one.replied is not None and one.replied <= at
        request = Request(
            name=one.name,
            opened=one.received,
            kind=Kind.COMPLAINT,
            origin=Origin.PERSON,
            answers=(Answer(one.replied or 0, ActorKind.PERSON, tells=True),) if answered else (),
            hours=calendars.in_force(tx, calendar),
        )
        told.append(Complained(one, terms.promise.agreement, request, terms.promise.parameters))
    return told


def subject(tx: sqlite3.Connection, key: str) -> Judged | None:
    """What a complaint is about, by id; None where it is about no target and no service."""
    return (agreements.find_service(tx, key) or targets.find(tx, key)) if key else None
