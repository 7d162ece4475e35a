"""Figures from a recorded stream: the whole engine as one pure function, no store touched."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from typing import Any, TypeVar

from rules.availability import figures
from rules.calendar import Calendar
from rules.dated import Dated
from rules.evidence import Evidence, behind, look_back
from rules.intervals import union
from rules.parameters import CheckParameters, Parameters
from rules.period import Period
from rules.record import CheckLine, InService, Record, ServiceLine, TargetLine
from rules.result import Outcome
from rules.service import Service, compose
from rules.span import Track, track
from rules.state import State
from rules.timeline import Correction, Subject, Timeline, Window, timeline
from rules.uptime import learnt
from rules.votes import CheckTracks

Line = TypeVar("Line", TargetLine, ServiceLine)

_LONG_AGO, _FAR_AHEAD = -(1 << 62), 1 << 62


def replay(record: Record, period: Period, parameters: Parameters, group: str | None = None) -> dict[str, Any]:
    """The figures of all targets and services of the record for the period, and how many results were in conflict.

    ``group`` names the label by which targets are pooled as well.
    """
    objects = timelines(record, period, parameters)
    return {**figures(objects.values(), period, parameters, group), "record": {"conflicts": record.conflicts}}


def timelines(record: Record, period: Period, parameters: Parameters) -> dict[str, Timeline]:
    """The timeline of each target and service of the record, by name."""
    return _Replay(record, period, parameters).all()


class _Replay:
    """One computation: each object once, parents and parts before those that depend on them."""

    def __init__(self, record: Record, period: Period, parameters: Parameters) -> None:
        self.record = record
        self.period = period
        self.parameters = parameters
        self.targets: dict[str, Timeline] = {}
        self.evidence: dict[str, tuple[Evidence, ...]] = {}
        self.services: dict[str, Timeline] = {}
        self.checks_of: dict[str, list[CheckTracks]] = {name: [] for name in record.targets}
        for check in sorted(record.checks):
            for target, seen in self._check(check):
                self.checks_of[target].append(seen)

    def all(self) -> dict[str, Timeline]:
        for name in sorted(self.record.targets):
            self._target(name)
        for name in sorted(self.record.services):
            self._service(name)
        return {**self.targets, **self.services}

    def _target(self, name: str) -> Timeline:
        if name not in self.targets:
            dated = self.record.targets[name]
            parents = Dated(tuple((since, line.parents) for since, line in dated.revisions))
            subject = Subject(
                name=name,
                kind=dated.revisions[-1][1].kind,
                checks=tuple(self.checks_of[name]),
                parents=parents,
                in_service=_in_service(dated),
                windows=self._windows(name),
                corrections=self._corrections(name),
                calendar=self._calendar(dated),
                evidence=self._evidence(name),
                labels=_labels(self._last(dated)),
                priority=self._last(dated).priority,
            )
            behind = {other: self._target(other) for _, line in dated.revisions for other in line.parents}
            self.targets[name] = timeline(subject, self.period, behind, self.parameters)
        return self.targets[name]

    def _service(self, name: str) -> Timeline:
        if name not in self.services:
            dated = self.record.services[name]
            needs = Dated(tuple((since, line.needs.need) for since, line in dated.revisions))
            service = Service(
                name=name,
                needs=needs,
                in_service=_in_service(dated),
                windows=self._windows(name),
                corrections=self._corrections(name),
                calendar=self._calendar(dated),
                spares=Dated(tuple((since, frozenset(map(State, line.spares))) for since, line in dated.revisions)),
                labels=_labels(self._last(dated)),
            )
            parts = {part: self._part(part) for _, need in needs.revisions for part in need.names()}
            self.services[name] = compose(service, parts, self.period, self.parameters)
        return self.services[name]

    def _last(self, dated: Dated[Line]) -> Line:
        """The definition in force at the end of the period; the first one, if it came later."""
        return dated.at(self.period.end - 1) or dated.revisions[0][1]

    def _part(self, name: str) -> Timeline:
        if name in self.record.targets:
            return self._target(name)
        if name in self.record.services:
            return self._service(name)
        return self._check_alone(name)

    def _check_alone(self, check: str) -> Timeline:
        """A check as a part of a service: its own state, as if it were the one vital check of a target."""
        alone = tuple(
            CheckTracks(seen.check, True, seen.tracks, seen.agents, seen.parameters, seen.valid)
            for _, seen in self._check(check)
        )
        targets = {line.target for _, line in self.record.checks[check].revisions}
        evidence = tuple(one for target in sorted(targets) for one in self._evidence(target))
        return timeline(Subject(name=check, checks=alone, evidence=evidence), self.period, {}, self.parameters)

    def _check(self, check: str) -> Iterator[tuple[str, CheckTracks]]:
        """The check's target and tracks in each revision of it."""
        samples = self.record.samples.get(check, {})
        folded: dict[CheckParameters, dict[str, Track]] = {}
        for begin, end, line in self.record.checks[check].stretches(_LONG_AGO, _FAR_AHEAD):
            own = self._parameters(line)
            if own not in folded:
                policy = self.parameters.edge_policy
                folded[own] = {agent: track(seen, own, policy) for agent, seen in samples.items()}
                folded[own].update(self.record.recorded.get(check, {}))
            yield (
                line.target,
                CheckTracks(
                    check=check,
                    vital=line.decides,
                    tracks=folded[own],
                    agents=len(self.record.agents.get(check, ())),
                    parameters=own,
                    valid=(begin, end),
                ),
            )

    def _evidence(self, target: str) -> tuple[Evidence, ...]:
        """What the target's lines and the readings of its checks tell, each restart behind the last good look."""
        if target not in self.evidence:
            own = [name for name, dated in self.record.checks.items() if dated.revisions[-1][1].target == target]
            told = [line.evidence() for line in self.record.evidence if line.target == target]
            for check in own:
                for readings in self.record.readings.get(check, {}).values():
                    told += learnt(readings, check)
            looks = [look for check in own for seen in self.record.samples.get(check, {}).values() for look in seen]
            good = sorted(look.at for look in looks if look.outcome is not Outcome.FAILED) if told else []
            revisions = (line for check in own for _, line in self.record.checks[check].revisions)
            reach = look_back(self._parameters(line).max_gap for line in revisions)
            self.evidence[target] = tuple(behind(one, _before(good, one.at, reach)) for one in told)
        return self.evidence[target]

    def _parameters(self, line: CheckLine) -> CheckParameters:
        return self.parameters.for_check(
            line.interval,
            retry_interval=line.retry_interval,
            timeout=line.timeout,
            confirm_down=line.confirm_down,
            confirm_up=line.confirm_up,
            max_gap=line.max_gap,
        )

    def _windows(self, name: str) -> tuple[Window, ...]:
        return tuple(
            Window(line.start, line.end, line.approved_at, line.reason)
            for line in self.record.maintenance
            if name in line.targets
        )

    def _corrections(self, name: str) -> tuple[Correction, ...]:
        return tuple(
            Correction(line.start, line.end, line.to, line.proposed_by, line.approved_by, line.approved_at, line.reason)
            for line in self.record.corrections
            if line.target == name
        )

    def _calendar(self, dated: Dated[TargetLine] | Dated[ServiceLine]) -> Dated[Calendar | None]:
        """The calendars in force: those of the revisions that name one, as these calendars were revised."""
        revisions: list[tuple[int | None, Calendar | None]] = []
        for begin, end, line in dated.stretches(_LONG_AGO, _FAR_AHEAD):
            revisions.append((begin, None))
            if line.calendar is not None:
                named = self.record.calendars[line.calendar]
                revisions += [(since, calendar) for since, _, calendar in named.stretches(begin, end)]
        return Dated(tuple(revisions))


def _before(instants: Sequence[int], at: int, reach: int) -> int | None:
    """The last of the (sorted) instants before another one, no further back than ``reach``."""
    place = bisect_left(instants, at)
    return instants[place - 1] if place and instants[place - 1] >= at - reach else None


def _in_service(dated: Dated[TargetLine] | Dated[ServiceLine]) -> tuple[tuple[int | None, int | None], ...]:
    """When the object was in service: in each revision what it says, within the time in which it was in force."""
    served = []
    for begin, end, line in dated.stretches(_LONG_AGO, _FAR_AHEAD):
        start, finish = _bounds(line.in_service)
        served.append((max(begin, start), min(end, finish)))
    return tuple((start, end) for start, end in union(served))


def _labels(line: TargetLine | ServiceLine) -> dict[str, str]:
    return {name: str(value) for name, value in line.labels.items()}


def _bounds(served: InService) -> tuple[int, int]:
    return (
        _LONG_AGO if served.start is None else served.start,
        _FAR_AHEAD if served.end is None else served.end,
    )
