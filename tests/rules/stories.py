"""Short words for records: "U@0,60 D@120" for samples, and the lines that replay reads."""

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

from rules.result import Outcome
from rules.span import Sample

EPOCH = 1_788_192_000_000
"""2026-09-01T00:00 in Shanghai, as good a beginning as any; ms UTC."""

HOUR = 3_600_000

_OUTCOMES = {"U": "ok", "G": "degraded", "D": "failed", "N": "error"}


def parsed(story: str) -> list[tuple[float, str]]:
    """(seconds, outcome) of "U@0,60 D@120 U@180..300/60", a range with its step; in the order of the text."""
    seen = []
    for word in story.split():
        letter, _, times = word.partition("@")
        for entry in times.split(","):
            stretch = re.fullmatch(r"([\d.]+)\.\.([\d.]+)/([\d.]+)", entry)
            if stretch:
                at, last, step = (float(text) for text in stretch.groups())
                while at <= last:
                    seen.append((at, _OUTCOMES[letter]))
                    at += step
            else:
                seen.append((float(entry), _OUTCOMES[letter]))
    return seen


def samples(story: str) -> list[Sample]:
    """The samples of a story, its seconds as they are (no epoch, no thousand)."""
    return [Sample(int(at), Outcome(outcome)) for at, outcome in parsed(story)]


def line(word: str, /, **content: Any) -> str:
    """One line of a record; ``from_`` and ``class_`` stand for the words of the language."""
    return json.dumps({word: {key.rstrip("_"): value for key, value in content.items()}})


def target(name: str = "core-1", interval: str = "60s", **more: Any) -> list[str]:
    """A target with its one vital check."""
    return [line("target", name=name, **more), check(name, interval)]


def check(name: str, interval: str = "60s", kind: str = "ping", **more: Any) -> str:
    """A check of a target, called NAME/KIND."""
    return line("check", id=f"{name}/{kind}", target=name, kind=kind, interval=interval, **more)


def results(
    seen: str | Iterable[tuple[float, str]], check: str = "core-1/ping", agent: str = "a1", boot: str = "b1"
) -> Iterator[str]:
    """Result lines of a story, or of (seconds after EPOCH, outcome) pairs; sequence numbers as they come."""
    for seq, (at, outcome) in enumerate(parsed(seen) if isinstance(seen, str) else seen, start=1):
        yield line("result", check=check, agent=agent, boot=boot, seq=seq, t=EPOCH + round(at * 1000), outcome=outcome)


def steady(
    start: int, end: int, step: int, down: Iterable[tuple[int, int]] = (), silent: Iterable[tuple[int, int]] = ()
) -> Iterator[tuple[float, str]]:
    """Samples in the middle of each step of [start, end), ms after EPOCH, as pairs for :func:`results`.

    ``failed`` inside ``down``, none inside ``silent``. Edges on multiples of the step come out exact.
    """
    down, silent = list(down), list(silent)
    for at in range(start + step // 2, end, step):
        if not any(a <= at < b for a, b in silent):
            yield at / 1000, "failed" if any(a <= at < b for a, b in down) else "ok"


def seconds(at: float) -> int:
    """Milliseconds UTC of seconds after EPOCH."""
    return EPOCH + round(at * 1000)
