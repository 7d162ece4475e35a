"""The page of complaints: noted, answered and closed there, and only read by who may not."""

import pytest

from tests.collector.web.conftest import MINUTE, Browser, Town, person
from tests.collector.web.parsed import Parsed, parsed


def read(browser: Browser) -> Parsed:
    answer = browser.get("/complaints")
    assert answer.status_code == 200, answer.text
    return parsed(answer.text)


def test_one_is_noted_answered_and_closed(town: Town, admin: Browser) -> None:
    nothing = read(admin)
    sent = admin.post("/complaints", data={"text": "the <portal> is slow", "by": "Mrs Chen", "received": ""})
    noted = read(admin)
    town.clock.at += 90 * MINUTE
    late = read(admin)
    admin.post("/complaints/1/reply", data={"text": "we look into it"})
    answered = read(admin)
    admin.post("/complaints/1/close", data={"area": "process", "text": "more memory"})
    closed = read(admin)

    assert sent.status_code == 303
    assert "Nobody has complained." in nothing.text
    assert "the <portal> is slow" in noted.text
    assert "to be answered until" in noted.text
    assert "overdue since" in late.text
    assert "answered late" in answered.text
    assert "more memory" in closed.text
    assert [page.mistakes for page in (nothing, noted, late, answered, closed)] == [[]] * 5


def test_a_mistake_is_told_on_the_page(town: Town, admin: Browser) -> None:
    answer = admin.post("/complaints", data={"text": "slow", "about": "nothing-1"})

    assert answer.status_code == 404
    assert 'role="alert"' in answer.text


def test_the_list_of_incidents_leads_there(town: Town, admin: Browser) -> None:
    assert 'href="/complaints"' in admin.get("/incidents").text


def test_a_viewer_reads_and_notes_nothing(town: Town, admin: Browser) -> None:
    admin.post("/complaints", data={"text": "slow"})
    with person(town, "wei", "viewer") as viewer:
        page = read(viewer)
        refused = viewer.post("/complaints/1/reply", data={"text": "x"})

    assert "slow" in page.text
    assert not [form for form in page.all("form") if "complaints" in str(form.attributes.get("action"))]
    assert refused.status_code == 403


@pytest.mark.parametrize(("language", "word"), [("zh-CN", "投诉"), ("zh-TW", "投訴")])
def test_it_speaks_chinese(town: Town, admin: Browser, language: str, word: str) -> None:
    assert word in admin.get("/complaints", headers={"Accept-Language": language}).text
