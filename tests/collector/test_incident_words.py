"""What is told of an incident in sentences, in every language."""

from pathlib import Path

import pytest
from babel.messages.extract import extract_python

from collector import incident_words
from collector.incident_words import action_state, call_back, day, said_of, satisfaction, state
from collector.texts import translator
from rules.escalation import SHIPPED

EN, ZH = translator("en"), translator("zh-CN")
NOW = 1_790_000_000_000
TOLD = (
    Path(incident_words.__file__),
    *(Path(incident_words.__file__).parent / "cli" / "terminal" / name for name in ("incident.py", "follow_up.py")),
)


def texts(path: Path) -> set[str]:
    keywords: dict[str, None] = dict.fromkeys(("words", "number"))
    with path.open("rb") as file:
        messages = [message for _, _, message, _ in extract_python(file, keywords, [], {"encoding": "utf-8"})]
    found = [text for message in messages for text in ([message] if isinstance(message, str) else message or ())]
    return {text for text in found if text}


@pytest.mark.parametrize("path", TOLD, ids=lambda path: path.stem)
def test_every_sentence_is_translated(path: Path) -> None:
    assert sorted(texts(path) - set(ZH.catalogue)) == []


@pytest.mark.parametrize(
    "table", ["STANDINGS", "AREAS", "CODES", "KINDS", "SOURCES", "MILESTONES", "STATES", "HELD", "EVENTS"]
)
def test_every_word_is_translated(table: str) -> None:
    assert sorted(set(getattr(incident_words, table).values()) - set(ZH.catalogue)) == []


def test_the_shipped_recipients_are_translated() -> None:
    assert sorted({step.to for step in SHIPPED} - set(ZH.catalogue)) == []


@pytest.mark.parametrize(
    ("verb", "text", "said"),
    [
        ("warned", "response: 75 %", "First answer: 75 % used"),
        ("escalated", "team lead: start_of_work", "team lead: Start of work"),
        ("escalated", "on call: second: unanswered", "on call: second: nobody answered"),
        ("cause", "tool: disk: worn out: twice", "Tool: Disk: worn out: twice"),
        ("comment", "response: 75 %", "response: 75 %"),
    ],
)
def test_words_of_the_program_are_said_as_words_for_people(verb: str, text: str, said: str) -> None:
    assert said_of(verb, text, EN) == said


def test_a_day_that_is_due_is_the_one_that_ends_then() -> None:
    assert day(1_790_000_000_000 // 86_400_000 * 86_400_000, "UTC") == "2026-09-20"


def test_what_those_who_asked_said_is_a_line() -> None:
    told = {"score": 2, "solved": False, "source": "link", "text": "slow"}

    assert satisfaction(told, EN) == "2 / 5, it is not solved, by link: slow"
    assert satisfaction(None, EN) == "–"


def test_a_try_to_call_back_tells_whether_anybody_was_reached() -> None:
    told = {"at": NOW, "reached": False, "solved": None, "text": "", "actor": "wei"}

    assert call_back(told, "UTC", EN) == "2026-09-21 14:13 wei: not reached"


@pytest.mark.parametrize(
    ("changes", "state"),
    [
        ({}, "open"),
        ({"late": True}, "late"),
        ({"done": NOW, "returned": 0}, "done"),
        ({"done": NOW, "returned": 1, "effective": True}, "done, it helped; the fault came back once"),
        ({"withdrawn": NOW}, "withdrawn"),
    ],
)
def test_an_action_tells_how_far_it_is(changes: dict[str, object], state: str) -> None:
    told = {"withdrawn": None, "done": None, "late": False, "effective": None, "returned": None, **changes}

    assert action_state(told, EN) == state


@pytest.mark.parametrize(
    ("phase", "solved", "unstable", "told", "chinese"),
    [
        ("open", None, False, "Open", "未结束"),
        ("open", None, True, "Open, comes and goes", "未结束（时断时续）"),
        ("resolved", True, False, "Resolved", "已解决"),
        ("resolved", False, False, "Set aside", "已停止处理"),
        ("closed", False, False, "Closed, set aside", "已关闭（已停止处理）"),
        ("merged", False, False, "Merged", "已合并"),
    ],
)
def test_where_it_stands(phase: str, solved: bool | None, unstable: bool, told: str, chinese: str) -> None:
    assert state(phase, EN, solved=solved, unstable=unstable) == told
    assert state(phase, ZH, solved=solved, unstable=unstable) == chinese
