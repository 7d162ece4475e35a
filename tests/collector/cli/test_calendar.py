"""``nineward calendar`` and ``nineward objective``, as a user types them."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from collector import cli
from collector.app import House, open_house
from collector.serve import serving
from collector.settings import load
from tests.collector.watched import house_watched

Run = Callable[..., Any]

HOLIDAYS = "日期,类型,名称\n2026-10-01,休,国庆节\n2026-10-10,班,国庆节\n"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A collector with one watched target, on a folder of its own."""
    folder = tmp_path_factory.mktemp("house")
    (folder / "nineward.toml").write_text(f'key = "{folder / "key"}"\n', encoding="utf-8")
    with open_house(load(folder)) as made, serving(made):
        house_watched(made, "core-1")
        yield made


@pytest.fixture
def run(house: House, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command and answer what it printed; its JSON where it was asked for."""

    def command(*words: str, code: int = 0) -> Any:
        assert cli.main(["--data", str(house.settings.data), *words]) == code
        said = capsys.readouterr()
        return json.loads(said.out) if "--json" in words else said.out + said.err

    return command


@pytest.fixture
def holidays(tmp_path: Path) -> str:
    path = tmp_path / "2026.csv"
    path.write_bytes(HOLIDAYS.encode("gb18030"))
    return str(path)


def test_a_calendar_lives_from_add_to_remove(run: Run, holidays: str) -> None:
    run("calendar", "add", "office", "--weekly", "mon-fri=09:00-12:00,13:30-18:00", "--closed", "2026-05-01=劳动节")
    dry = run("calendar", "import", "office", holidays, "--dry-run", "--json")
    first = run("calendar", "import", "office", holidays, "--json")
    second = run("calendar", "import", "office", holidays, "--json")
    run("calendar", "add", "office", "--ordinary", "2026-05-01", "--open", "2026-10-11=10:00-15:00", "--year", "2025")
    shown = run("calendar", "show", "office", "--json")
    listed = run("calendar", "list", "--json")
    run("calendar", "remove", "office")

    assert dry["added"] == first["added"] == second["unchanged"] == ["2026-10-01", "2026-10-10"]
    assert second["added"] == []
    assert (shown["closed"], shown["years"]) == (["2026-10-01"], [2025, 2026])
    assert shown["open"] == {"2026-10-10": ["09:00-12:00", "13:30-18:00"], "2026-10-11": ["10:00-15:00"]}
    assert [one["name"] for one in listed] == ["office"]
    assert run("calendar", "list", "--json") == []


@pytest.mark.parametrize(
    ("lang", "words"),
    [("en", ("day off", "国庆节", "Weekly hours")), ("zh-CN", ("休", "国庆节", "每周工作时间"))],
)
def test_a_calendar_is_shown_to_people(run: Run, holidays: str, lang: str, words: tuple[str, ...]) -> None:
    run("calendar", "add", f"office-{lang}", "--weekly", "mon-fri=09:00-18:00")
    told = run("calendar", "import", f"office-{lang}", holidays, "--lang", lang)
    said = run("calendar", "show", f"office-{lang}", "--lang", lang)
    listed = run("calendar", "list", "--lang", lang)

    assert [word for word in words if word not in said] == []
    assert "2026" in told
    assert f"office-{lang}" in listed


def test_a_file_that_cannot_be_used_changes_nothing(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "bad.csv"
    path.write_text("date,kind\n2026-10-01,closed\n2026-10-02,perhaps\n", encoding="utf-8")
    run("calendar", "add", "whole", "--weekly", "mon-fri=09:00-18:00")

    said = run("calendar", "import", "whole", str(path), code=2)

    assert "line 3" in said
    assert run("calendar", "show", "whole", "--json")["closed"] == []


def test_a_make_up_day_needs_hours_from_somewhere(run: Run) -> None:
    assert "hours" in run("calendar", "add", "bare", "--open", "2026-10-10", code=2)


@pytest.mark.parametrize(
    ("lang", "sentence"),
    [("en", "Budget left: one more outage of"), ("zh-CN", "余量：还可再中断一次")],
)
def test_objectives_are_told_to_people(run: Run, lang: str, sentence: str) -> None:
    assert sentence in run("objective", "list", "--lang", lang)
    assert "core-1" in run("objective", "show", "house", "--lang", lang)


def test_objectives_are_told_to_programs(run: Run) -> None:
    (listed,) = run("objective", "list", "--json")
    shown = run("objective", "show", "house", "--json")

    assert listed["agreement"] == shown["agreement"] == {"name": "house", "version": None}


def test_an_agreement_that_is_not_in_force_is_an_error(run: Run) -> None:
    assert "none" in run("objective", "show", "none", code=2)
