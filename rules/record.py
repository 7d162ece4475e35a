"""A recorded stream as lines of JSON, read into a Record that depends on the set of lines, not on their order.

Each line is one object with one key: target, service, check, result, span, evidence, maintenance, correction, incident,
calendar.
Definitions may carry "since" (until then the definition before, or nothing, was in force).
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVar

from rules import settings
from rules.calendar import Calendar, read_calendar
from rules.dated import Dated
from rules.duration import Duration
from rules.errors import Invalid
from rules.evidence import Evidence, Kind
from rules.period import instant, read_moment
from rules.recorded import STATES, Recorded, recorded_track
from rules.result import Outcome
from rules.service import Capacity, Need, read_need
from rules.settings import suggest
from rules.span import Sample, Track
from rules.state import State
from rules.timeline import CORRECTABLE
from rules.uptime import METRICS, Reading, reading

D = TypeVar("D")


class Moment(int):
    """An instant in ms UTC, read from such a number or from an RFC 3339 text."""

    @classmethod
    def from_setting(cls, value: object) -> "Moment":
        """Raises Invalid for anything else, also for a text without an offset: it would depend on the reader."""
        if isinstance(value, int) and not isinstance(value, bool):
            return cls(value)
        if isinstance(value, str):
            moment = read_moment(value)
            if moment is not None and moment.tzinfo is not None:
                return cls(instant(moment))
        raise Invalid(f"expected a time such as 2026-10-01T08:00:00+08:00 or milliseconds UTC, found {value!r}")


@dataclass(frozen=True, slots=True)
class InService:
    """[from, to) in ms UTC, None for unbounded."""

    start: int | None = None
    end: int | None = None

    @classmethod
    def from_setting(cls, value: object) -> "InService":
        """Read [from, to] with null for unbounded; raises Invalid for anything else."""
        if not isinstance(value, list) or len(value) != 2:
            raise Invalid("expected [from, to], with null where it is unbounded")
        start, end = (None if entry is None else Moment.from_setting(entry) for entry in value)
        if start is not None and end is not None and start >= end:
            raise Invalid("it must end after it starts")
        return cls(start, end)


_ALWAYS = InService()


@dataclass(frozen=True, slots=True)
class TargetLine:
    """What a "target" line may say."""

    name: str
    kind: str = ""
    address: str = ""
    priority: str = ""
    parents: tuple[str, ...] = ()
    in_service: InService = _ALWAYS
    calendar: str | None = None
    labels: Mapping[str, Any] = field(default_factory=dict)
    since: Moment | None = None


@dataclass(frozen=True, slots=True)
class Needs:
    """The "needs" of a service; see :func:`rules.service.read_need`."""

    need: Need | Capacity

    @classmethod
    def from_setting(cls, value: object) -> "Needs":
        """Raises Invalid for anything else."""
        return cls(read_need(value))


@dataclass(frozen=True, slots=True)
class ServiceLine:
    """What a "service" line may say. ``spares`` names states of parts that do not count against the service."""

    name: str
    needs: Needs
    in_service: InService = _ALWAYS
    calendar: str | None = None
    spares: tuple[str, ...] = ()
    labels: Mapping[str, Any] = field(default_factory=dict)
    since: Moment | None = None

    def __post_init__(self) -> None:
        if not set(self.spares) <= {"maintenance", "excluded"}:
            raise Invalid("spares: expected maintenance or excluded")


_HOST_RESOURCES = ("cpu", "memory", "disk", "net", "load", "process")


@dataclass(frozen=True, slots=True)
class CheckLine:
    """What a "check" line may say; what it does not say of the confirmation comes from the parameters."""

    id: str
    target: str
    kind: str = ""
    vital: bool | None = None
    interval: Duration | None = None
    retry_interval: Duration | None = None
    timeout: Duration | None = None
    confirm_down: int | None = None
    confirm_up: int | None = None
    max_gap: Duration | None = None
    since: Moment | None = None

    @property
    def decides(self) -> bool:
        """Whether it is vital; unless it says so itself, all are but a host's own resources."""
        return self.kind not in _HOST_RESOURCES if self.vital is None else self.vital


@dataclass(frozen=True, slots=True)
class Bracket:
    """The two looks between which an edge lies, in ms UTC."""

    first: int
    last: int

    @classmethod
    def from_setting(cls, value: object) -> "Bracket":
        """Read [from, to]; raises Invalid for anything else."""
        if not isinstance(value, list) or len(value) != 2:
            raise Invalid("expected [from, to]")
        return cls(Moment.from_setting(value[0]), Moment.from_setting(value[1]))


@dataclass(frozen=True, slots=True)
class SpanLine:
    """What a "span" line may say: a stretch of one state as another system recorded it."""

    check: str
    agent: str
    start: Moment = field(metadata={"key": "from"})
    end: Moment = field(metadata={"key": "to"})
    state: str
    start_bracket: Bracket | None = None
    end_bracket: Bracket | None = None
    detected: Moment | None = None

    def __post_init__(self) -> None:
        if self.state not in STATES:
            raise Invalid(f"state: expected one of {', '.join(STATES)}, found {self.state!r}")
        self.recorded()

    def recorded(self) -> Recorded:
        """The stretch itself; raises Invalid where its instants contradict each other."""
        begun, over = self.start_bracket, self.end_bracket
        return Recorded(
            start=self.start,
            end=self.end,
            state=State(self.state),
            start_bracket=(begun.first, begun.last) if begun else None,
            end_bracket=(over.first, over.last) if over else None,
            detected=self.detected,
        )


@dataclass(frozen=True, slots=True)
class EvidenceLine:
    """What an "evidence" line may say: a restart, or something that happened to a line."""

    target: str
    at: Moment
    kind: Kind
    since: Moment | None = None
    until: Moment | None = None
    check: str | None = None
    told_by: str = ""
    alone: bool = False

    def __post_init__(self) -> None:
        if self.since is not None and self.since > self.at:
            raise Invalid("since: must not be later than at")
        if self.until is not None and self.until < self.at:
            raise Invalid("until: must not be earlier than at")

    def evidence(self) -> Evidence:
        """The evidence itself."""
        return Evidence(self.at, self.kind, self.since, self.until, self.check or "", self.told_by, self.alone)


@dataclass(frozen=True, slots=True)
class MaintenanceLine:
    """What a "maintenance" line may say. Without ``approved_at`` it was not approved."""

    targets: tuple[str, ...]
    start: Moment = field(metadata={"key": "from"})
    end: Moment = field(metadata={"key": "to"})
    approved_at: Moment | None = None
    approved_by: str | None = None
    reason: str = ""

    def __post_init__(self) -> None:
        if self.start >= self.end:
            raise Invalid("to: must be later than from")


@dataclass(frozen=True, slots=True)
class CorrectionLine:
    """What a "correction" line may say."""

    target: str
    start: Moment = field(metadata={"key": "from"})
    end: Moment = field(metadata={"key": "to"})
    to: str = field(metadata={"key": "class"})
    proposed_by: str = ""
    approved_by: str | None = None
    approved_at: Moment | None = None
    reason: str = ""
    responsible: str = ""
    evidence: Any = None

    def __post_init__(self) -> None:
        if self.start >= self.end:
            raise Invalid("to: must be later than from")
        if self.to not in CORRECTABLE:
            raise Invalid(f"class: expected one of {', '.join(sorted(CORRECTABLE))}, found {self.to!r}")


@dataclass(frozen=True, slots=True)
class IncidentLine:
    """What an "incident" line may say."""

    target: str | None = None
    opened: Moment | None = None
    acknowledged: Moment | None = None
    started: Moment | None = None
    resolved: Moment | None = None


@dataclass(frozen=True, slots=True)
class Record:
    """A recorded stream: definitions by name with their revisions, and what was seen.

    ``samples`` by check and agent, in order; ``readings`` likewise, for results that tell of running times, and
    ``recorded``, for what came as spans; ``agents`` of each check, also those that could never look;
    ``conflicts`` counts the contents that came under an identity that another content had already.
    """

    targets: Mapping[str, Dated[TargetLine]]
    services: Mapping[str, Dated[ServiceLine]]
    checks: Mapping[str, Dated[CheckLine]]
    calendars: Mapping[str, Dated[Calendar]]
    maintenance: tuple[MaintenanceLine, ...]
    corrections: tuple[CorrectionLine, ...]
    incidents: tuple[IncidentLine, ...]
    evidence: tuple[EvidenceLine, ...]
    samples: Mapping[str, Mapping[str, tuple[Sample, ...]]]
    readings: Mapping[str, Mapping[str, tuple[Reading, ...]]]
    recorded: Mapping[str, Mapping[str, Track]]
    agents: Mapping[str, frozenset[str]]
    conflicts: int


def read_record(lines: Iterable[str]) -> Record:
    """The Record of the lines; blank ones are skipped. Raises Invalid with every mistake and its line number."""
    reader = _Reader()
    for number, line in enumerate(lines, start=1):
        reader.line(number, line)
    return reader.record()


_OUTCOMES = {outcome.value: outcome for outcome in Outcome}

Content = tuple[int, str]
"""What a result says: its instant and its outcome as text."""


class _Reader:
    """Gathers lines of any order; references are looked up when all have been read."""

    def __init__(self) -> None:
        self.mistakes: list[tuple[int, str]] = []
        self.targets: dict[str, dict[int | None, tuple[int, TargetLine]]] = {}
        self.services: dict[str, dict[int | None, tuple[int, ServiceLine]]] = {}
        self.checks: dict[str, dict[int | None, tuple[int, CheckLine]]] = {}
        self.calendars: dict[str, dict[int | None, tuple[int, Calendar]]] = {}
        self.maintenance: list[tuple[int, MaintenanceLine]] = []
        self.corrections: list[tuple[int, CorrectionLine]] = []
        self.incidents: list[tuple[int, IncidentLine]] = []
        self.evidence: dict[EvidenceLine, int] = {}
        self.results: dict[tuple[str, str], dict[tuple[str, int], Content]] = {}
        self.readings: dict[tuple[str, str], dict[tuple[str, int, Content], Reading]] = {}
        self.spans: dict[tuple[str, str], dict[Recorded, int]] = {}
        self.first_line: dict[str, int] = {}
        self.conflicting: dict[tuple[str, str, str, int], set[Content]] = {}
        self.kinds: dict[str, Callable[[int, dict[str, Any]], None]] = {
            "result": self._result,
            "span": self._span,
            "target": partial(self._define, "target", TargetLine, self.targets, "name"),
            "service": partial(self._define, "service", ServiceLine, self.services, "name"),
            "check": partial(self._define, "check", CheckLine, self.checks, "id"),
            "calendar": self._calendar,
            "evidence": self._evidence,
            "maintenance": partial(self._list, "maintenance", MaintenanceLine, self.maintenance),
            "correction": partial(self._list, "correction", CorrectionLine, self.corrections),
            "incident": partial(self._list, "incident", IncidentLine, self.incidents),
        }

    def line(self, number: int, text: str) -> None:
        stripped = text.strip().removeprefix("\ufeff")
        if not stripped:
            return
        try:
            entry = json.loads(stripped)
        except (ValueError, RecursionError) as error:
            self._wrong(number, f"not JSON ({error})")
            return
        if not isinstance(entry, dict) or len(entry) != 1:
            self._wrong(number, "expected one object with one key")
            return
        ((kind, table),) = entry.items()
        if kind not in self.kinds:
            self._wrong(number, f"unknown kind {kind!r}{suggest(kind, self.kinds)}")
        elif not isinstance(table, dict):
            self._wrong(number, f"{kind}: expected an object")
        else:
            self.kinds[kind](number, table)

    def record(self) -> Record:
        self._references()
        recorded = self._recorded()
        if self.mistakes:
            count = len(self.mistakes)
            told = tuple(f"line {number}: {message}" for number, message in sorted(self.mistakes))
            raise Invalid(f"The record has {'a mistake' if count == 1 else f'{count} mistakes'}.", told)
        samples: dict[str, dict[str, tuple[Sample, ...]]] = {}
        agents: dict[str, set[str]] = {}
        for (check, agent), seen in self.results.items():
            agents.setdefault(check, set()).add(agent)
            ordered = sorted((at, boot, seq, outcome) for (boot, seq), (at, outcome) in seen.items())
            samples.setdefault(check, {})[agent] = tuple(
                Sample(at, _OUTCOMES[outcome]) for at, _, _, outcome in ordered if outcome != Outcome.ERROR
            )
        for check, tracks in recorded.items():
            agents.setdefault(check, set()).update(tracks)
        return Record(
            targets={name: _dated(found) for name, found in self.targets.items()},
            services={name: _dated(found) for name, found in self.services.items()},
            checks={name: _dated(found) for name, found in self.checks.items()},
            calendars={name: _dated(found) for name, found in self.calendars.items()},
            maintenance=tuple(entry for _, entry in self.maintenance),
            corrections=tuple(entry for _, entry in self.corrections),
            incidents=tuple(entry for _, entry in self.incidents),
            evidence=tuple(self.evidence),
            samples=samples,
            readings=self._readings(),
            recorded=recorded,
            agents={check: frozenset(named) for check, named in agents.items()},
            conflicts=sum(len(contents) - 1 for contents in self.conflicting.values()),
        )

    def _wrong(self, number: int, message: str) -> None:
        self.mistakes.append((number, message))

    def _result(self, number: int, table: dict[str, Any]) -> None:
        """A result; of its values those count that tell of running times, its text is no matter for figures."""
        check, agent, boot = table.get("check"), table.get("agent"), table.get("boot")
        seq, at, outcome = table.get("seq"), table.get("t"), table.get("outcome")
        try:
            at = at if type(at) is int else int(Moment.from_setting(at))
        except Invalid as error:
            self._wrong(number, f"result.t: {error.message}")
            return
        if not isinstance(check, str) or not isinstance(agent, str) or not isinstance(boot, str):
            self._wrong(number, "result: expected check, agent and boot as texts")
            return
        if type(seq) is not int:
            self._wrong(number, f"result.seq: expected a whole number, found {seq!r}")
            return
        if not isinstance(outcome, str) or outcome not in _OUTCOMES:
            self._wrong(number, f"result.outcome: expected one of {', '.join(_OUTCOMES)}, found {outcome!r}")
            return
        self.first_line.setdefault(check, number)
        seen = self.results.setdefault((check, agent), {})
        content = (at, outcome)
        known = seen.setdefault((boot, seq), content)
        if known != content:
            self.conflicting.setdefault((check, agent, boot, seq), {known}).add(content)
            seen[boot, seq] = min(known, content)
        if table.get("values") and outcome != Outcome.ERROR:
            self._reading(number, (check, agent), (boot, seq, content), table["values"])

    def _reading(self, number: int, seen_by: tuple[str, str], key: tuple[str, int, Content], values: object) -> None:
        if not isinstance(values, Mapping):
            self._wrong(number, "result.values: expected an object")
            return
        for name in METRICS:
            value = values.get(name, 0)
            if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 1 << 53:
                self._wrong(number, f"result.values.{name}: expected a number from 0, found {value!r}")
                return
        found = reading(key[2][0], values)
        if found is not None:
            known = self.readings.setdefault(seen_by, {})
            known[key] = min(found, known.get(key, found), key=repr)

    def _readings(self) -> dict[str, dict[str, tuple[Reading, ...]]]:
        """Of each result the reading that came with the content that holds."""
        kept: dict[str, dict[str, tuple[Reading, ...]]] = {}
        for (check, agent), found in self.readings.items():
            holding = self.results[check, agent]
            kept.setdefault(check, {})[agent] = tuple(
                one for (boot, seq, content), one in found.items() if holding[boot, seq] == content
            )
        return kept

    def _evidence(self, number: int, table: dict[str, Any]) -> None:
        entry = self._read(number, "evidence", EvidenceLine, table)
        if entry is not None:
            self.evidence.setdefault(entry, number)

    def _span(self, number: int, table: dict[str, Any]) -> None:
        entry = self._read(number, "span", SpanLine, table)
        if entry is not None:
            self.first_line.setdefault(entry.check, number)
            self.spans.setdefault((entry.check, entry.agent), {}).setdefault(entry.recorded(), number)

    def _recorded(self) -> dict[str, dict[str, Track]]:
        """The tracks of what came as spans; notes those that overlap, and looks beside them of the same agent."""
        tracks: dict[str, dict[str, Track]] = {}
        for (check, agent), entries in self.spans.items():
            number = min(entries.values())
            if (check, agent) in self.results:
                self._wrong(number, f"span: {check!r} has results of {agent!r} too; it can have one of them")
                continue
            try:
                tracks.setdefault(check, {})[agent] = recorded_track(entries)
            except Invalid as wrong:
                self._wrong(number, f"span: of {check!r} by {agent!r}, {wrong.message}")
        return tracks

    def _read(self, number: int, kind: str, cls: type[D], table: dict[str, Any]) -> D | None:
        try:
            return settings.read(cls, table)
        except Invalid as error:
            for mistake in error.mistakes:
                self._wrong(number, f"{kind}.{mistake}")
            return None

    def _define(
        self,
        kind: str,
        cls: type[D],
        known: dict[str, dict[int | None, tuple[int, D]]],
        key: str,
        number: int,
        table: dict[str, Any],
    ) -> None:
        definition = self._read(number, kind, cls, table)
        if definition is not None:
            since: int | None = getattr(definition, "since", None)
            self._keep(number, kind, str(getattr(definition, key)), since, definition, known)

    def _keep(
        self,
        number: int,
        kind: str,
        name: str,
        since: int | None,
        definition: D,
        known: dict[str, dict[int | None, tuple[int, D]]],
    ) -> None:
        earlier = known.setdefault(name, {}).setdefault(since, (number, definition))
        if earlier[1] != definition:
            self._wrong(number, f"{kind} {name!r} is defined otherwise in line {earlier[0]}")

    def _list(self, kind: str, cls: type[D], known: list[tuple[int, D]], number: int, table: dict[str, Any]) -> None:
        entry = self._read(number, kind, cls, table)
        if entry is not None:
            known.append((number, entry))

    def _calendar(self, number: int, table: dict[str, Any]) -> None:
        content = dict(table)
        try:
            since = None if content.get("since") is None else Moment.from_setting(content["since"])
            content.pop("since", None)
            calendar = read_calendar(content)
        except Invalid as error:
            for mistake in error.mistakes or (f"since: {error.message}",):
                self._wrong(number, f"calendar.{mistake}")
            return
        self._keep(number, "calendar", calendar.name, since, calendar, self.calendars)

    def _references(self) -> None:
        """Note every name that names nothing, and every circle."""
        for number, target in _lines(self.targets):
            for parent in target.parents:
                self._exists(number, "target.parents", parent, self.targets)
            if target.calendar is not None:
                self._exists(number, "target.calendar", target.calendar, self.calendars)
        for number, check in _lines(self.checks):
            self._exists(number, "check.target", check.target, self.targets)
        parts = {**self.targets, **self.services, **self.checks}
        for number, service in _lines(self.services):
            if service.name in self.targets:
                self._wrong(number, f"service.name: {service.name!r} is a target already")
            if service.calendar is not None:
                self._exists(number, "service.calendar", service.calendar, self.calendars)
            for name in service.needs.need.names():
                self._exists(number, "service.needs", name, parts)
        objects = {**self.targets, **self.services}
        for number, window in self.maintenance:
            for name in window.targets:
                self._exists(number, "maintenance.targets", name, objects)
        for number, correction in self.corrections:
            self._exists(number, "correction.target", correction.target, objects)
        for number, incident in self.incidents:
            if incident.target is not None:
                self._exists(number, "incident.target", incident.target, objects)
        for told, number in self.evidence.items():
            self._exists(number, "evidence.target", told.target, self.targets)
            if told.check is not None:
                self._exists(number, "evidence.check", told.check, self.checks)
        seen = {check_id for check_id, _ in self.results}
        for check_id, number in self.first_line.items():
            self._exists(number, "result.check" if (check_id in seen) else "span.check", check_id, self.checks)
        self._circles("target.parents", self.targets, lambda target: target.parents)
        self._circles("service.needs", self.services, lambda service: service.needs.need.names())

    def _exists(self, number: int, path: str, name: str, known: Mapping[str, object]) -> None:
        if name not in known:
            self._wrong(number, f"{path}: there is no {name!r}{suggest(name, known)}")

    def _circles(
        self,
        path: str,
        known: Mapping[str, Mapping[int | None, tuple[int, D]]],
        behind: Callable[[D], Iterable[str]],
    ) -> None:
        ties = {
            name: [other for _, entry in found.values() for other in behind(entry) if other in known]
            for name, found in known.items()
        }
        cleared: set[str] = set()
        for name in ties:
            walk, trail = [(name, iter(ties[name]))], [name]
            while walk and name not in cleared:
                following = next(walk[-1][1], None)
                if following is None:
                    cleared.add(trail.pop())
                    walk.pop()
                elif following in trail:
                    circle = " → ".join([*trail[trail.index(following) :], following])
                    number = min(line for line, _ in known[following].values())
                    self._wrong(number, f"{path}: {circle} is a circle")
                    return
                elif following not in cleared:
                    trail.append(following)
                    walk.append((following, iter(ties[following])))


def _dated(found: Mapping[int | None, tuple[int, D]]) -> Dated[D]:
    return Dated.of((since, definition) for since, (_, definition) in found.items())


def _lines(known: Mapping[str, Mapping[int | None, tuple[int, D]]]) -> Iterator[tuple[int, D]]:
    for found in known.values():
        yield from found.values()
