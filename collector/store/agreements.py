"""Calendar, agreement and service: what was promised for which hours, and what is made of several targets."""

from dataclasses import dataclass, field

from collector.store.objects import Noun


@dataclass(frozen=True, slots=True)
class Calendar:
    """Service hours: ``weekly`` by day names, ``closed`` dates, ``open`` make-up days; in the zone ``tz``.

    ``years`` are those whose closed and make-up days are known, ``names`` what such days are, by date.
    """

    id: str
    name: str
    tz: str
    weekly: dict[str, tuple[str, ...]] = field(default_factory=dict)
    closed: tuple[str, ...] = ()
    open: dict[str, tuple[str, ...]] = field(default_factory=dict)
    years: tuple[int, ...] = ()
    names: dict[str, str] = field(default_factory=dict)
    created: int = 0
    retired: int | None = None


@dataclass(frozen=True, slots=True)
class Agreement:
    """What is promised to a customer for the targets of a selector, in one version, from an instant to another."""

    id: str
    name: str
    version: int
    customer: str = ""
    selector: str = ""
    valid_from: int | None = None
    valid_to: int | None = None
    calendar: str = ""
    tz: str = "Asia/Shanghai"
    parameters: dict[str, object] = field(default_factory=dict)
    second_person: bool = False
    created: int = 0
    retired: int | None = None


@dataclass(frozen=True, slots=True)
class Service:
    """Something made of targets and checks.

    ``needs`` is ``all_of``, ``any_of``, ``k_of`` or ``capacity`` of the ids of its parts, nestable. ``spares`` names
    the states of a part (maintenance, excluded) that do not count against the service.
    """

    id: str
    name: str
    needs: dict[str, object] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)
    calendar: str = ""
    agreement: str = ""
    spares: tuple[str, ...] = ()
    created: int = 0
    retired: int | None = None


_calendars = Noun("calendar", Calendar, "calendar")
_agreements = Noun("agreement", Agreement, "agreement")
_services = Noun("service", Service, "service")
calendars, get_calendar, resolve_calendar = _calendars.living, _calendars.get, _calendars.resolve
calendar_named, calendar_history = _calendars.named, _calendars.history
agreements, get_agreement, resolve_agreement = _agreements.living, _agreements.get, _agreements.resolve
agreement_named = _agreements.named
ever_agreements, agreement_history = _agreements.ever, _agreements.history
services, get_service, resolve_service = _services.living, _services.get, _services.resolve
service_named, find_service = _services.named, _services.find
ever_services, service_history, service_at = _services.ever, _services.history, _services.at
