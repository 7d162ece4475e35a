"""Objectives in sentences: no figure says more than its verdict, and every sentence exists in Chinese."""

from pathlib import Path
from typing import Any

import pytest
from babel.messages.extract import extract_python

from collector.objective_words import NAMES, alerts, deadline, rows, spending
from collector.texts import translator
from rules.parameters import DAY, HOUR, MINUTE
from rules.period import parse_instant

COLLECTOR = Path(__file__).parents[2] / "collector"
EN, ZH = translator("en"), translator("zh-CN")
TZ = "Asia/Shanghai"
AT = parse_instant("2026-10-15", TZ)

FAULT_RATE = {
    "name": "fault_rate",
    "definition": "R1",
    "target": 0.01,
    "value": 0.0099996,
    "verdict": "met",
    "agreed_ms": 336 * HOUR,
    "down_ms": 3 * HOUR,
    "coverage": 0.98,
}
ANSWERED = {
    "name": "response",
    "target": 0.95,
    "value": 36 / 38,
    "verdict": "missed",
    "allowed_ms": HOUR,
    "due": 38,
    "in_time": 36,
    "pending": 2,
    "self_recovered": 1,
}


def item(used: float = 0.7, **more: Any) -> dict[str, Any]:
    """A set with a budget of 7.2 hours."""
    whole = int(7.2 * HOUR)
    kept = {
        "whole_ms": whole,
        "used_ms": int(used * whole),
        "used": used,
        "outage_left_ms": max(0, int((1 - used) * whole)),
        "warnings": [0.5] if used >= 0.5 else [],
        "spent_at": AT - DAY if used >= 1 else None,
    }
    ahead = {"runs_out": AT + 8 * DAY, "days_left": 8.2, "missed": True}
    return {"objectives": [FAULT_RATE], "budget": kept, "forecast": ahead, "burns": [], **more}


def test_a_figure_stays_on_its_side_of_the_goal() -> None:
    (row,) = rows(item(), EN)

    assert (row.value, row.target, row.verdict_word) == ("0.9999 %", "< 1.00 %", "Met")
    assert "98.00 % of it known" in row.basis


def test_a_share_of_requests_is_told_with_what_is_due() -> None:
    (_, row) = rows(item(requests=[ANSWERED]), EN)

    assert (row.target, row.value) == ("≥ 95 % within 1 h 0 min", "94.73 %")
    assert row.basis == "36 of 38 due in time, 2 not due yet, 1 recovered by themselves"


def test_what_is_left_is_one_more_outage() -> None:
    found = spending(item(0.7), TZ, EN)

    assert found.left == "Budget left: one more outage of 2 h 9 min."
    assert found.level == "warn"


@pytest.mark.parametrize(
    ("date", "english", "chinese"),
    [
        ("2026-10-23", "on the 23rd.", "23 日"),
        ("2026-10-01", "on the 1st.", "1 日"),
        ("2026-10-12", "on the 12th.", "12 日"),
        ("2026-10-22", "on the 22nd.", "22 日"),
        ("2026-10-30", "on the 30th.", "30 日"),
    ],
)
def test_a_month_that_will_be_missed_is_told_by_its_day(date: str, english: str, chinese: str) -> None:
    ahead = {"runs_out": parse_instant(date, TZ), "days_left": 8.2, "missed": True}

    assert spending(item(0.2, forecast=ahead), TZ, EN).outlook.endswith(english)
    assert chinese in spending(item(0.2, forecast=ahead), TZ, ZH).outlook


@pytest.mark.parametrize(
    ("used", "ahead", "level", "outlook"),
    [
        (1.2, None, "bad", ""),
        (0.2, None, "good", "Too little has been seen for a forecast."),
        (0.2, {"runs_out": None, "days_left": None, "missed": False}, "good", "Nothing was used in the last days."),
        (
            0.2,
            {"runs_out": AT + 40 * DAY, "days_left": 40.5, "missed": False},
            "good",
            "At the pace of the last days the budget lasts 40 more days: beyond the month.",
        ),
    ],
)
def test_the_outlook(used: float, ahead: dict[str, Any] | None, level: str, outlook: str) -> None:
    found = spending(item(used, forecast=ahead), TZ, EN)

    assert (found.level, found.outlook) == (level, outlook)


def test_a_budget_that_is_used_up_says_since_when() -> None:
    assert spending(item(1.2), TZ, EN).left == "The budget was used up at 2026-10-14 00:00."


def test_without_agreed_time_there_is_no_budget() -> None:
    assert spending(item(budget=None), TZ, EN).share is None


def test_alerts_tell_what_burns_and_what_is_blind() -> None:
    burn = {"severity": "page", "long_ms": HOUR, "rate": 14.4, "long_burn": 15.0, "used": 0.02083}
    found = alerts(
        item(
            burns=[
                {**burn, "blind": False, "firing": True},
                {**burn, "blind": True, "firing": False},
                {**burn, "blind": False, "firing": False},
            ]
        ),
        EN,
    )

    assert [one.text for one in found] == [
        "The last 1 h used 2.0 % of the budget: 15.0 times as fast as it allows (limit 14.40).",
        "Blind: too little is known of the last 1 h.",
    ]
    assert [one.firing for one in found] == [True, False]


@pytest.mark.parametrize(
    ("late", "told"),
    [
        (False, "First answer: until 2026-10-15 00:30, 30 min 0 s left"),
        (True, "First answer: overdue since 2026-10-15 00:30"),
    ],
)
def test_a_deadline_is_counted_down(late: bool, told: str) -> None:
    assert deadline({"rule": "response", "due": AT + 30 * MINUTE, "late": late}, TZ, AT, EN) == told


@pytest.mark.parametrize(
    "name", ["objective_words.py", "cli/calendar.py", "cli/objective.py", "cli/terminal/objectives.py"]
)
def test_every_sentence_exists_in_chinese(name: str) -> None:
    with (COLLECTOR / name).open("rb") as file:
        said = [message for _, _, message, _ in extract_python(file, {"words": None}, [], {"encoding": "utf-8"})]
    sentences = {text for text in said if isinstance(text, str) and " " in text}

    assert sorted(sentences - set(ZH.catalogue) - {", "}) == []


def test_every_objective_has_a_name_in_chinese() -> None:
    assert sorted(set(NAMES.values()) - set(ZH.catalogue)) == []
