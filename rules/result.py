"""What a probe saw, and what the agent makes of it: Outcome, Reading, Result."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Outcome(StrEnum):
    """What one look at a target said.

    ``ok`` and ``degraded`` count as up (degraded is remembered), ``failed`` as down. ``error`` means "could not
    look" (no permission, name not resolved at the agent, a crash in the probe): it is no sample at all, so it can
    never become downtime.
    """

    OK = "ok"
    DEGRADED = "degraded"
    FAILED = "failed"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Reading:
    """What a probe saw in one look.

    ``values`` are numbers in base units, named ``<metric>_<unit>`` (``rtt_us``, ``total_ms``, ``free_ratio``,
    ``used_bytes``); a value that belongs to a part is named ``metric[part]``, for example ``free_ratio[/var]``.
    ``text`` is one line for a person; empty when there is nothing to say. Never a secret.
    """

    outcome: Outcome
    values: Mapping[str, float] = field(default_factory=dict)
    text: str = ""


@dataclass(frozen=True, slots=True)
class Result:
    """A Reading with its place and time.

    ``handle`` is the check's number in the plan. ``at`` is the instant the look began, in milliseconds of the
    machine's boot clock (CLOCK_BOOTTIME). ``slot`` is the number of the planned slot the look belongs to, or -1 for
    a re-check outside the plan; ``interval`` is the check's interval in milliseconds.
    """

    handle: int
    interval: int
    slot: int
    at: int
    reading: Reading
