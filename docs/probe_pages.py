"""The generated part of the probes' reference pages: options and default thresholds, from the code."""

from collections.abc import Iterator
from dataclasses import MISSING, fields
from pathlib import Path
from typing import get_type_hints

from agent.probes import find, kinds
from rules.duration import format_duration
from rules.threshold import Threshold

FOLDER = Path(__file__).parent / "reference" / "probes"
BEGIN = "<!-- generated from the code: begin -->"
END = "<!-- generated from the code: end -->"

_TYPES = {bool: "true/false", int: "whole number", float: "number", str: "text"}


def section(kind: str) -> str:
    """What stands between the marks on the page of that kind."""
    probe = find(kind)
    return "\n".join(
        ("## Options", "", *_options(probe.shape), "", "## Default thresholds", "", *_limits(probe.thresholds))
    )


def filled(page: str, kind: str) -> str:
    """A page with its generated part written anew. Raises ValueError when the page has no marks."""
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"the page of {kind} has no place for the generated part")
    return f"{before}{BEGIN}\n\n{section(kind)}\n\n{END}{after}"


def write() -> None:
    """Write the generated part of every page anew."""
    for kind in kinds():
        path = FOLDER / f"{kind}.md"
        path.write_text(filled(path.read_text("utf-8"), kind), "utf-8")


def _options(shape: type) -> Iterator[str]:
    hints = get_type_hints(shape)
    items = fields(shape)
    if not items:
        yield "None."
        return
    yield "| option | default | takes | meaning |"
    yield "| --- | --- | --- | --- |"
    for item in items:
        data = item.metadata
        if data["choices"]:
            takes = ", ".join(f"`{choice}`" for choice in data["choices"])
        else:
            takes = _TYPES.get(hints[item.name], "list of texts")
            if data["low"] is not None and data["high"] is not None:
                takes += f", {data['low']} to {data['high']}"
        yield f"| `{item.name}` | {_default(item.default)} | {takes} | {data['text'].replace('|', chr(92) + '|')} |"


def _default(default: object) -> str:
    if default is MISSING:
        return "must be given"
    if default in ("", ()):
        return ""
    if isinstance(default, bool):
        return f"`{str(default).lower()}`"
    return f"`{','.join(map(str, default)) if isinstance(default, tuple) else default}`"


def _limits(thresholds: tuple[Threshold, ...]) -> Iterator[str]:
    if not thresholds:
        yield "None."
        return
    yield "| value | warning | critical | held for | ends when |"
    yield "| --- | --- | --- | --- | --- |"
    for limit in thresholds:
        beyond, back = ("≤", ">") if limit.below else ("≥", "<")
        warn = "" if limit.warn is None else f"{beyond} {limit.warn:g}"
        critical = "" if limit.critical is None else f"{beyond} {limit.critical:g}"
        held = format_duration(limit.for_ms) if limit.for_ms else "at once"
        clear = "no longer beyond it" if limit.clear is None else f"{back} {limit.clear:g}"
        yield f"| `{limit.metric}` | {warn} | {critical} | {held} | {clear} |"


if __name__ == "__main__":
    write()
