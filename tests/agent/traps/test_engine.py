"""The agent as an SNMP engine: one id, and starts that are never counted twice."""

from pathlib import Path

import pytest

from agent.traps.engine import started
from rules.errors import Broken


def test_the_id_stays_and_every_start_counts(tmp_path: Path) -> None:
    first, second = started(tmp_path / "engine.json"), started(tmp_path / "engine.json")
    assert (second.id, first.boots, second.boots) == (first.id, 1, 2)


def test_the_id_is_of_the_form_for_octets_of_ones_own(tmp_path: Path) -> None:
    made = started(tmp_path / "engine.json").id
    assert (made[0] & 0x80, made[4], 5 <= len(made) <= 32) == (0x80, 5, True)


def test_two_agents_have_two_ids(tmp_path: Path) -> None:
    assert started(tmp_path / "a.json").id != started(tmp_path / "b.json").id


def test_the_last_boots_there_are_make_a_new_engine(tmp_path: Path) -> None:
    (tmp_path / "engine.json").write_text('{"id": "8000000005aabbccdd", "boots": 2147483646}')
    assert started(tmp_path / "engine.json").boots == 1


def test_a_broken_file_is_said_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "engine.json").write_text("{")
    with pytest.raises(Broken, match=r"engine\.json"):
        started(tmp_path / "engine.json")
    assert (tmp_path / "engine.json").read_text() == "{"
