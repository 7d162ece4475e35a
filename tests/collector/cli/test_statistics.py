"""``nineward statistics`` against a running collector, as a user types it."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from collector import cli
from collector.app import House, open_house
from collector.serve import serving
from collector.settings import load
from collector.store import targets
from tests.collector.watched import MINUTE, house_watched


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A collector with one watched target that failed for ten minutes, on a folder of its own."""
    folder = tmp_path_factory.mktemp("house")
    (folder / "nineward.toml").write_text(f'key = "{folder / "key"}"\n', encoding="utf-8")
    with open_house(load(folder)) as made, serving(made):
        house_watched(made, "core-1")
        yield made


@pytest.fixture
def words(house: House) -> list[str]:
    """The command for the two hours that were watched."""
    with house.state.read() as tx:
        began = targets.resolve(tx, "core-1").in_service_from
    assert began is not None
    data: Path = house.settings.data
    return ["--data", str(data), "statistics", "core-1", "--from", str(began), "--to", str(began + 119 * MINUTE)]


def test_it_prints_one_document_for_programs(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main([*words, "--json"]) == 0

    assert json.loads(capsys.readouterr().out)["exposure"]["failures"] == 1


@pytest.mark.parametrize(
    ("lang", "sentence"),
    [
        ("en", "At least 500.0 h: not demonstrated."),
        ("zh-CN", "未证明 ≥ 500.0 h。"),
    ],
)
def test_it_prints_sentences_for_people(
    words: list[str], capsys: pytest.CaptureFixture[str], lang: str, sentence: str
) -> None:
    assert cli.main([*words, "--lang", lang, "--tz", "Europe/Berlin"]) == 0

    said = capsys.readouterr().out
    assert sentence in said
    assert "(Europe/Berlin)" in said


def test_an_unknown_target_is_an_error(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main([*words[:3], "absent", *words[4:]]) == 2

    assert "absent" in capsys.readouterr().err
