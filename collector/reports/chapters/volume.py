"""Month by month: how much was asked, how fast it was handled, whether it was solved, and how content people were."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from collector.reports.chapters.contentment import contentment
from collector.reports.evidence import Part
from rules.request import percentile

Row = Mapping[str, Any]

SET_ASIDE = ("merged", "void")
_HALF = Fraction(1, 2)


def by_month(parts: Sequence[Part], incidents: Sequence[Row]) -> list[dict[str, Any]]:
    """What :func:`volume` says of each month."""
    return [{"name": part.name, **volume(incidents, part.start, part.end)} for part in parts]


def volume(incidents: Sequence[Row], start: int, until: int) -> dict[str, Any]:
    """What came and how it was handled in [start, until), ms UTC. Merged and void incidents do not count.

    ``speed_ms``: the median from the beginning of work to service restored, of those restored then. ``solved``: those
    resolved then, but for those of which somebody said afterwards that they were not; ``solution`` is their share.
    ``success`` is the share that said "solved" of those who were reached and answered.
    """
    counted = [row for row in incidents if row["state"] not in SET_ASIDE]
    restored = [row for row in counted if row["restored_at"] is not None and start <= row["restored_at"] < until]
    speeds = sorted(
        row["restored_at"] - row["started_at"]
        for row in restored
        if row["started_at"] is not None and row["started_at"] <= row["restored_at"]
    )
    resolved = [row for row in counted if row["resolved_at"] is not None and start <= row["resolved_at"] < until]
    solved = sum(_told(row) is not False for row in resolved)
    answers = [told for row in resolved if (told := _told(row)) is not None]
    return {
        "opened": sum(start <= row["opened_at"] < until for row in counted),
        "resolved": len(resolved),
        "self_recovered": sum(bool(row["self_recovered"]) for row in resolved),
        "worked": len(speeds),
        "speed_ms": percentile(speeds, _HALF),
        "solved": solved,
        "solution": solved / len(resolved) if resolved else None,
        "answers": len(answers),
        "success": sum(answers) / len(answers) if answers else None,
        "backlog": sum(
            row["opened_at"] < until and (row["resolved_at"] is None or row["resolved_at"] >= until) for row in counted
        ),
    }


def satisfaction(parts: Sequence[Part], voices: Sequence[Row], target: float) -> list[dict[str, Any]]:
    """The share of the content of each month, with its interval and how many answered; see `Evidence.voices`."""
    rows = []
    for part in parts:
        found = contentment(voices, part.start, part.end, target)
        rows.append(
            {"name": part.name, **{key: found[key] for key in ("answers", "content", "share", "interval", "mean")}}
        )
    return rows


_CONTENT = ("answers", "content", "share", "interval", "mean")


def capacity(parts: Sequence[Part], incidents: Sequence[Row]) -> dict[str, Any]:
    """How much is watched month by month, and what came over a threshold, the most often first."""
    over = [row for row in incidents if row["kind"] == "threshold" and row["state"] not in SET_ASIDE]
    count: dict[str, int] = {}
    for row in over:
        count[str(row["target"])] = count.get(str(row["target"]), 0) + 1
    return {
        "months": [
            {
                "name": part.name,
                "objects": part.fleet["objects"],
                "agreed_ms": part.fleet["agreed_ms"],
                "thresholds": sum(part.start <= row["opened_at"] < part.end for row in over),
            }
            for part in parts
        ],
        "thresholds": [
            {"target": name, "incidents": number}
            for name, number in sorted(count.items(), key=lambda item: (-item[1], item[0]))
        ],
    }


def _told(row: Row) -> bool | None:
    """What was said last of whether it is solved: by whom was called back, else with the score."""
    said = [tried["solved"] for tried in row["call_backs"] if tried["reached"] and tried["solved"] is not None]
    if said:
        return bool(said[-1])
    told = row["satisfaction"]
    return None if told is None or told["solved"] is None else bool(told["solved"])
