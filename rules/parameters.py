"""The parameters of the calculation, with their shipped values, by their public names."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import Any

from rules import settings
from rules.duration import Duration, format_duration, parse_duration
from rules.errors import Invalid
from rules.incident import Waiting
from rules.period import Period, instant, local

SECOND = 1_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR


class EdgePolicy(StrEnum):
    """Where between two samples that differ the change is dated.

    ``midpoint`` is unbiased; ``first_bad`` is what a customer's own log shows; ``last_good`` makes an outage as long
    as it can have been. An outage ends at the midpoint, or else at the first good sample.
    """

    MIDPOINT = "midpoint"
    FIRST_BAD = "first_bad"
    LAST_GOOD = "last_good"


class FaultRate(StrEnum):
    """Which reading of "fault rate" the verdict is taken on; all of them are computed always.

    ``R1`` share of known service time in own fault; ``R1'`` the same as delivered to users (unreachable is down);
    ``R2`` share of objects with a failure; ``R3`` share of looks that failed, by the time they stand for; ``R4``
    failures per device-month.
    """

    R1 = "R1"
    R1_DELIVERED = "R1'"
    R2 = "R2"
    R3 = "R3"
    R4 = "R4"


@dataclass(frozen=True, slots=True)
class Reach:
    """A length of time, either fixed (``fixed`` ms) or in intervals of the check it is used for."""

    fixed: int | None = None
    intervals: float | None = None

    def of(self, interval: int) -> int:
        """Milliseconds for a check of this interval (ms)."""
        if self.fixed is not None:
            return self.fixed
        return round((self.intervals or 0.0) * interval)

    @classmethod
    def from_setting(cls, value: object) -> "Reach":
        """Read "150s" or { intervals = 2.5 }; raises Invalid for anything else."""
        if isinstance(value, str):
            return cls(fixed=parse_duration(value))
        if isinstance(value, Mapping) and set(value) == {"intervals"}:
            count = value["intervals"]
            if isinstance(count, int | float) and not isinstance(count, bool) and count >= 0:
                return cls(intervals=float(count))
        raise Invalid('expected a duration such as "150s", or { intervals = 2.5 }')

    def as_setting(self) -> object:
        """The value that :meth:`from_setting` reads back."""
        return format_duration(self.fixed) if self.fixed is not None else {"intervals": self.intervals}


@dataclass(frozen=True, slots=True)
class Quorum:
    """How many agents must say "down": a fixed number, or (``fixed`` None) the majority of those who know."""

    fixed: int | None = None

    def needed(self, valid: int) -> int:
        """How many of ``valid`` agents with a known state must be down."""
        return self.fixed if self.fixed is not None else valid // 2 + 1

    @classmethod
    def from_setting(cls, value: object) -> "Quorum":
        """Read "majority" or a whole number from 1; raises Invalid for anything else."""
        if value == "majority":
            return cls()
        if isinstance(value, int) and not isinstance(value, bool) and value >= 1:
            return cls(fixed=value)
        raise Invalid('expected "majority" or a whole number from 1')

    def as_setting(self) -> object:
        """The value that :meth:`from_setting` reads back."""
        return "majority" if self.fixed is None else self.fixed


@dataclass(frozen=True, slots=True)
class CheckParameters:
    """What turns the samples of one check into spans. Lengths of time in milliseconds.

    ``interval`` is τ, the planned distance of looks; ``confirm_down`` N bad samples in a row confirm an outage,
    ``confirm_up`` M good ones its end; two samples further apart than ``max_gap`` leave unknown time between them.
    Raises Invalid where the numbers contradict each other.
    """

    interval: int = 60 * SECOND
    retry_interval: int = 10 * SECOND
    timeout: int = 3 * SECOND
    confirm_down: int = 3
    confirm_up: int = 2
    max_gap: int = 150 * SECOND

    def __post_init__(self) -> None:
        if self.interval < 1:
            raise Invalid("interval must be at least one millisecond")
        if self.confirm_down < 1 or self.confirm_up < 1:
            raise Invalid("confirm_down and confirm_up must be at least 1")
        if self.max_gap < self.interval:
            raise Invalid("max_gap must not be shorter than the interval")


URGENT = CheckParameters(
    interval=5 * SECOND,
    retry_interval=SECOND // 2,
    timeout=SECOND,
    confirm_down=3,
    confirm_up=2,
    max_gap=12_500,
)
"""The preset shipped for checks of priority ``urgent``."""


@dataclass(frozen=True, slots=True)
class Targets:
    """What was promised. A fault rate must stay below its bound, MTBF reach it, the times and shares keep within it.

    ``mtbf`` and the other lengths of time in milliseconds, the rest as fractions.
    """

    fault_rate: float = 0.01
    mtbf: Duration = 500 * HOUR
    mttr: Duration = 4 * HOUR
    response: Duration = HOUR
    response_share: float = 0.95
    start_of_work: Duration = 4 * HOUR
    response_urgent: Duration = 2 * HOUR
    response_important: Duration = 4 * HOUR
    response_general: Duration = 8 * HOUR
    solved: Duration = 24 * HOUR
    complaint_reply: Duration = HOUR
    call_back: Duration = 24 * HOUR
    satisfaction: float = 0.90


@dataclass(frozen=True, slots=True)
class TicketAfter:
    """How long a fault must last before it becomes a ticket, by priority of the target."""

    urgent: Duration = 0
    important: Duration = 60 * SECOND
    general: Duration = 5 * MINUTE


@dataclass(frozen=True, slots=True)
class Weights:
    """How much more a device-hour counts by the priority of its target, in a second line beside the fault rate."""

    urgent: float = 1.0
    important: float = 1.0
    general: float = 1.0

    def __post_init__(self) -> None:
        if not all(0 < weight < math.inf for weight in (self.urgent, self.important, self.general)):
            raise Invalid("weights must be greater than 0")

    @property
    def differ(self) -> bool:
        """Whether they weigh anything otherwise than by its time."""
        return len({self.urgent, self.important, self.general}) > 1

    def of(self, priority: str) -> Fraction:
        """The weight of a priority; what has none counts as general."""
        return Fraction(str(getattr(self, priority or "general", self.general)))


@dataclass(frozen=True, slots=True)
class FreezeAt:
    """When a month's report is final: a day of the following month and a local time, "day 3, 12:00"."""

    day: int
    hour: int
    minute: int

    @classmethod
    def from_setting(cls, value: object) -> "FreezeAt":
        """Read "day 3, 12:00"; raises Invalid for anything else."""
        found = re.fullmatch(r"day (\d{1,2}), (\d{2}):(\d{2})", value) if isinstance(value, str) else None
        if found and 1 <= int(found[1]) <= 28 and int(found[2]) <= 23 and int(found[3]) <= 59:
            return cls(int(found[1]), int(found[2]), int(found[3]))
        raise Invalid('expected a day of the month (1 to 28) and a time, such as "day 3, 12:00"')

    def after(self, period: Period) -> int:
        """The instant (ms UTC) at which a calendar period is frozen, in its own zone."""
        following = local(period.end, period.tz)
        return instant(following.replace(day=self.day, hour=self.hour, minute=self.minute))

    def as_setting(self) -> object:
        """The value that :meth:`from_setting` reads back."""
        return f"day {self.day}, {self.hour:02}:{self.minute:02}"


_MAX_GAP = Reach(intervals=2.5)
_RECOVERY_GRACE = Reach(intervals=2.0)
_MAJORITY = Quorum()
_FREEZE_AT = FreezeAt(3, 12, 0)
_TARGETS = Targets()
_TICKET_AFTER = TicketAfter()
_WEIGHTS = Weights()
_CLOCK_STOPS = (Waiting.CUSTOMER, Waiting.CHANGE_WINDOW)


@dataclass(frozen=True, slots=True)
class Parameters:
    """All parameters of the calculation. Lengths of time in milliseconds, ratios as fractions.

    ``auto_ack_counts``: whether an automatic receipt answers a request. ``clock_stops`` are the reasons to wait that
    stop the clock of a solution; no reason stops that of an answer.
    """

    interval: Duration = 60 * SECOND
    retry_interval: Duration = 10 * SECOND
    timeout: Duration = 3 * SECOND
    confirm_down: int = 3
    confirm_up: int = 2
    edge_policy: EdgePolicy = EdgePolicy.MIDPOINT
    max_gap: Reach = _MAX_GAP
    merge_gap: Duration = 300 * SECOND
    late_window: Duration = 7 * DAY
    freeze_at: FreezeAt = _FREEZE_AT
    min_coverage: float = 0.95
    min_vantages: int | None = None
    quorum: Quorum = _MAJORITY
    recovery_grace: Reach = _RECOVERY_GRACE
    skew_warn: Duration = SECOND
    skew_max: Duration = 300 * SECOND
    report_tz: str = "Asia/Shanghai"
    fault_rate_definition: FaultRate = FaultRate.R1
    min_failure: Duration = 0
    maintenance_cap: Duration = 8 * HOUR
    most_share: float = 0.90
    reopen_window: Duration = 72 * HOUR
    auto_ack_counts: bool = False
    clock_stops: tuple[Waiting, ...] = _CLOCK_STOPS
    ticket_after: TicketAfter = _TICKET_AFTER
    targets: Targets = _TARGETS
    weights: Weights = _WEIGHTS

    def __post_init__(self) -> None:
        if self.min_vantages is not None and self.min_vantages < 1:
            raise Invalid("min_vantages must be at least 1")
        for name in ("min_coverage", "most_share"):
            if not 0 <= getattr(self, name) <= 1:
                raise Invalid(f"{name} must be a fraction from 0 to 1")
        self.for_check()

    def with_settings(self, table: Mapping[str, Any], where: str = "settings") -> "Parameters":
        """These parameters with those named in ``table`` replaced; raises Invalid with all mistakes at once."""
        return settings.read(Parameters, table, where, base=self)

    def for_check(
        self,
        interval: int | None = None,
        *,
        retry_interval: int | None = None,
        timeout: int | None = None,
        confirm_down: int | None = None,
        confirm_up: int | None = None,
        max_gap: int | None = None,
    ) -> CheckParameters:
        """What holds for one check; what is not given comes from here. Raises Invalid for a contradiction.

        A fixed ``max_gap`` from here is never less than the check's interval: a slow check is not all holes.
        """
        every = self.interval if interval is None else interval
        return CheckParameters(
            interval=every,
            retry_interval=self.retry_interval if retry_interval is None else retry_interval,
            timeout=self.timeout if timeout is None else timeout,
            confirm_down=self.confirm_down if confirm_down is None else confirm_down,
            confirm_up=self.confirm_up if confirm_up is None else confirm_up,
            max_gap=max(every, self.max_gap.of(every)) if max_gap is None else max_gap,
        )

    def vantages(self, assigned: int) -> int:
        """How many of ``assigned`` agents must know the state of a check before it counts as known."""
        if self.min_vantages is not None:
            return self.min_vantages
        return 2 if assigned >= 3 else 1

    def as_settings(self) -> dict[str, Any]:
        """The settings table that gives these parameters, as plain JSON values; reports print it."""
        table: dict[str, Any] = settings.write(self)
        return table
