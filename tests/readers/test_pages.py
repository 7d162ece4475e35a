"""The page before a validator of HTML, and before people who cannot see it, on the screen and on paper."""

import functools
import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from collector.reports.formats.html import render
from tests.collector.reports import stories, wide
from tests.collector.web.chromium import PROGRAM, Chromium, chromium

HOME = Path(os.environ.get("READERS", ""))
"""Where ``npm.sh`` has put the validator and the checker."""
VALIDATOR = HOME / "node_modules" / "html-validate" / "bin" / "html-validate.js"
AXE = HOME / "node_modules" / "axe-core" / "axe.min.js"

validated = pytest.mark.skipif(
    not VALIDATOR.is_file() or shutil.which("node") is None, reason="html-validate is not installed"
)
seen = pytest.mark.skipif(not AXE.is_file() or PROGRAM is None, reason="axe-core or chromium is not installed")

DOCUMENTS: dict[str, Callable[[], dict[str, Any]]] = {
    "five targets": stories.document,
    "200 targets": functools.partial(wide.document, 200),
    "a draft": functools.partial(stories.document, now=stories.MONTH.end - stories.DAY),
    "nothing but its targets": functools.partial(
        stories.document, targets=[], pending=[], mutes=[], maintenance=[], corrections=[], incidents=[]
    ),
}

_CHECKED = """axe.run(document, {resultTypes: ["violations"]}).then(found => JSON.stringify({
  passes: found.passes.length,
  violations: found.violations.map(one => [one.id, one.help, one.nodes.slice(0, 3).map(node => node.html)])
}))"""


@functools.cache
def issued(name: str, lang: str) -> bytes:
    return render(DOCUMENTS[name](), lang)


def complaints(folder: Path, page: bytes) -> list[str]:
    """What the validator says of a page by all rules it recommends, and those of the standard."""
    (folder / "page.html").write_bytes(page)
    # Into a file: node does not wait until what it writes to a pipe has been read.
    with (folder / "said.json").open("wb") as said:
        status = subprocess.run(
            ["node", VALIDATOR, "--preset", "recommended,standard,a11y", "--formatter", "json", folder / "page.html"],
            check=False, stdout=said, timeout=120,
        ).returncode  # fmt: skip
    assert status in (0, 1)
    found = json.loads((folder / "said.json").read_bytes())
    return [f"{one['ruleId']}: {one['message']}" for file in found for one in file["messages"]]


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chromium]:
    with chromium(tmp_path_factory.mktemp("profile")) as found:
        yield found


def checked(browser: Chromium, folder: Path, page: bytes, media: str) -> dict[str, Any]:
    """What axe says of a page shown on that medium."""
    (folder / "page.html").write_bytes(page)
    browser.open((folder / "page.html").as_uri())
    browser.call("Emulation.setEmulatedMedia", media=media)
    browser.evaluate(AXE.read_text(encoding="utf-8"))
    said = browser.call("Runtime.evaluate", expression=_CHECKED, awaitPromise=True, returnByValue=True)
    found: dict[str, Any] = json.loads(said["result"]["value"])
    return found


@validated
@pytest.mark.parametrize("lang", ["en", "zh-CN"])
@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_page_is_valid(name: str, lang: str, tmp_path: Path) -> None:
    assert complaints(tmp_path, issued(name, lang)) == []


@validated
@pytest.mark.parametrize("broken", ["<p id='a'></p><p id='a'></p>", "<div><span></div>", "<img src='a.png'>"])
def test_an_invalid_page_is_found_to_be_one(broken: str, tmp_path: Path) -> None:
    page = issued("five targets", "en").replace(b"<main>", b"<main>" + broken.encode())

    assert complaints(tmp_path, page) != []


@seen
@pytest.mark.parametrize("media", ["screen", "print"])
@pytest.mark.parametrize("lang", ["en", "zh-CN"])
@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_page_can_be_read_by_everybody(browser: Chromium, name: str, lang: str, media: str, tmp_path: Path) -> None:
    found = checked(browser, tmp_path, issued(name, lang), media)

    assert found["violations"] == []
    assert found["passes"] > 20


@seen
def test_what_not_everybody_can_read_is_found(browser: Chromium, tmp_path: Path) -> None:
    page = issued("five targets", "en").replace(b"--soft: #57606a", b"--soft: #c0c8d0")

    assert "color-contrast" in [one[0] for one in checked(browser, tmp_path, page, "screen")["violations"]]


@seen
@pytest.mark.parametrize("lang", ["en", "zh-CN"])
@pytest.mark.parametrize("name", ["five targets", "200 targets"])
def test_nothing_but_wide_tables_is_wider_than_the_screen(
    browser: Chromium, name: str, lang: str, tmp_path: Path
) -> None:
    (tmp_path / "page.html").write_bytes(issued(name, lang))
    browser.open((tmp_path / "page.html").as_uri())

    assert browser.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth") is True
    assert browser.complaints == []
