"""A record judged second by second: targets behind parents, windows, corrections, hours, services; and figures."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tests.rules.oracle.labels import (
    DEGRADED,
    DOWN,
    EXCLUDED,
    MAINTENANCE,
    NAMES,
    OUT,
    PARTIAL,
    UNKNOWN,
    UNREACHABLE,
    UP,
    Labels,
    Terms,
    seen,
    voted,
)  # fmt: skip

RESOURCES = ("cpu", "memory", "disk", "net", "load", "process")

Mask = NDArray[np.bool_]
Json = dict[str, Any]

CORRECTABLE: Mapping[str, tuple[int, ...]] = {
    "excluded": (DOWN,),
    "maintenance": (DOWN,),
    "up": (DOWN, UNKNOWN),
    "down": (UP, DEGRADED, UNKNOWN),
    "measured": (),
}


@dataclass
class Settings:
    """What the paper's parameters are; seconds."""

    confirm_down: int = 3
    confirm_up: int = 2
    merge_gap: int = 300
    min_failure: int = 0
    cap: int = 8 * 3600
    quorum: int | None = None
    least: int | None = None


@dataclass
class Life:
    """One object over all seconds."""

    raw: Labels
    final: Labels
    cut: Mask
    interval: int
    glitches: list[int]
    outages: list[Json] = field(default_factory=list)


class Oracle:
    """The record between second 0 and ``seconds`` after ``zero`` (ms UTC), all in one month of Shanghai."""

    def __init__(self, lines: Iterable[str], zero: int, seconds: int, settings: Settings) -> None:
        self.zero, self.seconds, self.settings = zero, seconds, settings
        self.entries: dict[str, list[Json]] = {}
        for text in dict.fromkeys(lines):
            ((kind, content),) = json.loads(text).items()
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

    def _checks(self, target: str) -> list[tuple[bool, int, Labels, list[int], Mask]]:
        """Vital, interval, the vote, the glitches and where it counts, for each revision of each check of a target."""
        found = []
        ids = sorted({one["id"] for one in self.entries.get("check", []) if one["target"] == target})
        for key in ids:
            found += self._revisions(key)
        return found

    def _revisions(self, key: str) -> list[tuple[bool, int, Labels, list[int], Mask]]:
        found = []
        for definition, valid in self._dated(self._all("check", "id", key)):
            interval = _length(definition["interval"])
            terms = Terms(
                interval,
                definition.get("confirm_down", self.settings.confirm_down),
                definition.get("confirm_up", self.settings.confirm_up),
                interval * 5 // 2,
            )
            agents = sorted(agent for check, agent in self.looks if check == key)
            labels, glitches = [], []
            for agent in agents:
                own, short = seen(self.looks[key, agent], terms, self.seconds)
                labels.append(own)
                glitches += [at for at in short if 0 <= at < self.seconds and valid[at]]
            vote = voted(labels, len(agents), self.settings.quorum, self.settings.least, self.seconds)
            vital = definition.get(
                "vital", definition["kind"] not in ("cpu", "memory", "disk", "net", "load", "process")
            )
            found.append((vital, interval, np.where(valid, vote, UNKNOWN).astype(np.int8), glitches, valid))
        return found

    def _measured(self, checks: Sequence[tuple[bool, int, Labels, list[int], Mask]]) -> Labels:
        state = np.full(self.seconds, UNKNOWN, dtype=np.int8)
        vital = np.array([vote for is_vital, _, vote, _, _ in checks if is_vital], dtype=np.int8)
        if not len(vital):
            return state
        known = (vital != UNKNOWN).any(axis=0)
        dead = known & ((vital == DOWN) | (vital == UNKNOWN)).all(axis=0)
        votes = np.array([vote for _, _, vote, _, _ in checks], dtype=np.int8)
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
        interval = max((every for vital, every, _, _, _ in checks if vital), default=0)
        masked = self._masked(raw, definitions, interval)
        state = raw.copy()
        state[masked & (raw == DOWN)] = UNREACHABLE
        glitches = sorted(at for _, _, _, own, _ in checks for at in own)
        return self._settled(name, definitions, raw, state, interval, glitches)

    def _check_alone(self, key: str) -> Life:
        raw = self._measured([(True, every, vote, own, valid) for _, every, vote, own, valid in self._revisions(key)])
        return self._settled(key, [], raw, raw.copy(), 0, [])

    def _service(self, name: str) -> Life:
        definitions = self._all("service", "name", name)
        raw = np.full(self.seconds, UNKNOWN, dtype=np.int8)
        spares = {NAMES.index(word) for word in definitions[-1].get("spares", ())}
        for definition, valid in self._dated(definitions):
            best = self._composed(definition["needs"], spares | {UNREACHABLE})
            plain = self._composed(definition["needs"], spares)
            made = np.where((best == UP) & (plain != UP), UNREACHABLE, best)
            raw[valid] = made[valid]
        raw[~self._served(definitions)] = OUT
        return self._settled(name, definitions, raw, raw.copy(), 0, [])

    def _composed(self, needs: Json, as_up: set[int]) -> Labels:
        ((word, parts),) = needs.items()
        up = np.zeros(self.seconds, dtype=np.int64)
        unknown = np.zeros(self.seconds, dtype=np.int64)
        for part in parts:
            if isinstance(part, str):
                state = self.life(part).final
                up += np.isin(state, [UP, DEGRADED, *as_up])
                unknown += np.isin(state, [UNKNOWN, OUT]) & ~np.isin(state, list(as_up))
            else:
                state = self._composed(part, as_up)
                up += state == UP
                unknown += state == UNKNOWN
        count = {"all": len(parts), "any": 1}.get(word.split("_")[0]) or int(word.split("_")[0])
        return np.where(up >= count, UP, np.where(up + unknown >= count, UNKNOWN, DOWN)).astype(np.int8)

    def _settled(
        self, name: str, definitions: list[Json], raw: Labels, state: Labels, interval: int, glitches: list[int]
    ) -> Life:
        cut = (state == DOWN) | (state == UNREACHABLE)
        state[~self._open(definitions)] = OUT
        windows = self._windows(name, state)
        state[windows & (state != OUT)] = MAINTENANCE
        final = self._corrected(name, state)
        life = Life(raw, final, cut, interval, glitches)
        life.outages = _outages(raw, final, self.settings)
        return life

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
        dark = [(begin, end, int(slack[begin])) for begin, end in _runs(cut)]
        for begin, end in _runs(np.isin(raw, [DOWN, UNKNOWN])):
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
        planned = np.flatnonzero(approved & (state == DOWN))
        # Everything lies in one local month here.
        approved[planned[self.settings.cap :]] = False
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


def _runs(mask: Mask) -> list[tuple[int, int]]:
    edges = np.flatnonzero(np.diff(np.concatenate(([False], mask, [False])).astype(np.int8)))
    return [(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)]


def _length(text: str) -> int:
    return int(text[:-1]) * {"s": 1, "m": 60}[text[-1]]


_SPARED = (MAINTENANCE, EXCLUDED, UP, DEGRADED)


def _outages(raw: Labels, final: Labels, settings: Settings) -> list[Json]:
    """Own outages: seconds measured bad or made down, with unknown ones between them that nobody corrected to up."""
    bad = (raw == DOWN) | (raw == UNREACHABLE) | (final == DOWN)
    bridge = bad | ((raw == UNKNOWN) & (final != UP) & (final != DEGRADED))
    found = []
    for begin, end in _runs(bridge):
        inside = np.flatnonzero(bad[begin:end])
        if not len(inside):
            continue
        start, stop = begin + int(inside[0]), begin + int(inside[-1]) + 1
        if not (final[start:stop] == DOWN).any():
            continue
        lasting = end == len(raw)
        retired = not lasting and raw[end] == OUT
        if retired:
            stop = end
        own = start
        while final[own] in (*_SPARED, UNREACHABLE):
            own += 1
        spared = int(np.isin(final[own:stop], _SPARED).sum())
        down = int((final[start:stop] == DOWN).sum())
        repair = None if lasting else stop - own - spared
        found.append(
            {
                "start": own,
                "end": None if lasting else stop,
                "restored": not lasting and not retired,
                "repair": None if lasting or retired else repair,
                "counts": (down if repair is None else repair) >= settings.min_failure,
                "first": True,
            }
        )
    before: Json | None = None
    for outage in found:
        outage["first"] = outage["counts"]
        if not outage["counts"]:
            continue
        if before is not None and before["end"] is not None:
            between = final[before["end"] : outage["start"]]
            outage["first"] = int(((between == UP) | (between == DEGRADED)).sum()) >= settings.merge_gap
        before = outage
    return found


def figures(life: Life, begin: int, end: int) -> Json:
    """The counts of a period, in seconds of the oracle."""
    touching = [one for one in life.outages if one["start"] < end and (one["end"] is None or one["end"] > begin)]
    begun = [one for one in touching if begin <= one["start"] < end and one["counts"]]
    over = [one for one in touching if one["end"] is not None and one["end"] <= end]
    restored = [one for one in over if one["restored"] and one["repair"] is not None]
    quiet = (MAINTENANCE, EXCLUDED, OUT)
    return {
        **{f"{name}_ms": 1000 * int((life.final[begin:end] == number).sum()) for number, name in enumerate(NAMES)},
        "failures": len(begun),
        "episodes": sum(one["first"] for one in begun),
        "glitches": sum(begin <= at < end and life.final[at] not in quiet for at in life.glitches),
        "open": len(touching) - len(over),
        "restored": len(restored),
        "mttr_h": sum(one["repair"] for one in restored) / len(restored) / 3600 if restored else None,
    }
