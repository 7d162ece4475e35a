"""The pages of a real house: who gets in, what is shown, what can be done."""

import pytest
import requests

from collector.api.guards import COOKIE
from collector.store import incidents, targets
from collector.store.targets import Priority
from rules.result import Outcome
from tests.collector.web.conftest import MINUTE, PASSWORD, Browser, Town, enrolled, person
from tests.collector.web.parsed import Parsed, parsed


def read(browser: Browser, path: str, status: int = 200) -> Parsed:
    answer = browser.get(path)
    assert answer.status_code == status, answer.text
    return parsed(answer.text)


@pytest.mark.parametrize("path", ["/", "/incidents", "/agents", "/targets/add", "/account"])
def test_a_page_is_sound_and_runs_nothing_inline(admin: Browser, town: Town, path: str) -> None:
    town.in_service("core-1", "127.0.0.2", labels={"site": "hz"})

    answer = admin.get(path)

    assert parsed(answer.text).mistakes == []
    assert "script-src 'self'" in answer.headers["Content-Security-Policy"]
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("path", ["/", "/incidents", "/agents", "/targets/add", "/account", "/targets/core-1"])
def test_nobody_sees_a_page_without_signing_in(stranger: Browser, path: str) -> None:
    answer = stranger.get(path)

    assert answer.status_code == 303
    assert answer.headers["Location"].startswith("/sign-in?back=%2F")


def test_a_one_time_link_works_once(town: Town, stranger: Browser) -> None:
    link = town.house.access.new_link(enrolled(town, "wei", "viewer").id)

    assert link in stranger.get(f"/sign-in?link={link}").text
    assert stranger.get(f"/sign-in?link={link}").status_code == 200  # looking does not use it up
    assert stranger.post("/sign-in", data={"link": link}).headers["Location"] == "/"
    assert read(stranger, "/account").mistakes == []

    with Browser(town.url) as second:
        assert second.post("/sign-in", data={"link": link}).status_code == 401


def test_a_name_and_its_password_sign_in_and_a_wrong_one_is_told(town: Town, stranger: Browser) -> None:
    enrolled(town, "wei", "viewer")

    wrong = stranger.post("/sign-in", data={"name": "wei", "password": "nonsense"})
    right = stranger.post("/sign-in", data={"name": "wei", "password": PASSWORD, "back": "/agents"})

    assert (wrong.status_code, "The name or the password is wrong." in wrong.text) == (401, True)
    assert parsed(wrong.text).mistakes == []
    assert (right.status_code, right.headers["Location"]) == (303, "/agents")


def test_the_session_cookie_is_kept_from_scripts_and_other_sites(town: Town, stranger: Browser) -> None:
    enrolled(town, "wei", "viewer")

    answer = stranger.post("/sign-in", data={"name": "wei", "password": PASSWORD})

    cookie = answer.headers["Set-Cookie"].lower()
    assert cookie.startswith(f"{COOKIE}=")
    assert "httponly" in cookie
    assert "samesite=strict" in cookie


@pytest.mark.parametrize("back", ["https://evil.example/", "//evil.example/", "/\\evil.example/"])
def test_a_link_cannot_lead_away_after_signing_in(town: Town, stranger: Browser, back: str) -> None:
    enrolled(town, "wei", "viewer")

    answer = stranger.post("/sign-in", data={"name": "wei", "password": PASSWORD, "back": back})

    assert answer.headers["Location"] == "/"


def test_signing_out_ends_the_session_in_the_collector(admin: Browser) -> None:
    session = admin.cookies[COOKIE]

    assert admin.post("/sign-out").headers["Location"] == "/sign-in"

    admin.cookies.set(COOKIE, session)
    assert admin.get("/").status_code == 303


@pytest.mark.parametrize("path", ["/sign-out", "/targets/add", "/agents/join-line", "/account/password"])
def test_another_sites_form_does_nothing(admin: Browser, path: str) -> None:
    answer = admin.post(path, data={"name": "x", "address": "127.0.0.9"}, headers={"Origin": "https://evil.example"})

    assert answer.status_code == 403
    assert admin.get("/").status_code == 200


@pytest.mark.parametrize("path", ["/sign-in", "/language"])
def test_another_sites_form_without_a_session_does_nothing(stranger: Browser, path: str) -> None:
    answer = stranger.post(path, data={"language": "zh-CN"}, headers={"Origin": "https://evil.example"})

    assert answer.status_code == 403
    assert "Set-Cookie" not in answer.headers


def test_a_link_from_another_site_takes_one_step_inside_before_it_asks_to_sign_in(stranger: Browser) -> None:
    answer = stranger.get("/incidents", headers={"Sec-Fetch-Site": "cross-site"})

    assert answer.status_code == 200
    assert 'http-equiv="refresh"' in answer.text


def test_the_overview_shows_state_availability_and_coverage(admin: Browser, town: Town) -> None:
    town.in_service("core-1", "127.0.0.2", labels={"site": "hz"})

    page = read(admin, "/")

    assert page.mistakes == []
    for text in ("core-1", "127.0.0.2", "site=hz", "Up", "100.00 %", "goal: over 99 %", "coverage"):
        assert text in page.text


def test_no_data_is_never_shown_as_availability(admin: Browser, town: Town) -> None:
    target = town.watch("core-1", "127.0.0.2")
    town.begin_service(target, town.clock.at - 10 * MINUTE)

    page = read(admin, "/targets/core-1")

    assert "100.00 %" not in page.text.split("Up")[0]
    assert "coverage 0.00 %" in page.text


def test_a_mistyped_address_is_listed_as_pending_with_its_last_error(admin: Browser, town: Town) -> None:
    target = town.watch("mistyped", "127.0.0.77")
    town.tell(target, Outcome.FAILED, Outcome.FAILED, text="no answer to the echo request")

    page = read(admin, "/")

    assert "Pending" in page.text
    assert "no answer to the echo request" in page.text
    assert "0 targets measured" in page.text


def test_a_target_that_stops_answering_is_down_on_the_overview_and_first(admin: Browser, town: Town) -> None:
    town.in_service("aaa", "127.0.0.3")
    target = town.in_service("zzz", "127.0.0.2")
    town.clock.at += 4 * MINUTE
    town.tell(target, *[Outcome.FAILED] * 4, text="no answer")

    rows = [element.attributes for element in read(admin, "/").all("tr") if element.attributes.get("class")]

    assert rows[0] == {"id": f"row-{target.id}", "class": "row-down"}


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", {"a-1", "b-1"}),
        ("?label=site%3Dhz", {"a-1"}),
        ("?q=B-", {"b-1"}),
        ("?state=down", set()),
        ("?state=up", {"a-1", "b-1"}),
    ],
)
def test_the_query_string_filters(admin: Browser, town: Town, query: str, names: set[str]) -> None:
    known = {
        town.in_service("a-1", "127.0.0.2", labels={"site": "hz"}).id: "a-1",
        town.in_service("b-1", "127.0.0.3", labels={"site": "sh"}).id: "b-1",
    }

    ids = {(element.attributes.get("id") or "").removeprefix("row-") for element in read(admin, f"/{query}").all("tr")}

    assert {known[key] for key in ids if key in known} == names


def test_a_target_page_shows_its_month_outages_and_checks(admin: Browser, town: Town) -> None:
    target = town.in_service("core-1", "127.0.0.2")
    town.clock.at += 4 * MINUTE
    town.tell(target, *[Outcome.FAILED] * 4, text="no answer")
    town.clock.at += 3 * MINUTE
    town.tell(target, *[Outcome.OK] * 3)

    page = read(admin, f"/targets/{target.id}")

    assert page.mistakes == []
    for text in ("Outages 1", "ping", "vital", "every 1m", "rtt", "900 µs", "hub"):
        assert text in " ".join(page.text.split())
    assert len(page.all("svg")) > 8


def test_an_outage_can_be_explained_down_to_raw_results(admin: Browser, town: Town) -> None:
    target = town.in_service("core-1", "127.0.0.2")
    town.clock.at += 4 * MINUTE
    town.tell(target, *[Outcome.FAILED] * 4, text="no answer")

    page = read(admin, f"/targets/{target.id}/explain?t={town.clock.at - MINUTE}")

    assert page.mistakes == []
    assert "Down" in page.text
    assert "no answer" in page.text


def test_adding_a_target_by_the_form(admin: Browser, town: Town) -> None:
    answer = admin.post(
        "/targets/add",
        data={"name": "web", "address": "http://127.0.0.5/", "labels": "site=hz, customer=acme", "priority": "urgent"},
    )

    with town.house.state.read() as tx:
        added = targets.resolve(tx, "web")
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/targets/{added.id}")
    assert (added.labels, added.priority) == ({"site": "hz", "customer": "acme"}, "urgent")


@pytest.mark.parametrize("wrong", [{"labels": "nonsense"}, {"priority": "soon"}, {"name": ""}, {"snmp": "v9"}])
def test_a_mistake_in_the_form_is_told_and_nothing_typed_is_lost(
    admin: Browser, town: Town, wrong: dict[str, str]
) -> None:
    answer = admin.post("/targets/add", data={"name": "web", "address": "127.0.0.5", **wrong})

    page = parsed(answer.text)
    assert answer.status_code == 400
    assert page.mistakes == []
    assert "127.0.0.5" in [element.attributes.get("value") for element in page.all("input")]


def test_a_name_with_markup_stays_a_text(admin: Browser, town: Town) -> None:
    town.in_service("<script>alert(1)</script>", "127.0.0.2")

    page = read(admin, "/")

    assert page.mistakes == []
    assert "<script>alert(1)</script>" in page.text


def test_the_join_line_is_shown_once_to_an_administrator(admin: Browser) -> None:
    page = read(admin, "/agents")
    assert "nwj_" not in page.text

    made = parsed(admin.post("/agents/join-line", data={"uses": "3", "ttl": "1d"}).text)

    assert made.mistakes == []
    assert "/agent/install.sh | sh -s -- nwj_" in made.text
    assert "It works for 3 machines" in made.text


@pytest.mark.parametrize("wrong", [{"uses": "many"}, {"uses": "0"}, {"uses": "1", "ttl": "for ever"}])
def test_a_wrong_wish_for_a_join_line_is_told(admin: Browser, wrong: dict[str, str]) -> None:
    answer = admin.post("/agents/join-line", data=wrong)

    assert answer.status_code == 400
    assert "nwj_" not in answer.text


def test_the_list_of_agents_shows_their_health(admin: Browser, town: Town) -> None:
    town.in_service("core-1", "127.0.0.2")

    text = " ".join(read(admin, "/agents").text.split())

    for part in ("hub", "hub.example", "Speaking", "30 MiB", "+0 s"):
        assert part in text


def test_an_incident_is_handled_from_its_page(admin: Browser, town: Town) -> None:
    name = _broken(town)

    assert name in read(admin, "/incidents").text
    assert admin.post(f"/incidents/{name}/ack").status_code == 303
    assert admin.post(f"/incidents/{name}/comment", data={"text": "line card <dead>"}).status_code == 303
    assert admin.post(f"/incidents/{name}/pause", data={"reason": "part"}).status_code == 303

    page = read(admin, f"/incidents/{name}")
    assert page.mistakes == []
    for text in ("Paused", "acknowledged", "line card <dead>", "waiting for a part", "ling"):
        assert text in page.text


def test_a_step_the_lifecycle_does_not_have_is_refused(admin: Browser, town: Town) -> None:
    name = _broken(town)

    answer = admin.post(f"/incidents/{name}/close")

    assert answer.status_code in (400, 409)
    assert parsed(answer.text).mistakes == []
    assert admin.post(f"/incidents/{name}/dance").status_code == 404


def test_a_viewer_sees_and_cannot_act(town: Town) -> None:
    name = _broken(town)

    with person(town, "kai", "viewer") as viewer:
        page = read(viewer, f"/incidents/{name}")
        assert [form.attributes["action"] for form in page.all("form")] == ["/language"]
        assert viewer.post(f"/incidents/{name}/ack").status_code == 403
        assert viewer.get("/targets/add").status_code == 403
        assert viewer.post("/agents/join-line", data={"uses": "1"}).status_code == 403


def test_somebody_with_a_scope_sees_only_that(town: Town) -> None:
    town.in_service("mine", "127.0.0.2", labels={"customer": "acme"})
    other = town.in_service("other", "127.0.0.3", labels={"customer": "emca"})
    name = _broken(town, "theirs", "127.0.0.4")

    with person(town, "kai", "customer", {"customer": "acme"}) as customer:
        text = read(customer, "/").text
        assert ("mine" in text, "other" in text, "theirs" in text) == (True, False, False)
        assert customer.get(f"/targets/{other.id}").status_code == 403
        assert customer.get(f"/incidents/{name}").status_code == 404
        assert name not in read(customer, "/incidents?state=all").text


@pytest.mark.parametrize("path", ["/targets/nothing", "/incidents/INC-2026-999999"])
def test_what_does_not_exist_is_told_on_a_page(admin: Browser, path: str) -> None:
    page = read(admin, path, 404)

    assert page.mistakes == []
    assert "Not found" in page.text


@pytest.mark.parametrize(
    "path", ["/?page=zero", "/targets/core-1?month=soon", "/incidents?state=odd", "/incidents?before=x"]
)
def test_an_address_that_makes_no_sense_is_told_on_a_page(admin: Browser, town: Town, path: str) -> None:
    town.in_service("core-1", "127.0.0.2")

    page = read(admin, path, 400)

    assert page.mistakes == []


def test_the_language_is_the_browsers_until_one_is_chosen(admin: Browser) -> None:
    chinese = admin.get("/", headers={"Accept-Language": "zh-CN,zh;q=0.9"})
    assert '<html lang="zh-CN">' in chinese.text

    answer = admin.post("/language", data={"language": "zh-CN", "back": "/agents"})

    assert answer.headers["Location"] == "/agents"
    assert "接入另一台机器" in admin.get("/agents").text


def test_a_new_password_ends_the_session_and_signs_in(admin: Browser, town: Town) -> None:
    short = admin.post("/account/password", data={"password": "short"})
    done = admin.post("/account/password", data={"password": "a much longer one"})

    assert short.status_code == 400
    assert done.status_code == 303
    assert admin.get("/").status_code == 303
    assert admin.post("/sign-in", data={"name": "ling", "password": "a much longer one"}).status_code == 303


def test_static_files_are_served_and_may_be_kept(stranger: Browser) -> None:
    page = parsed(stranger.get("/sign-in").text)
    address = next(link.attributes["href"] for link in page.all("link") if link.attributes["rel"] == "stylesheet")

    answer = stranger.get(str(address))

    assert answer.status_code == 200
    assert "immutable" in answer.headers["Cache-Control"]


def test_events_reach_a_signed_in_browser(admin: Browser, town: Town) -> None:
    with admin.get("/api/v1/events", stream=True) as answer:
        lines = answer.iter_lines(chunk_size=1, decode_unicode=True)
        assert next(lines) == "retry: 2000"
        town.house.events.publish("agent", {"agent": town.agent.id, "state": "silent"})

        heard = [line for line, _ in zip(lines, range(4), strict=False)]

    assert "event: agent" in heard


def test_events_are_for_those_who_signed_in(stranger: Browser) -> None:
    answer: requests.Response = stranger.get("/api/v1/events")

    assert answer.status_code == 401


def _broken(town: Town, name: str = "core-1", address: str = "127.0.0.2") -> str:
    """A target that is down, and its incident's number."""
    target = town.in_service(name, address, priority=Priority.URGENT)
    town.clock.at += 4 * MINUTE
    town.tell(target, *[Outcome.FAILED] * 4, text="no answer")
    with town.house.state.read() as tx:
        return next(found.name for found in incidents.living(tx) if found.target == target.id)
