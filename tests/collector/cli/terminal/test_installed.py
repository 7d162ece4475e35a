"""What a command is not told, the installation says: by its file, or by the remote collector itself."""

import argparse
from pathlib import Path
from typing import Any

import pytest

from collector.cli import build_parser
from collector.cli.terminal import installed
from collector.cli.terminal.options import LANGUAGE, ZONE


@pytest.fixture(autouse=True)
def nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NINEWARD_URL", "NINEWARD_DATA", "NINEWARD_TOKEN"):
        monkeypatch.delenv(name, raising=False)


def asked(data: Path, *more: str) -> argparse.Namespace:
    arguments = build_parser(["report"]).parse_args(["--data", str(data), "report", "month", "2026-10", *more])
    installed.fill(arguments)
    return arguments


def test_the_file_of_the_data_folder_says_it(tmp_path: Path) -> None:
    (tmp_path / "nineward.toml").write_text('tz = "Europe/Berlin"\nlanguage = "zh-CN"\n')

    found = asked(tmp_path)

    assert (found.tz, found.lang) == ("Europe/Berlin", "zh-CN")


def test_what_was_given_is_kept(tmp_path: Path) -> None:
    (tmp_path / "nineward.toml").write_text('tz = "Europe/Berlin"\nlanguage = "zh-CN"\n')

    found = asked(tmp_path, "--tz", ZONE, "--lang", LANGUAGE)

    assert (found.tz, found.lang) == (ZONE, LANGUAGE)


@pytest.mark.parametrize(
    "text", ["", "tz = 5\nlanguage = 7\n", 'tz = "Nowhere/At_all"\nlanguage = "tlh"\n', "tz = = 1"]
)
def test_a_file_that_says_nothing_of_use_leaves_what_is_shipped(tmp_path: Path, text: str) -> None:
    (tmp_path / "nineward.toml").write_text(text)

    found = asked(tmp_path)

    assert (found.tz, found.lang) == (ZONE, LANGUAGE)


def test_a_remote_collector_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    class Remote:
        def __enter__(self) -> "Remote":
            return self

        def __exit__(self, *_: object) -> None:
            return None

        def get(self, path: str) -> dict[str, Any]:
            assert path == "place"
            return {"url": "https://c.example", "fingerprint": "ab", "tz": "UTC", "language": "zh-TW"}

    monkeypatch.setattr("collector.cli.terminal.answer.collector", lambda arguments: Remote())
    arguments = build_parser(["report"]).parse_args(["report", "list", "--url", "https://c.example"])

    installed.fill(arguments)

    assert (arguments.tz, arguments.lang) == ("UTC", "zh-TW")
