"""An open page in a real browser follows what happens, without being loaded again."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from collector.api.guards import COOKIE
from rules.result import Outcome
from tests.collector.web.chromium import PROGRAM, Chromium, chromium
from tests.collector.web.conftest import MINUTE, Browser, Town

pytestmark = pytest.mark.skipif(PROGRAM is None, reason="needs Chromium (Debian: apt install chromium)")


@pytest.fixture
def screen(town: Town, admin: Browser, tmp_path: Path) -> Iterator[Chromium]:
    with chromium(tmp_path / "profile") as browser:
        browser.call("Network.setCookie", name=COOKIE, value=admin.cookies[COOKIE], url=town.url, httpOnly=True)
        yield browser


def test_a_target_that_goes_down_is_seen_without_loading_the_page_again(town: Town, screen: Chromium) -> None:
    target = town.in_service("core-1", "127.0.0.2")
    screen.open(f"{town.url}/")
    assert "Up" in screen.evaluate(f"document.getElementById('row-{target.id}').innerText")
    screen.evaluate("window.untouched = true")
    screen.until("!document.getElementById('pulse').hidden")

    town.clock.at += 4 * MINUTE
    town.tell(target, *[Outcome.FAILED] * 4, text="no answer")

    screen.until(f"document.getElementById('row-{target.id}').innerText.includes('Down')")
    screen.until("document.getElementById('open-incidents').innerText.trim() === '1'")
    assert screen.evaluate("window.untouched")
    assert screen.complaints == []


def test_a_part_somebody_types_in_is_left_alone(town: Town, screen: Chromium) -> None:
    target = town.in_service("core-1", "127.0.0.2")
    screen.open(f"{town.url}/")
    screen.until("!document.getElementById('pulse').hidden")
    screen.evaluate("document.querySelector('input[name=q]').value = 'half a wo'")

    town.house.events.publish("state", {"target": target.id, "state": "up", "since": 0})
    screen.until(
        "performance.getEntriesByType('resource').filter((entry) => entry.initiatorType === 'fetch').length > 0"
    )

    assert screen.evaluate("document.querySelector('input[name=q]').value") == "half a wo"


def test_a_lost_connection_is_said(town: Town, screen: Chromium) -> None:
    screen.open(f"{town.url}/")
    screen.until("!document.getElementById('pulse').hidden")

    town.house.events.close()

    assert "may be old" in screen.until(
        "document.getElementById('pulse').classList.contains('is-lost') && document.getElementById('pulse').innerText"
    )


def test_a_sign_in_link_needs_no_click(town: Town, screen: Chromium) -> None:
    screen.call("Network.clearBrowserCookies")
    with town.house.state.read() as tx:
        somebody = tx.execute("SELECT id FROM object WHERE noun = 'person'").fetchone()["id"]

    screen.call("Page.navigate", url=f"{town.url}/sign-in?link={town.house.access.new_link(somebody)}")

    screen.until("location.pathname === '/' && document.querySelector('h1')?.innerText === 'Overview'")
