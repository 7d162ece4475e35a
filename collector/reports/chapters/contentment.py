"""Satisfaction: how content those were who asked, with the interval that so few answers allow, and the call-backs."""

from collections.abc import Mapping, Sequence
from typing import Any

from rules.statistics.proportion import clopper_pearson

Row = Mapping[str, Any]

CONTENT = 4
"""The score, of 5, from which on somebody is satisfied."""
ALARM = 0.80
LOW = 2
"""The score up to which somebody must be asked what went wrong."""


def contentment(voices: Sequence[Row], start: int, until: int, target: float) -> dict[str, Any]:
    """The answers given and the call-backs tried in [start, until) (ms UTC), whenever what they are about was solved.

    ``heard`` counts the incidents about which somebody was reached or answered. ``target`` is the share to be content.
    """
    answers = [
        (row, row["satisfaction"])
        for row in voices
        if row["satisfaction"] is not None and start <= row["satisfaction"]["at"] < until
    ]
    tries = {row["number"]: [tried for tried in row["call_backs"] if start <= tried["at"] < until] for row in voices}
    reached = {number for number, found in tries.items() if any(tried["reached"] for tried in found)}
    content = sum(told["score"] >= CONTENT for _, told in answers)
    interval = clopper_pearson(content, len(answers))
    return {
        "answers": len(answers),
        "content": content,
        "share": content / len(answers) if answers else None,
        "interval": None if interval is None else list(interval),
        "mean": sum(told["score"] for _, told in answers) / len(answers) if answers else None,
        "scores": [sum(told["score"] == score for _, told in answers) for score in range(1, 6)],
        "target": target,
        "alarm": ALARM,
        "low": [
            {"incident": row["number"], "target": row["target"], "score": told["score"], "text": told["text"]}
            for row, told in answers
            if told["score"] <= LOW
        ],
        "tries": sum(len(found) for found in tries.values()),
        "reached": len(reached),
        "heard": len(reached | {row["number"] for row, _ in answers}),
    }
