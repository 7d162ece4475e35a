"""Satisfaction: how content those were who asked, with the interval that so few answers allow, and the call-backs."""

from collections.abc import Mapping, Sequence
from typing import Any

from rules.statistics.proportion import clopper_pearson

Row = Mapping[str, Any]

CONTENT = 4
"""The score, of 5, from which on somebody is satisfied."""
TARGET = 0.90
ALARM = 0.80
LOW = 2
"""The score up to which somebody must be asked what went wrong."""


def contentment(incidents: Sequence[Row], start: int, until: int) -> dict[str, Any]:
    """The answers given in [start, until) (ms UTC) about any of the incidents; the call-backs of those solved in it."""
    answers = [
        (row, row["satisfaction"])
        for row in incidents
        if row["satisfaction"] is not None and start <= row["satisfaction"]["at"] < until
    ]
    content = sum(told["score"] >= CONTENT for _, told in answers)
    interval = clopper_pearson(content, len(answers))
    return {
        "answers": len(answers),
        "content": content,
        "share": content / len(answers) if answers else None,
        "interval": None if interval is None else list(interval),
        "mean": sum(told["score"] for _, told in answers) / len(answers) if answers else None,
        "scores": [sum(told["score"] == score for _, told in answers) for score in range(1, 6)],
        "target": TARGET,
        "alarm": ALARM,
        "low": [
            {"incident": row["number"], "target": row["target"], "score": told["score"], "text": told["text"]}
            for row, told in answers
            if told["score"] <= LOW
        ],
        "tries": sum(len(row["call_backs"]) for row in incidents),
        "reached": sum(any(tried["reached"] for tried in row["call_backs"]) for row in incidents),
    }
