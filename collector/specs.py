"""What people hand in: the forms in which targets, checks and the rest are asked for. Data only.

Each is read by ``rules.settings.read``, which tells all mistakes of one form at once; the rooms check what needs the
state (is the name free, does the parent exist). Instants are RFC 3339 texts or ms UTC, durations texts such as "5m".
"""

from dataclasses import dataclass, field
from typing import Any

from collector.store.targets import Priority

Instant = int | str


@dataclass(frozen=True, slots=True)
class CheckSpec:
    """A check to add. ``vital`` None lets the kind and the target decide; ``agents`` is a selector of agents."""

    kind: str
    part: str = ""
    address: str = ""
    options: dict[str, Any] = field(default_factory=dict)
    settings: dict[str, Any] = field(default_factory=dict)
    vital: bool | None = None
    agents: str = ""


@dataclass(frozen=True, slots=True)
class TargetSpec:
    """A target to add or how it shall be. ``parents`` and ``credentials`` are names (or ids).

    ``checks`` None gives it the checks its address calls for: an URL http (and tls), ``host:port`` tcp, everything else
    ping, and snmp where ``snmp`` names a version. ``agents`` is their selector.
    """

    name: str = ""
    address: str = ""
    kind: str = ""
    priority: Priority = Priority.GENERAL
    profile: str = "auto"
    labels: dict[str, str] = field(default_factory=dict)
    parents: tuple[str, ...] = ()
    credentials: tuple[str, ...] = ()
    snmp: str = ""
    settings: dict[str, Any] = field(default_factory=dict)
    in_service_from: Instant | None = None
    in_service_to: Instant | None = None
    calendar: str = ""
    agreement: str = ""
    checks: tuple[CheckSpec, ...] | None = None
    agents: str = ""


@dataclass(frozen=True, slots=True)
class PolicySpec:
    """Settings for every target a selector names."""

    selector: str
    settings: dict[str, Any]


@dataclass(frozen=True, slots=True)
class CredentialSpec:
    """A credential to set. ``fields`` of kind snmp are ``community``, or else ``user auth auth_key priv priv_key``."""

    name: str
    kind: str
    fields: dict[str, str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class JoinTokenSpec:
    """A join token to make. ``labels`` are given to the agents that use it."""

    uses: int = 1
    ttl: str = "1h"
    labels: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class JoinSpec:
    """An agent asking to be enrolled: with a join token, a name, and what it knows of its machine."""

    token: str
    name: str = ""
    hostname: str = ""
    machine_id: str = ""
    machine_boot: str = ""
    version: str = ""
    kinds: tuple[str, ...] = ()
    replace: bool = False


@dataclass(frozen=True, slots=True)
class PersonSpec:
    """A user to add. Without a password they get in by a sign-in link."""

    name: str
    role: str
    scope: dict[str, str] = field(default_factory=dict)
    mail: str = ""
    password: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class TokenSpec:
    """An API token to make; ``ttl`` empty for one that does not expire."""

    name: str
    role: str
    scope: dict[str, str] = field(default_factory=dict)
    ttl: str = ""


@dataclass(frozen=True, slots=True)
class MaintenanceSpec:
    """A window to announce: ``start`` and ``end``, or ``duration`` from ``start`` (from now when absent).

    With ``every`` (day, week or month) it comes again at the same wall clock of ``tz``, until ``until``.
    """

    targets: tuple[str, ...]
    reason: str
    start: Instant | None = None
    end: Instant | None = None
    duration: str = ""
    with_dependents: bool = False
    every: str = ""
    until: Instant | None = None
    tz: str = ""


@dataclass(frozen=True, slots=True)
class MuteSpec:
    """Silence to keep about a target, a check or a selector of targets, until an instant or for a duration."""

    what: str
    reason: str
    until: Instant | None = None
    duration: str = ""


@dataclass(frozen=True, slots=True)
class CorrectionSpec:
    """A correction to propose. ``to_class`` is a class of the partition, or ``measured`` to take others back."""

    target: str
    start: Instant
    end: Instant
    to_class: str
    reason: str
    responsible: str = "own"
    evidence: str = ""


@dataclass(frozen=True, slots=True)
class CalendarSpec:
    """A service calendar: hours by days of the week, closed dates, make-up days, and the years it covers.

    ``names`` says what a closed or make-up date is.
    """

    name: str
    tz: str
    weekly: dict[str, tuple[str, ...]] = field(default_factory=dict)
    closed: tuple[str, ...] = ()
    open: dict[str, tuple[str, ...]] = field(default_factory=dict)
    years: tuple[int, ...] = ()
    names: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DaySpec:
    """A day on which other hours hold than its weekday's: ``kind`` is closed or open, ``hours`` are of an open one."""

    date: str
    kind: str
    name: str = ""
    hours: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DaysSpec:
    """Days for a calendar, and the years of which they are all there are.

    ``hours`` hold on open days without hours of their own; without them those of most of the calendar's weekdays.
    ``replace`` takes away what the calendar has in those years and the days do not name.
    """

    days: tuple[DaySpec, ...]
    years: tuple[int, ...] = ()
    hours: tuple[str, ...] = ()
    replace: bool = False
    dry_run: bool = False


@dataclass(frozen=True, slots=True)
class AgreementSpec:
    """An agreement with a customer about the targets of a selector. Setting it again makes the next version."""

    name: str
    customer: str = ""
    selector: str = ""
    valid_from: Instant | None = None
    valid_to: Instant | None = None
    calendar: str = ""
    tz: str = "Asia/Shanghai"
    parameters: dict[str, Any] = field(default_factory=dict)
    second_person: bool = False


@dataclass(frozen=True, slots=True)
class ServiceSpec:
    """A service made of targets, checks and other services.

    ``needs`` is all_of, any_of, a number such as 2_of, or capacity, of names; all but the last nest. ``spares`` names
    the states of a part (maintenance, excluded) that do not count against the service.
    """

    name: str
    needs: dict[str, Any]
    labels: dict[str, str] = field(default_factory=dict)
    calendar: str = ""
    agreement: str = ""
    spares: tuple[str, ...] = ()
