"""A target's page: what it is, its figures and time in a month, its outages and what its checks last saw."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from collector.printed import NO_FIGURE, duration, instant, number
from collector.store.checks import Check, Effective
from collector.store.targets import Target
from collector.texts import Translator
from collector.timelines import Current
from collector.tracks import Sighting
from collector.web.views.bar import Bar, bar, clock_ticks, month_ticks
from collector.web.views.figure import Headline, Part, goals, headlines, parts
from collector.web.views.words import CAUSES, EVIDENCE, KINDS, OUTCOMES, PRIORITIES, STATES, word
from rules.duration import format_duration
from rules.period import Period, local, month

_MOST_VALUES = 12


@dataclass(frozen=True, slots=True)
class OutageRow:
    """One outage: its edges with the brackets they lie in, and the instant to explain."""

    start: str
    start_bracket: str
    start_evidence: str
    end: str
    end_bracket: str
    end_evidence: str
    length: str
    detected: str
    cause: str
    open: bool
    explain: str


@dataclass(frozen=True, slots=True)
class ReadingRow:
    """What one agent last saw of a check. ``values`` are ``name value`` pairs, worded."""

    agent: str
    outcome: str
    outcome_word: str
    at: str
    ago: str
    values: tuple[tuple[str, str], ...]
    more: int
    text: str


@dataclass(frozen=True, slots=True)
class CheckRow:
    """One check with its rhythm and its last readings."""

    id: str
    name: str
    vital: bool
    rhythm: str
    confirmation: str
    readings: tuple[ReadingRow, ...]


@dataclass(frozen=True, slots=True)
class Parent:
    """A target this one is reached through."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class TargetPage:
    """Everything a target's page shows."""

    id: str
    name: str
    address: str
    kind: str
    priority: str
    labels: tuple[str, ...]
    parents: tuple[Parent, ...]
    state: str
    state_word: str
    since: str
    since_at: str
    reason: str
    pending: bool
    in_service: str
    no_outside_witness: bool
    month: str
    zone: str
    previous_month: str
    next_month: str
    headlines: tuple[Headline, ...]
    parts: tuple[Part, ...]
    month_bar: Bar
    recent_period: str
    recent_bar: Bar
    outages: tuple[OutageRow, ...]
    checks: tuple[CheckRow, ...]


def target_page(
    target: Target,
    current: Current,
    figures: Mapping[str, Any],
    last_partition: Sequence[Sequence[object]],
    checks: Sequence[tuple[Check, Effective | None, Mapping[str, Sighting]]],
    parents: Sequence[Target],
    *,
    shown: Period,
    last: Period,
    now: int,
    words: Translator,
) -> TargetPage:
    """``figures`` is a document of interfaces §5 over ``shown`` (so far); ``checks`` come with their effective settings
    and, by agent's name, their last results."""
    entry: Mapping[str, Any] = next(iter(figures.get("objects", ())), {})
    begin = local(shown.start, shown.tz)
    following = local(shown.end, shown.tz)
    before = local(shown.start - 1, shown.tz)
    return TargetPage(
        id=target.id,
        name=target.name,
        address=target.address,
        kind=word(KINDS, target.kind, words),
        priority=word(PRIORITIES, target.priority, words),
        labels=tuple(f"{key}={value}" for key, value in sorted(target.labels.items())),
        parents=tuple(Parent(parent.id, parent.name) for parent in parents),
        state=current.state,
        state_word=word(STATES, current.state, words),
        since=duration(now - current.since, words) if current.since is not None else "",
        since_at=instant(current.since, shown.tz),
        reason=current.reason,
        pending=target.pending,
        in_service=instant(target.in_service_from, shown.tz),
        no_outside_witness=target.no_outside_witness,
        month=f"{begin:%Y-%m}",
        zone=shown.tz,
        previous_month=f"{before:%Y-%m}",
        next_month=f"{following:%Y-%m}" if shown.end <= now else "",
        headlines=headlines(entry, goals(figures), words),
        parts=parts(entry, words),
        month_bar=bar(entry.get("partition", ()), shown, now, words, month_ticks(shown)),
        recent_period=words("last {hours} h", hours=last.length // 3_600_000),
        recent_bar=bar(last_partition, last, now, words, clock_ticks(last)),
        outages=tuple(
            _outage(outage, shown.tz, now, words)
            for outage in sorted(entry.get("outages", ()), key=lambda found: found["start"], reverse=True)
        ),
        checks=tuple(_check(check, effective, looks, now, shown.tz, words) for check, effective, looks in checks),
    )


def chosen_month(text: str, now: int, tz: str) -> Period:
    """The month a query string names, or the one of ``now``. Raises Invalid when it is no month."""
    return month(text or f"{local(now, tz):%Y-%m}", tz)


def _outage(outage: Mapping[str, Any], tz: str, now: int, words: Translator) -> OutageRow:
    start, end = int(outage["start"]), outage.get("end")
    cause = outage.get("cause") or ""
    return OutageRow(
        start=instant(start, tz),
        start_bracket=bracket(outage.get("start_bracket"), tz),
        start_evidence=word(EVIDENCE, outage["edge_source"], words) if outage.get("edge_source") in EVIDENCE else "",
        end=words("lasts") if end is None else instant(end, tz),
        end_bracket="" if end is None else bracket(outage.get("end_bracket"), tz),
        end_evidence=word(EVIDENCE, outage["end_source"], words) if outage.get("end_source") in EVIDENCE else "",
        length=duration((now if end is None else end) - start, words),
        detected=instant(outage.get("detected"), tz),
        cause=word(CAUSES, cause, words) if cause else "",
        open=end is None,
        explain=str(start),
    )


def bracket(bracket: Sequence[int | None] | None, tz: str) -> str:
    """The two samples between which an edge lies: ``14:05:07 … 14:06:07``, days only where they differ."""
    if not bracket:
        return ""
    low, high = (instant(at, tz) if at is not None else NO_FIGURE for at in bracket)
    if low[:10] == high[:10]:
        low, high = low[11:], high[11:]
    return f"{low} … {high}"


def _check(
    check: Check, effective: Effective | None, last: Mapping[str, Sighting], now: int, tz: str, words: Translator
) -> CheckRow:
    rhythm = confirmation = ""
    if effective is not None:
        rhythm = words("every {interval}", interval=format_duration(effective.interval))
        confirmation = words(
            "down after {down} failures {retry} apart, up after {up} answers",
            down=effective.confirm_down,
            up=effective.confirm_up,
            retry=format_duration(effective.retry_interval),
        )
    return CheckRow(
        id=check.id,
        name=check.name,
        vital=effective.vital if effective is not None else check.vital,
        rhythm=rhythm,
        confirmation=confirmation,
        readings=tuple(_reading(agent, sighting, now, tz, words) for agent, sighting in sorted(last.items())),
    )


def _reading(agent: str, sighting: Sighting, now: int, tz: str, words: Translator) -> ReadingRow:
    values = worded_values(sighting.values)
    return ReadingRow(
        agent=agent,
        outcome=sighting.outcome,
        outcome_word=word(OUTCOMES, sighting.outcome, words),
        at=instant(sighting.at, tz),
        ago=words("{length} ago", length=duration(max(0, now - sighting.at), words)),
        values=values[:_MOST_VALUES],
        more=max(0, len(values) - _MOST_VALUES),
        text=sighting.text,
    )


_SCALES = ((1 << 40, "TiB"), (1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB"))
_RATES = ((10**9, "Gb/s"), (10**6, "Mb/s"), (10**3, "kb/s"), (1, "b/s"))
_UNITS = (
    ("_per_s", "/s"),
    ("_ms", "ms"),
    ("_us", "µs"),
    ("_s", "s"),
    ("_days", "d"),
    ("_hz", "Hz"),
    ("_c", "°C"),
    ("_rpm", "rpm"),
    ("_w", "W"),
    ("_v", "V"),
    ("_a", "A"),
    ("_va", "VA"),
    ("_kwh", "kWh"),
    ("_dbm", "dBm"),
    ("_mps", "m/s"),
    ("_count", ""),
)
_COUNTED = ("errors_s", "discards_s", "drops_s", "faults_s")
"""Endings of what is counted per second, not measured in seconds."""
_SPOKEN = (("_ratio", "%"), ("_bps", "b/s"))
"""Endings whose unit is not that of the number kept."""


def worded_values(values: Mapping[str, float]) -> tuple[tuple[str, str], ...]:
    """``(name, value with its unit)`` of measured values: those of the whole before those of parts, shares first, then
    by name."""
    ordered = sorted(values.items(), key=lambda pair: ("[" in pair[0], "_ratio" not in pair[0], pair[0]))
    return tuple((_value_name(name), value_text(name, value)) for name, value in ordered)


def _value_name(name: str) -> str:
    """The name of a value in words, without the unit, which stands with the value."""
    metric, bracket, part = name.partition("[")
    unit = next((ending for ending, _ in (*_UNITS, *_SPOKEN) if metric.endswith(ending)), "")
    return metric.removesuffix(unit).replace("_", " ") + bracket + part


def value_text(name: str, value: float) -> str:
    """A measured value with the unit its name tells: ``<metric>_<unit>``, with ``[part]`` behind it for a part."""
    metric = name.partition("[")[0]
    if metric.endswith("_ratio"):
        return f"{number(value * 100, 1)} %"
    if "bytes" in metric.split("_"):
        per = "/s" if metric.endswith("_s") else ""
        for size, unit in _SCALES:
            if abs(value) >= size:
                return f"{value / size:.1f} {unit}{per}"
        return f"{value:g} B{per}"
    if metric.endswith("_bps"):
        size, unit = next((pair for pair in _RATES if abs(value) >= pair[0]), _RATES[-1])
        return f"{value / size:.4g} {unit}"
    if metric.endswith(_COUNTED):
        return f"{value:.6g} /s"
    for ending, unit in _UNITS:
        if metric.endswith(ending):
            return f"{value:.6g} {unit}".rstrip()
    return f"{value:.6g}"
