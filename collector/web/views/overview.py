"""The overview: the fleet's figures, every target's state, and what is still pending."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from collector.printed import duration, instant
from collector.store.targets import Target
from collector.texts import Translator
from collector.timelines import Current
from collector.web.views.bar import Bar, bar, clock_ticks
from collector.web.views.figure import Availability, Headline, availability, goals, headlines
from collector.web.views.words import KINDS, PENDING, PRIORITIES, STATES, URGENCY, word
from rules.period import Period
from rules.state import State

PAGE = 100
"""Targets on one page."""

TROUBLE = (State.DOWN, State.UNREACHABLE, State.DEGRADED, State.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Filters:
    """What the query string asks for. ``state`` is a state, ``pending``, ``trouble`` or empty."""

    state: str = ""
    label: str = ""
    text: str = ""
    page: int = 1

    def query(self, **changes: Any) -> str:
        """The query string of these filters with some changed; empty parts are left out."""
        changed = replace(self, **changes)
        pairs = {"state": changed.state, "label": changed.label, "q": changed.text}
        pairs = {key: value for key, value in pairs.items() if value}
        if changed.page > 1:
            pairs["page"] = str(changed.page)
        return f"?{urlencode(pairs)}" if pairs else "?"

    def admit(self, target: Target) -> bool:
        """Whether label and text let this target through; ``state`` is left to the caller."""
        if self.label:
            key, _, value = self.label.partition("=")
            if target.labels.get(key) is None or (value and target.labels[key] != value):
                return False
        sought = self.text.casefold()
        return not sought or sought in target.name.casefold() or sought in target.address.casefold()


@dataclass(frozen=True, slots=True)
class Tally:
    """How many targets are in a state; a filter to click on."""

    state: str
    word: str
    count: int
    query: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Row:
    """One target of the table."""

    id: str
    name: str
    address: str
    kind: str
    labels: tuple[str, ...]
    state: str
    state_word: str
    since: str
    since_at: str
    reason: str
    priority: str
    availability: Availability
    downtime: str
    failures: int
    strip: Bar
    no_outside_witness: bool


@dataclass(frozen=True, slots=True)
class PendingRow:
    """A target that has never yet answered well, with what it answered instead."""

    id: str
    name: str
    address: str
    kind: str
    added: str
    last_error: str


@dataclass(frozen=True, slots=True)
class Overview:
    """Everything the overview shows."""

    month: str
    strip_period: str
    headlines: tuple[Headline, ...]
    measured: int
    watched: int
    all_query: str
    tallies: tuple[Tally, ...]
    rows: tuple[Row, ...]
    pending: tuple[PendingRow, ...]
    filters: Filters
    found: int
    labels: tuple[str, ...]
    earlier: str
    later: str
    pages: int


def shown(targets: Iterable[Target], now: Mapping[str, Current], filters: Filters) -> tuple[list[Target], int]:
    """The targets of one page of the table, the most urgent first, and how many there are on all pages."""
    rank = {state: place for place, state in enumerate(URGENCY)}
    found = [
        target
        for target in targets
        if not target.pending and filters.admit(target) and _in_state(now.get(target.id, _NOTHING).state, filters.state)
    ]
    found.sort(key=lambda target: (rank.get(State(now.get(target.id, _NOTHING).state), 99), target.name.casefold()))
    first = (filters.page - 1) * PAGE
    return found[first : first + PAGE], len(found)


def overview(
    targets: Sequence[Target],
    current: Mapping[str, Current],
    figures: Mapping[str, Any],
    strips: Mapping[str, Sequence[Sequence[object]]],
    *,
    strip: Period,
    month: str,
    now: int,
    filters: Filters,
    words: Translator,
) -> Overview:
    """``figures`` is a document of interfaces §5 over the month so far; ``strips`` holds, by target id, the partition
    of ``strip`` for the targets that :func:`shown` answers."""
    promised = goals(figures)
    objects = {entry["name"]: entry for entry in figures.get("objects", ())}
    page, found = shown(targets, current, filters)
    waiting = [target for target in targets if target.pending and filters.admit(target)]
    ticks = clock_ticks(strip)
    return Overview(
        month=month,
        strip_period=words("last {hours} h", hours=strip.length // 3_600_000),
        headlines=headlines(figures.get("fleet") or {}, promised, words),
        measured=len(objects),
        watched=len(targets),
        all_query=filters.query(state="", page=1),
        tallies=_tallies(targets, current, filters, words),
        rows=tuple(
            _row(
                target,
                current.get(target.id, _NOTHING),
                objects.get(target.name, {}),
                availability(objects.get(target.name), promised, words),
                bar(strips.get(target.id, ()), strip, now, words, ticks),
                now,
                strip.tz,
                words,
            )
            for target in page
        ),
        pending=tuple(
            PendingRow(
                target.id,
                target.name,
                target.address,
                word(KINDS, target.kind, words),
                instant(target.created or None, strip.tz, seconds=False),
                current.get(target.id, _NOTHING).reason,
            )
            for target in sorted(waiting, key=lambda target: target.name.casefold())
            if filters.state in ("", PENDING, "trouble")
        ),
        filters=filters,
        found=found,
        labels=tuple(sorted({f"{key}={value}" for target in targets for key, value in target.labels.items()})),
        earlier=filters.query(page=filters.page - 1) if filters.page > 1 else "",
        later=filters.query(page=filters.page + 1) if filters.page * PAGE < found else "",
        pages=max(1, -(-found // PAGE)),
    )


_NOTHING = Current(State.UNKNOWN)


def _in_state(state: str, wanted: str) -> bool:
    return not wanted or state == wanted or (wanted == "trouble" and state in TROUBLE)


def _tallies(
    targets: Sequence[Target], current: Mapping[str, Current], filters: Filters, words: Translator
) -> tuple[Tally, ...]:
    counts: dict[str, int] = {}
    for target in targets:
        if filters.admit(target):
            state = PENDING if target.pending else current.get(target.id, _NOTHING).state
            counts[state] = counts.get(state, 0) + 1
    return tuple(
        Tally(
            state,
            word(STATES, state, words),
            counts.get(state, 0),
            filters.query(state=state, page=1),
            filters.state == state,
        )
        for state in (*URGENCY, PENDING)
        if state in counts or filters.state == state
    )


def _row(
    target: Target,
    current: Current,
    entry: Mapping[str, Any],
    measured: Availability,
    strip: Bar,
    now: int,
    tz: str,
    words: Translator,
) -> Row:
    return Row(
        id=target.id,
        name=target.name,
        address=target.address,
        kind=word(KINDS, target.kind, words),
        labels=tuple(f"{key}={value}" for key, value in sorted(target.labels.items())),
        state=current.state,
        state_word=word(STATES, current.state, words),
        since=duration(now - current.since, words) if current.since is not None else "",
        since_at=instant(current.since, tz),
        reason=current.reason,
        priority=word(PRIORITIES, target.priority, words) if target.priority != "general" else "",
        availability=measured,
        downtime=duration(entry.get("down_ms"), words),
        failures=entry.get("failures") or 0,
        strip=strip,
        no_outside_witness=target.no_outside_witness,
    )
