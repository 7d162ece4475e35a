"""What is told of an incident: one line and a text, in the receiver's language."""

import string
from pathlib import Path
from typing import Any

import pytest
from babel.messages.extract import extract_python

from collector import brief_words, lately, told, wording
from collector.sentences import FORMS, said
from collector.texts import translator
from collector.wording import Wording

ZH = translator("zh-CN")
EN = Wording("en", "Asia/Shanghai", "https://nw.example/")
CHINESE = Wording("zh-CN", "Asia/Shanghai", "https://nw.example")
SINCE = 1791180748000

FACTS: dict[str, Any] = {
    "text": "core-1 is down: ping: no answer to 3 of 3",
    "actor": {"kind": "monitor", "name": "nineward"},
    "incident": {
        "number": "INC-2026-000123", "priority": "urgent", "summary": "core-1 is down", "since_ms": SINCE,
        "ended_ms": None, "cause": "", "earlier": "",
    },
    "target": {"name": "core-1", "address": "192.0.2.1", "kind": "switch", "labels": {"site": "hz", "rack": "7"}},
    "check": None,
    "agents": [],
    "deadline": {"rule": "response", "due": SINCE + 3_600_000},
    "brief": {
        "began": {"from": SINCE - 20_000, "to": SINCE},
        "looks": [
            {"check": "ping", "agent": "hz-1", "bad": True, "state": "down", "at": SINCE, "text": "no answer"},
            {"check": "ping", "agent": "bj-1", "bad": False, "state": "up", "at": SINCE, "text": ""},
        ],
        "changes": [
            {"at": SINCE - 60_000, "text": "{what}", "values": {"what": "the host restarted"}, "words": ["what"]},
        ],
        "radius": {"dependents": 12, "names": ["a", "b"], "services": ["web"]},
        "good": [{"check": "ping", "at": SINCE - 20_000, "values": {"rtt_ms": 1.5}}],
        "similar": [
            {"number": "INC-2026-000004", "opened": SINCE - 86_400_000, "ended": SINCE - 86_340_000, "cause": "power"},
        ],
        "commands": ["ping -c 5 192.0.2.1"],
    },
}  # fmt: skip


def over(**more: Any) -> dict[str, Any]:
    incident = {**FACTS["incident"], "ended_ms": SINCE + 200_000, "cause": "a line was cut"}
    return {**FACTS, "text": "core-1 recovered", "incident": incident, **more}


def test_a_title_says_which_incident_and_what_it_is_about() -> None:
    assert EN.title(FACTS, "opened") == "[INC-2026-000123] core-1 is down"
    assert CHINESE.title(FACTS, "opened") == "[INC-2026-000123] core-1 故障"


def test_a_title_says_what_happened_to_it() -> None:
    assert EN.title(FACTS, "resolved") == "[INC-2026-000123] Resolved: core-1 is down"
    assert EN.title(FACTS, "warning") == "[INC-2026-000123] Deadline: core-1 is down"


def aside(**more: Any) -> dict[str, Any]:
    found = over()
    return {**found, "incident": {**found["incident"], **more}}


@pytest.mark.parametrize(("state", "lead"), [("merged", "Merged"), ("void", "Void"), ("resolved", "Set aside")])
def test_what_was_not_solved_is_not_called_resolved(state: str, lead: str) -> None:
    facts = {**aside(state=state, solved=False), "text": "Maintenance of core-1 began"}

    assert EN.title(facts, "resolved") == f"[INC-2026-000123] {lead}: core-1 is down"
    assert EN.body(facts, "resolved").startswith(f"{lead}: Maintenance of core-1 began\n")
    assert CHINESE.title(facts, "resolved").startswith(f"[INC-2026-000123] {ZH(lead)}：")
    assert "Resolved" not in EN.body(facts, "resolved")


def test_what_was_set_aside_is_not_said_to_be_over() -> None:
    assert "\nSet aside: 20" in EN.body(aside(state="resolved", solved=False), "resolved")
    assert "\nOver: 20" in EN.body(aside(state="resolved", solved=True), "resolved")


def test_an_event_that_nobody_knows_is_told_all_the_same() -> None:
    assert EN.title(FACTS, "unheard-of") == "[INC-2026-000123] core-1 is down"
    assert EN.body(FACTS, "unheard-of").startswith("core-1 is down: ping: no answer to 3 of 3\n")


def test_a_title_is_one_line_that_is_not_too_long() -> None:
    facts = {**FACTS, "incident": {**FACTS["incident"], "summary": "a\nb " * 100}}
    title = EN.title(facts, "opened")

    assert len(title) == 200
    assert "\n" not in title
    assert title.endswith("…")


def test_who_must_fix_it_gets_the_brief() -> None:
    body = EN.body(FACTS, "opened")

    for line in (
        "- between 2026-10-05 14:12:08 (last good look) and 2026-10-05 14:12:28 (first bad look)",
        "- hz-1: ping down (2026-10-05 14:12:28): no answer",
        "- bj-1: ping up (2026-10-05 14:12:28)",
        "- 2026-10-05 14:11:28: the host restarted",
        "- 12 dependent targets: a, b, and 10 more",
        "- services that need it: web",
        "- ping at 2026-10-05 14:12:08: rtt_ms 1.5",
        "- INC-2026-000004 of 2026-10-04 14:12:28, 1 min 0 s: power",
        "- ping -c 5 192.0.2.1",
    ):
        assert line in body.splitlines()


def test_the_end_is_told_without_the_brief_and_with_its_cause() -> None:
    body = EN.body(over(), "resolved")

    assert body.startswith("Resolved: core-1 recovered\n")
    assert "Over: 2026-10-05 14:15:48, after 3 min 20 s" in body
    assert "Cause: a line was cut" in body
    assert "First commands" not in body
    assert "Next deadline" not in body


def test_whoever_asked_is_asked_whether_he_is_content() -> None:
    body = EN.body(over(feedback="https://nw.example/feedback/token"), "resolved")

    assert [line for line in body.splitlines() if "feedback" in line] == [
        "5 very: https://nw.example/feedback/token?score=5",
        "4 rather: https://nw.example/feedback/token?score=4",
        "3 so-so: https://nw.example/feedback/token?score=3",
        "2 rather not: https://nw.example/feedback/token?score=2",
        "1 not at all: https://nw.example/feedback/token?score=1",
    ]


def test_what_people_did_is_told_with_their_name() -> None:
    facts = {**FACTS, "text": "we look at it", "actor": {"kind": "person", "name": "alice"}}

    assert EN.body(facts, "acknowledged").startswith("Acknowledged by alice: we look at it\n")


def test_a_warning_says_which_deadline_comes_near() -> None:
    facts = {**FACTS, "notice": {"rule": "response", "share": 0.75, "due": SINCE}}

    assert EN.body(facts, "warning").startswith("Deadline: First answer: 75 % of the time is used up\n")


def test_the_page_of_the_incident_stands_at_the_end_however_long_the_rest_is() -> None:
    body = EN.body({**FACTS, "text": "x" * 20_000}, "opened")

    assert len(body) <= 8_000
    assert body.endswith("\n\nhttps://nw.example/incidents/INC-2026-000123")


def test_without_an_address_and_without_an_incident_there_is_only_the_text() -> None:
    assert Wording("en", "UTC").body({"text": "This is a test."}, "test") == "Test: This is a test."


def test_the_same_facts_give_the_same_words() -> None:
    assert CHINESE.body(FACTS, "opened") == CHINESE.body(dict(reversed(FACTS.items())), "opened")


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("core-1 is down", "core-1 故障"),
        ("core-1 is down again", "core-1 故障（再次）"),
        ("core-1 is down: ping: no answer", "core-1 故障：ping: no answer"),
        ("core-1 is down again: ping: no answer", "core-1 故障（再次）：ping: no answer"),
        ("core-1: disk[/var] is beyond its limits", "core-1：disk[/var] 超出阈值"),
        ("No fault of core-1 any more: it is maintenance", "core-1 不再有故障，当前状态：维护"),
        ("The agent hz-1 is silent. What it alone looks at is unknown.", "代理 hz-1 失联，仅由它监测的对象状态未知。"),
        ("Site hz is dark: none of its 12 targets answers", "站点 hz 失联：其 12 个对象均无应答"),
        ("INC-2026-2 (a is down) is part of INC-2026-1: b is down", "INC-2026-2（a 故障）属于 INC-2026-1：b 故障"),
        ("what somebody wrote: quite another thing", "what somebody wrote: quite another thing"),
    ],
)  # fmt: skip
def test_a_recorded_sentence_is_known_again_by_its_form(text: str, meant: str) -> None:
    assert said(text, ZH) == meant
    assert said(text, translator("en")) == text


@pytest.mark.parametrize("form", FORMS)
def test_every_form_has_its_chinese(form: str) -> None:
    assert form in ZH.catalogue


@pytest.mark.parametrize("form", FORMS)
def test_no_form_is_taken_by_one_before_it(form: str) -> None:
    inner = {"sentence": "db-9 is down", "leading": "db-8 is down", "state": "up"}
    values = {place: inner.get(place, f"some {place}") for _, place, _, _ in string.Formatter().parse(form) if place}
    text = form.format(**values)

    spoken = {place: ZH(value) if place == "state" else said(value, ZH) for place, value in values.items()}
    assert said(text, ZH) == ZH(form, **spoken)


def spoken(module: Any, *functions: str) -> set[str]:
    """Every text that a module hands to these functions; what is neither a sentence nor a heading is a key."""
    with Path(module.__file__).open("rb") as file:
        found = [one for _, _, one, _ in extract_python(file, dict.fromkeys(functions), [], {})]
    parts = [part for one in found for part in ((one,) if isinstance(one, str) else one or ())]
    texts = {part for part in parts if isinstance(part, str) and part.strip(", ·")}
    return {text for text in texts if "{" in text or " " in text or text[0].isupper()}


@pytest.mark.parametrize("module", [wording, brief_words])
def test_everything_that_is_said_has_its_chinese(module: Any) -> None:
    texts = spoken(module, "words", "number", "line", "Part", "_listed")

    assert len(texts) > 10
    assert sorted(texts - set(ZH.catalogue)) == []


def test_every_table_of_words_has_its_chinese() -> None:
    tables = (wording._LEADS, wording._ASIDE, wording._PRIORITIES, wording._RULES, told.WORDS, lately._NOUNS)

    assert sorted({text for table in tables for text in table.values()} - set(ZH.catalogue)) == []


def test_every_change_has_its_chinese() -> None:
    texts = spoken(lately, "Reason")

    assert len(texts) >= 5
    assert sorted(texts - set(ZH.catalogue)) == []
