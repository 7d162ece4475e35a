"""A record judged second by second: targets behind parents, windows, corrections, hours, services."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from tests.rules.oracle.labels import (
    DEGRADED,
    DOWN,
    MAINTENANCE,
    NAMES,
    OUT,
    PARTIAL,
    UNKNOWN,
    UNREACHABLE,
    UP,
    Labels,
    Terms,
    Told,
    seen,
    voted,
)  # fmt: skip
from tests.rules.oracle.outages import Edges, Json, Mask, Vote, outages, runs
from tests.rules.oracle.settings import Settings

RESOURCES = ("cpu", "memory", "disk", "net", "load", "process")

CORRECTABLE: Mapping[str, tuple[int, ...]] = {
    "excluded": (DOWN,),
    "maintenance": (DOWN,),
    "up": (DOWN, UNKNOWN),
    "down": (UP, DEGRADED, UNKNOWN),
    "measured": (),
}


@dataclass
class Life:
    """One object over all seconds."""

    raw: Labels
    final: Labels
    cut: Mask
    interval: int
    glitches: list[int]
    outages: list[Json] = field(default_factory=list)
    uncorrected: "Life | None" = None


class Oracle:
    """The record between second 0 and ``seconds`` after ``zero`` (ms UTC); months are those of Shanghai."""

    def __init__(self, lines: Iterable[str], zero: int, seconds: int, settings: Settings) -> None:
        self.zero, self.seconds, self.settings = zero, seconds, settings
        self.entries: dict[str, list[Json]] = {}
        for line in json.loads(f"[{','.join(dict.fromkeys(lines))}]"):
            ((kind, content),) = line.items()
            self.entries.setdefault(kind, []).append(content)
        self.looks = self._looks()
        self.known: dict[str, Life] = {}

    def life(self, name: str) -> Life:
        """A target, a service, or a check as if it were a target."""
        if name not in self.known:
            if self._all("target", "name", name):
                self.known[name] = self._target(name)
            elif self._all("service", "name", name):
                self.known[name] = self._service(name)
            else:
                self.known[name] = self._check_alone(name)
        return self.known[name]

    # From looks to what was measured

    def _looks(self) -> dict[tuple[str, str], list[tuple[int, str]]]:
        """By check and agent: (second, outcome) in order; of one identity with two contents the smallest."""
        contents: dict[tuple[str, str, str, int], tuple[int, str]] = {}
        for one in self.entries.get("result", []):
            key = one["check"], one["agent"], one["boot"], one["seq"]
            content = one["t"], one["outcome"]
            contents[key] = min(content, contents.get(key, content))
        ordered: dict[tuple[str, str], list[tuple[int, str, int, str]]] = {}
        for (check, agent, boot, seq), (at, outcome) in contents.items():
            ordered.setdefault((check, agent), []).append((at, boot, seq, outcome))
        return {
            key: [((at - self.zero) // 1000, outcome) for at, _, _, outcome in sorted(found)]
            for key, found in ordered.items()
        }

    def _checks(self, target: str) -> list[Vote]:
        """For each revision of each check of a target."""
        ids = sorted({one["id"] for one in self.entries.get("check", []) if one["target"] == target})
        return [vote for key in ids for vote in self._revisions(key)]

    def _revisions(self, key: str, *, vital: bool | None = None) -> list[Vote]:
        found = []
        for definition, valid in self._dated(self._all("check", "id", key)):
            interval = _length(definition["interval"])
            terms = Terms(
                interval,
                definition.get("confirm_down", self.settings.confirm_down),
                definition.get("confirm_up", self.settings.confirm_up),
                interval * 5 // 2,
                self.settings.policy,
            )
            decides = definition.get("vital", definition["kind"] not in RESOURCES) if vital is None else vital
            told = self._told(definition["target"], key, whole=decides)
            agents = sorted(agent for check, agent in self.looks if check == key)
            each = [seen(self.looks[key, agent], terms, self.seconds, told) for agent in agents]
            labels = [one.labels for one in each]
            vote = voted(labels, len(agents), self.settings.quorum, self.settings.least, self.seconds)
            found.append(Vote(decides, interval, np.where(valid, vote, UNKNOWN).astype(np.int8), valid, each))
        return found

    def _told(self, target: str, check: str, *, whole: bool) -> list[Told]:
        """What the target told that bears on a check: of its line, and of the whole target if the check is vital."""
        return [
            ((one["at"] - self.zero) // 1000, one["kind"])
            for one in self.entries.get("evidence", [])
            if one["target"] == target and (one.get("check") == check or (whole and not one.get("check")))
        ]

    def _measured(self, checks: Sequence[Vote]) -> Labels:
        state = np.full(self.seconds, UNKNOWN, dtype=np.int8)
        vital = np.array([vote.labels for vote in checks if vote.vital], dtype=np.int8)
        if not len(vital):
            return state
        known = (vital != UNKNOWN).any(axis=0)
        dead = known & ((vital == DOWN) | (vital == UNKNOWN)).all(axis=0)
        votes = np.array([vote.labels for vote in checks], dtype=np.int8)
        trouble = ((votes == DEGRADED) | (votes == DOWN) | (votes == PARTIAL)).any(axis=0)
        state[known] = np.where(trouble, DEGRADED, UP)[known]
        state[dead] = DOWN
        return state

    # What lies over it

    def _target(self, name: str) -> Life:
        definitions = self._all("target", "name", name)
        checks = self._checks(name)
        raw = self._measured(checks)
        raw[~self._served(definitions)] = OUT
        interval = max((vote.interval for vote in checks if vote.vital), default=0)
        masked = self._masked(raw, definitions, interval)
        state = raw.copy()
        state[masked & (raw == DOWN)] = UNREACHABLE
        glitches = sorted(at for vote in checks for at in vote.glitches)
        return self._settled(name, definitions, raw, state, interval, glitches, Edges.of(checks))

    def _check_alone(self, key: str) -> Life:
        votes = self._revisions(key, vital=True)
        raw = self._measured(votes)
        return self._settled(key, [], raw, raw.copy(), 0, [], Edges.of(votes))

    def _service(self, name: str) -> Life:
        definitions = self._all("service", "name", name)
        raw = np.full(self.seconds, UNKNOWN, dtype=np.int8)
        for definition, valid in self._dated(definitions):
            spares = {NAMES.index(word) for word in definition.get("spares", ())}
            best = self._composed(definition["needs"], spares | {UNREACHABLE})
            plain = self._composed(definition["needs"], spares)
            lost = np.isin(best, [UP, DEGRADED]) & ~np.isin(plain, [UP, DEGRADED])
            made = np.where(lost, UNREACHABLE, np.where(np.isin(best, [UP, DEGRADED]), plain, best))
            raw[valid] = made[valid]
        raw[~self._served(definitions)] = OUT
        edges = Edges()
        for part in sorted({part for definition in definitions for part in _parts(definition["needs"])}):
            for outage in self.life(part).outages:
                edges.starts[outage["start"]] = outage["start_bracket"]
                if outage["end"] is not None:
                    edges.ends[outage["end"]] = outage["end_bracket"]
        return self._settled(name, definitions, raw, raw.copy(), 0, [], edges)

    def _composed(self, needs: Json, as_up: set[int]) -> Labels:
        ((word, parts),) = needs.items()
        if word == "capacity":
            return self._carried(parts, as_up)
        up = np.zeros(self.seconds, dtype=np.int64)
        unknown = np.zeros(self.seconds, dtype=np.int64)
        less = np.zeros(self.seconds, dtype=np.bool_)
        for part in parts:
            if isinstance(part, str):
                well, dark = self._part(part, as_up)
            else:
                state = self._composed(part, as_up)
                well, dark = np.isin(state, [UP, DEGRADED]), state == UNKNOWN
                less |= state == DEGRADED
            up += well
            unknown += dark
        count = {"all": len(parts), "any": 1}.get(word.split("_")[0]) or int(word.split("_")[0])
        found = np.where(up >= count, UP, np.where(up + unknown >= count, UNKNOWN, DOWN)).astype(np.int8)
        found[(found == UP) & less] = DEGRADED
        return found

    def _carried(self, capacity: Json, as_up: set[int]) -> Labels:
        up = np.zeros(self.seconds, dtype=np.int64)
        unknown = np.zeros(self.seconds, dtype=np.int64)
        for part, amount in capacity["of"].items():
            well, dark = self._part(part, as_up)
            up += amount * well
            unknown += amount * dark
        whole, least = sum(capacity["of"].values()), capacity["min"]
        enough = np.where(up == whole, UP, DEGRADED)
        return np.where(up >= least, enough, np.where(up + unknown >= least, UNKNOWN, DOWN)).astype(np.int8)

    def _part(self, name: str, as_up: set[int]) -> tuple[Mask, Mask]:
        """Where a part does its work, and where nobody knows."""
        state = self.life(name).final
        well = np.isin(state, [UP, DEGRADED, *as_up])
        return well, np.isin(state, [UNKNOWN, OUT]) & ~well

    def _settled(
        self,
        name: str,
        definitions: list[Json],
        raw: Labels,
        state: Labels,
        interval: int,
        glitches: list[int],
        edges: Edges,
    ) -> Life:
        cut = (state == DOWN) | (state == UNREACHABLE)
        state[~self._open(definitions)] = OUT
        windows = self._windows(name, state)
        state[windows & (state != OUT)] = MAINTENANCE
        before = Life(raw, state, cut, interval, glitches, outages(raw, state, self.settings, edges))
        final = self._corrected(name, state)
        return Life(raw, final, cut, interval, glitches, outages(raw, final, self.settings, edges), before)

    def _masked(self, raw: Labels, definitions: list[Json], interval: int) -> Mask:
        """Where the downtime is the parents'."""
        masked = np.zeros(self.seconds, dtype=np.bool_)
        cut = np.zeros(self.seconds, dtype=np.bool_)
        slack = np.zeros(self.seconds, dtype=np.int64)
        for definition, valid in self._dated(definitions):
            parents = definition.get("parents", ())
            if parents:
                lives = [self.life(parent) for parent in parents]
                cut |= valid & np.all([life.cut for life in lives], axis=0)
                slack[valid] = (max(life.interval for life in lives) + interval) // 2
        dark = [(begin, end, int(slack[begin])) for begin, end in runs(cut)]
        for begin, end in runs(np.isin(raw, [DOWN, UNKNOWN])):
            downs = np.flatnonzero(raw[begin:end] == DOWN)
            if len(downs):
                start, stop = begin + int(downs[0]), begin + int(downs[-1]) + 1
                masked[start : self._own_from(start, stop, dark, 2 * interval)] = True
        return masked

    @staticmethod
    def _own_from(start: int, stop: int, dark: Sequence[tuple[int, int, int]], grace: int) -> int:
        """From which second an outage is the target's own."""
        own = start
        explained = [place for place, (begin, end, slack) in enumerate(dark) if begin - slack <= start < end + slack]
        if not explained:
            return own
        for place in range(explained[-1], len(dark)):
            back = max(start, dark[place][1])
            alone = min(stop, dark[place + 1][0]) if place + 1 < len(dark) else stop
            if alone - back > grace:
                return back
            if alone == stop:
                return stop
        return stop

    def _served(self, definitions: list[Json]) -> Mask:
        if not definitions:
            return np.ones(self.seconds, dtype=np.bool_)
        found = np.zeros(self.seconds, dtype=np.bool_)
        for definition, valid in self._dated(definitions):
            begin, end = definition.get("in_service", [None, None])
            found |= valid & self._stretch(begin, end)
        return found

    def _open(self, definitions: list[Json]) -> Mask:
        """Inside of the service calendar; always where there is none, or none is in force yet."""
        found = np.ones(self.seconds, dtype=np.bool_)
        for definition, valid in self._dated(definitions):
            if definition.get("calendar"):
                (calendar,) = self._all("calendar", "name", definition["calendar"])
                found[valid] = self._hours(calendar)[valid]
        return found

    def _hours(self, calendar: Json) -> Mask:
        """Weekly hours with closed dates and opened ones, in a zone eight hours east all year."""
        found = np.zeros(self.seconds, dtype=np.bool_)
        days = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
        local = self.zero // 1000 + 8 * 3600
        for day in range(local // 86400, (local + self.seconds) // 86400 + 1):
            date = str(np.datetime64(day, "D"))
            weekday = days[(day + 3) % 7]
            hours = []
            for named, listed in calendar["weekly"].items():
                first, _, last = named.partition("-")
                if days.index(first) <= days.index(weekday) <= days.index(last or first):
                    hours += listed
            if date in calendar.get("closed", ()):
                hours = []
            if date in calendar.get("open", {}):
                hours = calendar["open"][date]
            for entry in hours:
                begin, end = (int(text[:2]) * 3600 + int(text[3:]) * 60 for text in entry.split("-"))
                found[max(day * 86400 + begin - local, 0) : max(day * 86400 + end - local, 0)] = True
        return found

    def _windows(self, name: str, state: Labels) -> Mask:
        approved = np.zeros(self.seconds, dtype=np.bool_)
        for window in self.entries.get("maintenance", []):
            approval = window.get("approved_at")
            if name in window["targets"] and approval is not None and approval < window["from"]:
                approved |= self._stretch(window["from"], window["to"])
        planned = approved & (state == DOWN)
        seconds = self.zero // 1000 + 8 * 3600 + np.arange(self.seconds)
        months = seconds.astype("datetime64[s]").astype("datetime64[M]")
        for month in np.unique(months):
            approved[np.flatnonzero(planned & (months == month))[self.settings.cap :]] = False
        return approved

    def _corrected(self, name: str, state: Labels) -> Labels:
        measured, current = state, state.copy()
        effective = [
            one
            for one in self.entries.get("correction", [])
            if one["target"] == name and one.get("approved_by") and one["approved_by"] != one["proposed_by"]
        ]
        for one in sorted(effective, key=lambda one: one["approved_at"]):
            where = self._stretch(one["from"], one["to"])
            allowed = CORRECTABLE[one["class"]]
            if one["class"] == "measured":
                current[where] = measured[where]
            else:
                fit = where & (np.isin(measured, allowed) | np.isin(current, allowed))
                current[fit] = NAMES.index(one["class"])
        return current

    # Small words

    def _all(self, kind: str, key: str, value: str) -> list[Json]:
        found = [one for one in self.entries.get(kind, []) if one[key] == value]
        return sorted(found, key=lambda one: one.get("since") or -(10**18))

    def _dated(self, definitions: Sequence[Json]) -> Iterable[tuple[Json, Mask]]:
        """Each definition with the seconds in which it is in force."""
        for place, definition in enumerate(definitions):
            end = definitions[place + 1].get("since") if place + 1 < len(definitions) else None
            yield definition, self._stretch(definition.get("since"), end)

    def _stretch(self, begin: int | None, end: int | None) -> Mask:
        found = np.zeros(self.seconds, dtype=np.bool_)
        first = 0 if begin is None else max(0, (begin - self.zero) // 1000)
        last = self.seconds if end is None else max(0, (end - self.zero) // 1000)
        found[first:last] = True
        return found


def _length(text: str) -> int:
    return int(text[:-1]) * {"s": 1, "m": 60}[text[-1]]


def _parts(needs: Json) -> Iterable[str]:
    ((word, parts),) = needs.items()
    for part in parts["of"] if word == "capacity" else parts:
        if isinstance(part, str):
            yield part
        else:
            yield from _parts(part)
