"""``nineward whatif`` as a user types it."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from collector import cli
from collector.app import House, open_house
from collector.cli.terminal.progress import WIDTH, bar
from collector.serve import serving
from collector.settings import load
from collector.store import targets
from tests.collector.cli.test_commands import Shell
from tests.collector.watched import MINUTE, house_watched


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("whatif")
    (folder / "nineward.toml").write_text(f'key = "{folder / "key"}"\n', encoding="utf-8")
    with open_house(load(folder), deciding=False) as made, serving(made):
        house_watched(made, "core-1")
        yield made


@pytest.fixture
def shell(house: House, capsys: pytest.CaptureFixture[str]) -> Shell:
    return Shell(house.settings.data, capsys)


@pytest.fixture
def begun(house: House) -> int:
    with house.state.read() as tx:
        found = targets.resolve(tx, "core-1").in_service_from
    assert found is not None
    return found


def asked(shell: Shell, begun: int, *more: str) -> dict[str, Any]:
    said = shell(f"whatif --from {begun} --to {begun + 110 * MINUTE} --json", *more)
    found: dict[str, Any] = json.loads(said)
    return found


def test_with_nothing_changed_there_is_one_sentence(shell: Shell, begun: int) -> None:
    said = shell(f"whatif --from {begun} --to {begun + 110 * MINUTE}")

    assert said == "Nothing would have been different.\n"


def test_more_confirmations_lose_the_outage(shell: Shell, begun: int) -> None:
    (row,) = asked(shell, begun, "--set", "confirm_down=20")["outages"]

    assert (row["target"], row["what"], row["would_be"]) == ("core-1", "lost", None)


def test_settings_of_checks_by_selector(shell: Shell, begun: int) -> None:
    assert asked(shell, begun, "--check", "name=core-*", "ping.confirm_down=20", "confirm_up=1")["outages"]
    assert not asked(shell, begun, "--check", "name=other", "confirm_down=20")["outages"]


def test_half_the_repair_time_is_told_in_words(shell: Shell, begun: int) -> None:
    said = shell(f"whatif core-1 --from {begun} --to {begun + 110 * MINUTE} --repair-factor 0.5")

    assert "10.0 min" in said
    assert "5.0 min" in said
    assert "moved" in said


def test_a_window_over_the_outage_takes_it_out(shell: Shell, begun: int) -> None:
    window = ("--maintenance", "core-1", str(begun), str(begun + 60 * MINUTE))
    (entry,) = asked(shell, begun, *window)["objects"]

    assert entry["would_be"]["down_ms"] == 0
    assert entry["would_be"]["maintenance_ms"] == 60 * MINUTE


def test_a_scenario_file_and_options_add_up(shell: Shell, begun: int, tmp_path: Path) -> None:
    file = tmp_path / "scenario.toml"
    file.write_text('[parameters]\nconfirm_down = 20\n[[check]]\nselect = "*"\nsettings = { confirm_up = 1 }\n')

    assert asked(shell, begun, "--scenario", str(file))["outages"]
    assert not asked(shell, begun, "--scenario", str(file), "--set", "confirm_down=3", "--set", "confirm_up=2")[
        "outages"
    ]


def test_in_chinese(shell: Shell, begun: int) -> None:
    said = shell(f"whatif --from {begun} --to {begun + 110 * MINUTE} --set confirm_down=20 --lang zh-CN")

    assert "消失" in said
    assert "实际" in said


@pytest.mark.parametrize(
    "more",
    [
        ("--set", "interval=10s"),
        ("--set", "confirm_down"),
        ("--parent", "nobody=core-1"),
        ("--parent", "core-1=core-1"),
        ("--scenario", "absent.toml"),
        ("--without-maintenance", "7"),
    ],
)
def test_what_cannot_be_asked_is_a_mistake_in_usage(
    house: House, begun: int, capsys: pytest.CaptureFixture[str], more: tuple[str, str]
) -> None:
    period = ["--from", str(begun), "--to", str(begun + 110 * MINUTE)]

    assert cli.main(["--data", str(house.settings.data), "whatif", *period, *more]) == 2
    assert capsys.readouterr().err


@pytest.mark.parametrize(
    ("done", "whole", "full", "share"), [(0, 10, 0, "0%"), (5, 10, WIDTH // 2, "50%"), (12, 10, WIDTH, "100%")]
)
def test_the_bar_shows_the_share_that_is_done(done: int, whole: int, full: int, share: str) -> None:
    shown = bar(done, whole)

    assert shown.count("█") == full
    assert shown.endswith(share)


def test_a_bar_without_a_known_whole_only_says_that_it_goes_on() -> None:
    assert bar(3, 0) == "…"
