"""Maintenance and corrections on the pages: who sees them, who approves them, and what is said when one may not."""

from collections.abc import Iterator

import pytest

from collector.specs import CorrectionSpec, MaintenanceSpec, ServiceSpec
from collector.store import windows
from rules.result import Outcome
from tests.collector.rooms import ADMIN
from tests.collector.web.conftest import MINUTE, Browser, Town, person
from tests.collector.web.parsed import parsed


@pytest.fixture
def quality(town: Town) -> Iterator[Browser]:
    town.in_service("core-1", "127.0.0.2", labels={"site": "hz"})
    with person(town, "grace", "quality") as browser:
        yield browser


def proposed(town: Town) -> tuple[int, int]:
    """The numbers of a window and of a correction that wait for approval."""
    overlays, now = town.house.registry.overlays, town.clock.at
    planned = MaintenanceSpec(("core-1",), "new fans", start=now + 60 * MINUTE, duration="30m", every="week", tz="UTC",
                              until=now + 30 * 1440 * MINUTE)  # fmt: skip
    spec = CorrectionSpec("core-1", now - 9 * MINUTE, now - 8 * MINUTE, "down", "seen by users", evidence="T-17")
    found = overlays.announce(planned, ADMIN).maintenance.number, overlays.propose(spec, ADMIN).number
    town.wait_until_recorded()
    return found


def test_both_lists_are_sound_and_offer_approval(town: Town, quality: Browser) -> None:
    proposed(town)

    page = quality.get("/overlays").text

    assert parsed(page).mistakes == []
    assert all(text in page for text in ("new fans", "each week", "seen by users", "T-17"))
    assert page.count('action="/overlays/maintenance/1/approve"') == 1
    assert page.count('action="/overlays/correction/1/approve"') == 1


def test_empty_lists_say_so(quality: Browser) -> None:
    page = quality.get("/overlays").text

    assert ("No maintenance runs or is to come." in page, "Nothing was corrected." in page) == (True, True)


@pytest.mark.parametrize("noun", ["maintenance", "correction"])
def test_a_button_approves(town: Town, quality: Browser, noun: str) -> None:
    proposed(town)

    answer = quality.post(f"/overlays/{noun}/1/approve")

    town.wait_until_recorded()
    assert (answer.status_code, answer.headers["Location"]) == (303, "/overlays")
    with town.house.state.read() as tx:
        found = windows.maintenance_numbered(tx, 1) if noun == "maintenance" else windows.correction_numbered(tx, 1)
    assert found is not None
    assert found.approved_at == town.clock.at
    assert f"/overlays/{noun}/1/approve" not in quality.get("/overlays").text


def test_nobody_approves_what_they_proposed(town: Town, quality: Browser) -> None:
    with person(town, "ling", "admin") as browser:
        now = town.clock.at
        spec = {"target": "core-1", "start": now - 9 * MINUTE, "end": now - 8 * MINUTE, "to_class": "excluded",
                "reason": "power cut", "responsible": "power"}  # fmt: skip
        assert browser.post("/api/v1/corrections", json=spec).status_code == 201
        town.wait_until_recorded()

        assert "/overlays/correction/1/approve" not in browser.get("/overlays").text
        answer = browser.post("/overlays/correction/1/approve")

    assert answer.status_code == 403
    assert "Somebody other than the proposer must approve this." in answer.text


def test_who_may_not_approve_is_offered_no_button_and_refused(town: Town, quality: Browser) -> None:
    proposed(town)

    with person(town, "wei", "operator") as browser:
        assert "approve" not in browser.get("/overlays").text
        assert browser.post("/overlays/correction/1/approve").status_code == 403


def test_a_scope_hides_the_others_and_what_is_about_them(town: Town, quality: Browser) -> None:
    proposed(town)

    with person(town, "mei", "quality", {"site": "sh"}) as browser:
        assert "new fans" not in browser.get("/overlays").text
        assert browser.post("/overlays/maintenance/1/approve").status_code == 404


def test_who_is_responsible_for_a_site_approves_there(town: Town, quality: Browser) -> None:
    proposed(town)

    with person(town, "mei", "quality", {"site": "hz"}) as browser:
        assert "/overlays/correction/1/approve" in browser.get("/overlays").text
        assert browser.post("/overlays/correction/1/approve").status_code == 303


@pytest.mark.parametrize("path", ["/overlays/mute/1/approve", "/overlays/correction/99/approve"])
def test_what_does_not_exist_cannot_be_approved(quality: Browser, path: str) -> None:
    assert quality.post(path).status_code == 404


def test_a_window_that_is_over_says_so(town: Town, quality: Browser) -> None:
    now = town.clock.at
    spec = MaintenanceSpec(("core-1",), "short", start=now + 5 * MINUTE, duration="5m")
    town.house.registry.overlays.announce(spec, ADMIN)
    town.wait_until_recorded()
    town.clock.at += 20 * MINUTE

    answer = quality.post("/overlays/maintenance/1/approve")

    assert (answer.status_code, "is over" in answer.text) == (409, True)


def test_the_services_with_their_parts_and_this_months_figures(town: Town, admin: Browser) -> None:
    core = town.in_service("core-1", "127.0.0.2")
    town.in_service("core-2", "127.0.0.3")
    registry = town.house.registry
    registry.agreements.set_service(ServiceSpec("shop", {"any_of": ["core-1", "core-2"]}, {"site": "hz"}), ADMIN)
    registry.agreements.set_service(ServiceSpec("line", {"all_of": ["core-1"]}), ADMIN)
    town.clock.at += 5 * MINUTE
    town.tell(core, *[Outcome.FAILED] * 5)

    page = admin.get("/services").text

    assert parsed(page).mistakes == []
    assert all(text in page for text in ("any_of(core-1, core-2)", "all_of(core-1)", "site=hz", "house"))
    assert page.index("Down") < page.index("any_of")


def test_without_services_the_page_says_how_to_make_one(admin: Browser) -> None:
    page = admin.get("/services").text

    assert parsed(page).mistakes == []
    assert "nineward service add" in page


def test_a_scope_hides_services_too(town: Town, admin: Browser) -> None:
    town.in_service("core-1", "127.0.0.2")
    town.house.registry.agreements.set_service(ServiceSpec("shop", {"all_of": ["core-1"]}, {"site": "hz"}), ADMIN)
    town.clock.at += MINUTE

    with person(town, "mei", "viewer", {"site": "sh"}) as browser:
        assert "shop" not in browser.get("/services").text
