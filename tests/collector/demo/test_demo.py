"""A short made-up life in real rooms: what happened is what the figures say."""

import json
from pathlib import Path
from typing import Any

import pytest

from collector.app import open_house
from collector.cli import main
from collector.demo.fleet import targets
from collector.demo.life import Life, live
from collector.demo.made import GivenClock, make
from collector.demo.marker import holds_one
from collector.demo.people import ADMIN
from collector.settings import Settings
from collector.store import incidents
from rules.parameters import DAY, MINUTE
from rules.period import Period, parse_instant

TZ = "Asia/Shanghai"
START = parse_instant("2026-06-01", TZ)
END = START + 8 * DAY


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Settings, Life]:
    """Eight days."""
    folder = tmp_path_factory.mktemp("demo")
    settings = Settings(key=folder / "key").at(folder / "data")
    make(settings, START, END, 3, lambda done, whole: None)
    return settings, live(targets(), START, END, TZ, 3)


def figures(settings: Settings) -> dict[str, Any]:
    with open_house(settings, GivenClock(END), deciding=False) as house:
        return house.timelines.figures(None, Period(START, END, TZ), END)


def test_every_fault_is_an_outage_and_nothing_else_is(made: tuple[Settings, Life]) -> None:
    settings, life = made
    found = {entry["name"]: entry for entry in figures(settings)["objects"] if entry["kind"] != "service"}
    corrected = {name for name, entry in found.items() if entry["excluded_ms"]}

    assert len(corrected) == 1  # the carrier's outage
    for name in found.keys() - corrected:
        outages = found[name]["outages"]
        assert len(outages) == len(life.down(name))
        for outage, (start, end) in zip(outages, life.down(name), strict=True):
            assert abs(outage["start"] - start) <= 6 * MINUTE
            assert abs(outage["end"] - end) <= 6 * MINUTE
    assert sum(len(entry["outages"]) for entry in found.values()) == len(life.faults) - 1


def test_some_complained_and_were_answered(made: tuple[Settings, Life]) -> None:
    settings, _ = made
    with open_house(settings, GivenClock(END), deciding=False) as house:
        found = house.complaints.all(ADMIN)

    assert found
    assert all(one.incident and one.subject and one.complainant for one in found)
    assert any(one.replied is not None for one in found)


def test_people_answered(made: tuple[Settings, Life]) -> None:
    settings, life = made
    with open_house(settings, GivenClock(END), deciding=False) as house, house.state.read() as tx:
        found = incidents.page(tx, limit=-1)

    assert len(found) == len(life.faults)
    assert any(incident.answered for incident in found)
    assert any(incident.cause for incident in found)


def test_a_lived_in_folder_is_known(made: tuple[Settings, Life], tmp_path: Path) -> None:
    assert holds_one(made[0].data)
    assert not holds_one(tmp_path)


def test_nothing_made_up_is_added_to_a_folder_of_somebodys_own(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = Settings(key=tmp_path / "key").at(tmp_path / "data")
    with open_house(settings, GivenClock(START), deciding=False) as house:
        house.registry.import_targets(targets()[:1], ADMIN)
    before = {path: path.read_bytes() for path in settings.data.rglob("*") if path.is_file() and path.suffix != ".db"}

    assert main(["--data", str(settings.data), "demo", "--no-serve"]) == 2
    assert "was not made up" in capsys.readouterr().err
    assert {path: path.read_bytes() for path in before} == before


def test_a_life_that_was_cut_off_is_not_shown_as_a_whole_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def cut(done: int, whole: int) -> None:
        raise KeyboardInterrupt

    settings = Settings(key=tmp_path / "key").at(tmp_path / "data")
    with pytest.raises(KeyboardInterrupt):
        make(settings, START, START + DAY, 3, cut)

    assert main(["--data", str(settings.data), "demo", "--no-serve"]) == 2
    assert "cut off" in capsys.readouterr().err


def test_another_life_is_not_laid_over_one_that_is_there(
    made: tuple[Settings, Life], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--data", str(made[0].data), "demo", "--no-serve", "--seed", "5"]) == 2
    assert "holds a made-up life already" in capsys.readouterr().err


def test_the_same_seed_gives_the_same_figures(made: tuple[Settings, Life], tmp_path: Path) -> None:
    settings = Settings(key=tmp_path / "key").at(tmp_path / "data")
    make(settings, START, END, 3, lambda done, whole: None)

    assert json.dumps(figures(settings)) == json.dumps(figures(made[0]))
