"""What each of the layers over the measured time made of an instant, in the order in which they are laid. Pure."""

from collections.abc import Mapping
from dataclasses import replace

from rules.parameters import Parameters
from rules.period import Period
from rules.state import State
from rules.timeline import Subject, Timeline, timeline

STEPS = ("measured", "in_service", "parents", "calendar", "maintenance", "corrections")
"""Their names; the state after the last is the state."""


def steps(
    subject: Subject, parents: Mapping[str, Timeline], period: Period, parameters: Parameters, at: int, now: int
) -> list[tuple[str, State]]:
    """The state of a target at an instant (ms UTC) after each step."""
    bare = Subject(name=subject.name, kind=subject.kind, checks=subject.checks, evidence=subject.evidence)
    laid = [bare]
    laid.append(replace(laid[-1], in_service=subject.in_service))
    laid.append(replace(laid[-1], parents=subject.parents))
    laid.append(replace(laid[-1], calendar=subject.calendar))
    laid.append(replace(laid[-1], windows=subject.windows))
    laid.append(replace(laid[-1], corrections=subject.corrections))
    return [
        (name, timeline(one, period, parents, parameters, now).at(at)) for name, one in zip(STEPS, laid, strict=True)
    ]
