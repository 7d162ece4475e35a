"""The documents hold together: every link between them leads somewhere."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGES = sorted(page.relative_to(ROOT) for page in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_every_link_leads_somewhere(page: Path) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    targets = [target for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", text) if "://" not in target]

    assert [target for target in targets if not (ROOT / page.parent / target).exists()] == []


def test_every_page_is_listed() -> None:
    index = (ROOT / "docs" / "README.md").read_text(encoding="utf-8")
    folders = ("reference/probes", "reference/tickets", "reference/notices/", "decisions")
    pages = [page.relative_to("docs") for page in PAGES if page.parts[0] == "docs" and page.name != "README.md"]

    assert [str(page) for page in pages if str(page) not in index and not str(page).startswith(folders)] == []
