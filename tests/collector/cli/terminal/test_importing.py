"""Lists of targets in the four forms of file."""

from pathlib import Path

import pytest

from collector.cli.terminal.importing import targets
from rules.errors import Invalid

CSV = """name,address,kind,parent,label,priority
核心-1,192.0.2.1,switch,,site=hz;room=3,urgent
edge,192.0.2.2,,核心-1,,
"""
FOUND = [
    {
        "name": "核心-1",
        "address": "192.0.2.1",
        "kind": "switch",
        "labels": {"site": "hz", "room": "3"},
        "priority": "urgent",
    },
    {"name": "edge", "address": "192.0.2.2", "parents": ["核心-1"]},
]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_csv_is_read_in_each_encoding_people_have(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes(CSV.encode(encoding))

    assert targets(str(path)) == FOUND


@pytest.mark.parametrize(
    ("ending", "text"),
    [
        ("toml", '[[targets]]\nname = "edge"\naddress = "192.0.2.2"\n'),
        ("yaml", "targets:\n  - name: edge\n    address: 192.0.2.2\n"),
        ("json", '[{"name": "edge", "address": "192.0.2.2"}]'),
    ],
)
def test_other_forms_hold_tables(tmp_path: Path, ending: str, text: str) -> None:
    path = tmp_path / f"list.{ending}"
    path.write_text(text, encoding="utf-8")

    assert targets(str(path)) == [{"name": "edge", "address": "192.0.2.2"}]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.csv", "nam\nx\n"),
        ("a.csv", "name\nx,y\n"),
        ("a.toml", "["),
        ("a.json", "3"),
        ("a.txt", ""),
        ("a.yaml", "a: ["),
    ],
)
def test_what_cannot_be_read_is_told(tmp_path: Path, name: str, text: str) -> None:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")

    with pytest.raises(Invalid, match=r"a\."):
        targets(str(path))
