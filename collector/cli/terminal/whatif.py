"""What a scenario would have changed, for a person at a terminal."""

from collections.abc import Iterator, Mapping
from typing import Any

from collector.cli.terminal.table import table
from collector.printed import NO_FIGURE
from collector.reports.exact import moment
from collector.texts import Translator

_LABELS = {
    "availability": "Availability",
    "fault_rate": "Fault rate",
    "coverage": "Coverage",
    "degraded_ms": "Degraded",
    "down_ms": "Down",
    "unreachable_ms": "Unreachable",
    "unknown_ms": "Unknown",
    "maintenance_ms": "Maintenance",
    "failures": "Failures",
    "episodes": "Episodes",
    "glitches": "Glitches",
    "mtbf_h": "MTBF",
    "mttr_h": "MTTR",
}
_WHAT = {"gained": "gained", "lost": "lost", "moved": "moved"}


def text(found: Mapping[str, Any], words: Translator) -> str:
    """The differences, or one sentence that there are none."""
    tz = found["period"]["tz"]
    parts = [*_outages(found["outages"], tz, words), *_tickets(found["tickets"], tz, words)]
    parts += _figures(found, words)
    said = "{names}, any one of them enough: availability {share}, {count} failures."
    for group in found["redundant"]:
        figures = group["would_be"]
        names, share = " | ".join(group["of"]), _share(figures["availability"])
        parts.append(words(said, names=names, share=share, count=figures["failures"]))
    return "\n\n".join(parts) if parts else words("Nothing would have been different.")


def _outages(rows: list[dict[str, Any]], tz: str, words: Translator) -> Iterator[str]:
    if rows:
        heads = [words(head) for head in ("Target", "Outage", "As it was", "As it would have been")]
        lines = [
            (row["target"], words(_WHAT[row["what"]]), _stretch(row["was"], tz), _stretch(row["would_be"], tz))
            for row in rows
        ]
        yield table(heads, lines)


def _tickets(told: Mapping[str, Any], tz: str, words: Translator) -> Iterator[str]:
    if told["gained"] or told["lost"] or told["was"] != told["would_be"]:
        yield words(
            "Tickets: {was} as it was, {would_be} as it would have been.", was=told["was"], would_be=told["would_be"]
        )
        lines = [
            (row["target"], words(_WHAT[what]), row["check"] or None, moment(row["due"], tz))
            for what in ("gained", "lost")
            for row in told[what]
        ]
        if lines:
            yield table([words(head) for head in ("Target", "Ticket", "Check", "Told at")], lines)


def _figures(found: Mapping[str, Any], words: Translator) -> Iterator[str]:
    rows = []
    everything = [*found["objects"]]
    if found["fleet"]["was"] != found["fleet"]["would_be"]:
        everything.append({"name": words("All together"), **found["fleet"]})
    for entry in everything:
        for name, was, would in _differing(entry, words):
            rows.append((entry["name"], name, was, would))
    if rows:
        yield table([words(head) for head in ("Target", "Figure", "As it was", "As it would have been")], rows)


def _differing(entry: Mapping[str, Any], words: Translator) -> Iterator[tuple[str, str, str]]:
    was, would = entry["was"], entry["would_be"]
    for name, label in _LABELS.items():
        if was.get(name) != would.get(name):
            yield words(label), _shown(name, was.get(name)), _shown(name, would.get(name))
    for target in was.get("verdicts", {}):
        before, after = was["verdicts"][target], would["verdicts"][target]
        if before != after:
            yield words("Verdict on {target}", target=target), words(before), words(after)


def _shown(name: str, value: Any) -> str:
    if value is None:
        return NO_FIGURE
    if name in ("availability", "fault_rate", "coverage"):
        return _share(value)
    if name.endswith("_ms"):
        return f"{value / 60_000:.1f} min"
    return f"{value:.2f} h" if name.endswith("_h") else str(value)


def _share(value: float | None) -> str:
    return NO_FIGURE if value is None else f"{value * 100:.4f} %"


def _stretch(edges: list[int | None] | None, tz: str) -> str | None:
    if edges is None:
        return None
    start, end = edges
    return f"{moment(start or 0, tz)} – {'…' if end is None else moment(end, tz)}"
