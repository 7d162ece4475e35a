"""What people note on an incident's page, and the page for those who asked, who sign in nowhere."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from collector.api.guards import COOKIE
from collector.store import errands, follow_up, incidents
from collector.store.follow_up import RootCause, Satisfaction
from collector.store.targets import Priority
from rules.incident import Verb
from rules.result import Outcome
from tests.collector.rooms import ADMIN
from tests.collector.web.chromium import PROGRAM, Chromium, chromium
from tests.collector.web.conftest import MINUTE, Browser, Town, person
from tests.collector.web.parsed import Parsed, parsed

N = "/incidents/INC-2026-000001"


@pytest.fixture
def fault(town: Town) -> Town:
    """core-1, on which two others hang, has just failed."""
    core = town.in_service("core-1", "127.0.0.2", priority=Priority.URGENT)
    for name in ("leaf-1", "leaf-2"):
        town.in_service(name, "127.0.0.3", parents=("core-1",))
    town.clock.at += 4 * MINUTE
    town.tell(core, *[Outcome.FAILED] * 4, text="no answer")
    return town


@pytest.fixture
def solved(fault: Town) -> Town:
    fault.house.incidents.act("INC-2026-000001", Verb.START, ADMIN)
    fault.house.incidents.act("INC-2026-000001", Verb.RESOLVE, ADMIN)
    return fault


def key(town: Town) -> str:
    with town.house.state.read() as tx:
        return incidents.get(tx, "INC-2026-000001").id


def said(town: Town) -> Satisfaction | None:
    with town.house.state.read() as tx:
        return follow_up.satisfaction(tx, key(town))


def known(town: Town) -> RootCause | None:
    with town.house.state.read() as tx:
        return follow_up.cause(tx, key(town))


def read(browser: Browser, path: str) -> Parsed:
    answer = browser.get(path)
    assert answer.status_code == 200, answer.text
    return parsed(answer.text)


def test_the_page_counts_down_and_tells_what_hangs_on_it(fault: Town, admin: Browser) -> None:
    fault.clock.at += 30 * MINUTE

    page = read(admin, N)

    assert page.mistakes == []
    assert "First answer: until" in page.text
    assert "30 min 0 s left" in page.text
    assert {"leaf-1", "leaf-2"} <= set(page.text.split())


def test_the_list_tells_the_next_deadline(fault: Town, admin: Browser) -> None:
    page = read(admin, "/incidents")

    assert page.mistakes == []
    assert "First answer: until" in page.text


def test_a_cause_is_told_on_the_page(solved: Town, admin: Browser) -> None:
    sent = admin.post(f"{N}/follow-up/cause", data={"text": "the fan", "area": "tool", "code": "", "why1": "dust"})
    page = read(admin, N)

    assert sent.status_code == 303
    assert page.mistakes == []
    assert known(solved) is not None
    assert "the fan" in page.text
    assert "dust" in page.text


def test_a_mistake_is_told_on_the_page(solved: Town, admin: Browser) -> None:
    answer = admin.post(
        f"{N}/follow-up/action", data={"what": "x", "owner": "wei", "due": "soon", "kind": "preventive"}
    )

    assert answer.status_code == 400
    assert 'role="alert"' in answer.text


def test_an_action_is_added_done_and_judged_on_the_pages(solved: Town, admin: Browser) -> None:
    told = {"what": "clean fans", "owner": "wei", "due": "2026-09-25", "kind": "preventive"}
    admin.post(f"{N}/follow-up/action", data=told)
    listed = read(admin, "/actions")
    admin.post(f"{N}/actions/1", data={"done": "yes"})
    admin.post(f"{N}/actions/1", data={"effective": "yes"})

    assert listed.mistakes == []
    assert "clean fans" in listed.text
    assert "done, it helped" in read(admin, N).text
    assert "Nothing is to be done." in read(admin, "/actions").text


def test_a_viewer_sees_what_follows_and_changes_nothing(solved: Town) -> None:
    with person(solved, "wei", "viewer") as viewer:
        page = read(viewer, N)
        refused = viewer.post(f"{N}/follow-up/cause", data={"text": "x"})

    assert not [form for form in page.all("form") if "follow-up" in str(form.attributes.get("action"))]
    assert refused.status_code == 403


def test_what_a_ticket_system_did_not_take_is_sent_again_from_the_page(fault: Town, admin: Browser) -> None:
    with fault.house.state.write() as tx:
        body = {"key": "k", "at": fault.clock.at, "facts": {}}
        errand = errands.queue(tx, key(fault), "desk", "opened", body, fault.clock.at, fault.clock.at)
        tx.execute("UPDATE errand SET state = 'parked', trouble = 'no such project'")
    page = admin.get(N).text
    sent = admin.post(f"{N}/release/{errand}")
    again = admin.post(f"{N}/release/{errand}")
    other = admin.post(f"{N}/release/i_other.desk.1")

    assert "no such project" in page
    assert parsed(page).mistakes == []
    assert f"/release/{errand}" in page
    assert (sent.status_code, again.status_code, other.status_code) == (303, 404, 404)
    assert f"/release/{errand}" not in admin.get(N).text


def test_who_waits_for_a_call_is_a_choice_of_the_list(solved: Town, admin: Browser) -> None:
    before = read(admin, "/incidents?state=callback")
    admin.post(f"{N}/follow-up/callback", data={"reached": "yes", "solved": "yes", "text": ""})

    assert "INC-2026-000001" in before.text
    assert "INC-2026-000001" not in read(admin, "/incidents?state=callback").text


def test_looking_at_a_feedback_link_answers_nothing(solved: Town, stranger: Browser) -> None:
    path = f"/feedback/{solved.house.follow_up.links.token(key(solved))}"

    page = read(stranger, f"{path}?score=4")

    assert page.mistakes == []
    assert said(solved) is None


def test_a_feedback_link_needs_no_sign_in_and_the_last_answer_counts(solved: Town, stranger: Browser) -> None:
    path = f"/feedback/{solved.house.follow_up.links.token(key(solved))}"
    stranger.post(path, data={"score": "2", "solved": "no", "text": "again slow"})
    answer = stranger.post(path, data={"score": "4", "solved": "yes", "text": ""})

    told = said(solved)
    assert answer.status_code == 200
    assert told is not None
    assert (told.score, told.solved, told.source) == (4, True, "link")


@pytest.mark.parametrize("change", [lambda token: token[:-2] + "AA", lambda token: "", lambda token: "ä"])
def test_a_link_that_was_changed_opens_nothing(solved: Town, stranger: Browser, change: object) -> None:
    token = change(solved.house.follow_up.links.token(key(solved)))  # type: ignore[operator]

    assert stranger.get(f"/feedback/{token}").status_code == 404


def test_a_link_tells_nobody_of_another_incident(solved: Town, stranger: Browser) -> None:
    token = solved.house.follow_up.links.token("i_other")

    assert stranger.get(f"/feedback/{token}").status_code == 404


def test_a_link_works_for_thirty_days_and_not_while_it_is_worked_on(solved: Town, stranger: Browser) -> None:
    path = f"/feedback/{solved.house.follow_up.links.token(key(solved))}"
    solved.house.incidents.act("INC-2026-000001", Verb.REOPEN, ADMIN)
    early = stranger.post(path, data={"score": "5"})
    solved.house.incidents.act("INC-2026-000001", Verb.RESOLVE, ADMIN)
    solved.clock.at += 31 * 24 * 60 * MINUTE
    late = stranger.post(path, data={"score": "5"})

    assert (early.status_code, late.status_code, said(solved)) == (409, 409, None)


@pytest.fixture
def screen(tmp_path: Path) -> Iterator[Chromium]:
    if PROGRAM is None:
        pytest.skip("needs Chromium (Debian: apt install chromium)")
    with chromium(tmp_path / "profile") as browser:
        yield browser


def test_one_click_answers(solved: Town, screen: Chromium) -> None:
    token = solved.house.follow_up.links.token(key(solved))

    screen.call("Page.navigate", url=f"{solved.url}/feedback/{token}?score=5")
    screen.until("document.querySelector('h2')?.innerText === 'Thank you.'")

    told = said(solved)
    assert told is not None
    assert told.score == 5
    assert screen.complaints == []


def test_an_open_page_shows_a_warning_without_being_loaded_again(fault: Town, admin: Browser, screen: Chromium) -> None:
    screen.call("Network.setCookie", name=COOKIE, value=admin.cookies[COOKIE], url=fault.url, httpOnly=True)
    screen.open(f"{fault.url}{N}")
    screen.until("!document.getElementById('pulse').hidden")
    screen.evaluate("window.untouched = true")

    fault.clock.at += 30 * MINUTE
    fault.house.clocks.step(fault.clock.at)

    screen.until("document.getElementById('story').innerText.includes('warned of a deadline')")
    assert screen.evaluate("window.untouched")
    assert screen.complaints == []


def test_a_reader_with_a_scope_finds_only_names_of_it_and_a_count_of_the_rest(town: Town) -> None:
    core = town.in_service("core-1", "127.0.0.2", priority=Priority.URGENT, labels={"site": "hz"})
    town.in_service("leaf-1", "127.0.0.3", parents=("core-1",), labels={"site": "hz"})
    town.in_service("leaf-2", "127.0.0.4", parents=("core-1",), labels={"site": "sh"})
    town.clock.at += 4 * MINUTE
    town.tell(core, *[Outcome.FAILED] * 4, text="no answer")
    with person(town, "wei", "viewer", {"site": "hz"}) as reader:
        page = reader.get(N).text

    assert "leaf-1" in page
    assert "leaf-2" not in page
    assert "and 1 more" in page


def test_a_reader_who_may_not_say_what_follows_is_not_shown_the_link(solved: Town) -> None:
    with person(solved, "wei", "viewer") as reader:
        page = reader.get(N).text

    assert solved.house.follow_up.links.of(key(solved)) not in page
