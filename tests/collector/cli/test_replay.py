"""``nineward replay`` as a user runs it, held to the vectors of the method."""

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.rules.vectors import VECTORS, Vector, compare

ROOT = Path(__file__).parents[3]


def replay(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "collector.cli", "replay", *words],
        capture_output=True,
        text=True,
        cwd=ROOT,
        timeout=60,
        check=False,
    )


def toml(table: Mapping[str, Any]) -> str:
    """Settings as a person would write them."""
    return "".join(f"{key} = {_toml(value)}\n" for key, value in table.items())


def _toml(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{key} = {_toml(part)}" for key, part in value.items()) + " }"
    return json.dumps(value)


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector.name)
def test_a_vector_comes_out_of_the_command(vector: Vector, tmp_path: Path) -> None:
    record, settings = tmp_path / "record.jsonl", tmp_path / "settings.toml"
    record.write_text("\n".join(vector.lines), encoding="utf-8")
    settings.write_text(toml(vector.settings), encoding="utf-8")

    done = replay(
        str(record), "--settings", str(settings), "--from", str(vector.start), "--to", str(vector.end),
        "--tz", vector.tz, "--json",
    )  # fmt: skip

    assert done.returncode == 0, done.stderr
    compare(vector, json.loads(done.stdout))


RECORD = """
{"target": {"name": "交换机-1", "kind": "switch"}}
{"check": {"id": "p", "target": "交换机-1", "kind": "ping", "interval": "60s"}}
{"result": {"check": "p", "agent": "a", "boot": "b", "seq": 1, "t": "2026-09-01T00:00:30+08:00", "outcome": "ok"}}
"""


@pytest.fixture
def record(tmp_path: Path) -> Path:
    path = tmp_path / "record.jsonl"
    path.write_text(RECORD, encoding="utf-8")
    return path


def test_the_table_for_people_is_in_their_language(record: Path) -> None:
    done = replay(str(record), "--from", "2026-09-01", "--to", "2026-09-01T00:01", "--lang", "zh-CN")

    assert "交换机-1" in done.stdout
    assert "可用率" in done.stdout


def test_files_may_come_from_standard_input(record: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "collector.cli", "replay", "-", "--from", "2026-09-01", "--to", "2026-09-02", "--json"],
        input=RECORD,
        capture_output=True,
        text=True,
        cwd=ROOT,
        timeout=60,
        check=True,
    )

    assert json.loads(done.stdout)["objects"][0]["name"] == "交换机-1"


def test_the_order_and_the_number_of_files_do_not_matter(tmp_path: Path, record: Path) -> None:
    first, second = tmp_path / "1.jsonl", tmp_path / "2.jsonl"
    lines = RECORD.strip().splitlines()
    first.write_text(lines[2] + "\n", encoding="utf-8")
    second.write_text("\n".join(lines[:2]), encoding="utf-8")
    period = ("--from", "2026-09-01", "--to", "2026-09-02", "--json")

    assert replay(str(first), str(second), *period).stdout == replay(str(record), *period).stdout


def test_every_mistake_of_a_record_is_told_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "bad.jsonl"
    path.write_text('{"target": {"nam": "x"}}\nnot json\n', encoding="utf-8")

    done = replay(str(path), "--from", "2026-09-01", "--to", "2026-09-02")

    assert done.returncode == 2
    assert "line 1" in done.stderr
    assert "line 2" in done.stderr


def test_an_unknown_setting_is_refused_with_a_guess(record: Path, tmp_path: Path) -> None:
    settings = tmp_path / "s.toml"
    settings.write_text("confirm_dwn = 2\n", encoding="utf-8")

    done = replay(str(record), "--settings", str(settings), "--from", "2026-09-01", "--to", "2026-09-02")

    assert done.returncode == 2
    assert "confirm_down" in done.stderr


def test_groups_of_a_record_are_pooled_by_a_label(tmp_path: Path) -> None:
    path = tmp_path / "record.jsonl"
    path.write_text(
        RECORD.replace('"kind": "switch"}', '"kind": "switch", "labels": {"site": "杭州"}}', 1), encoding="utf-8"
    )

    done = replay(str(path), "--period", "2026-09", "--group", "site", "--json")

    assert [group["value"] for group in json.loads(done.stdout)["groups"]] == ["杭州"]
