"""Words of the command line as data."""

import pytest

from collector.cli.terminal.options import pairs, settings
from rules.errors import Invalid


def test_pairs_keep_their_text() -> None:
    assert pairs(["site=hz", "note=a=b"]) == {"site": "hz", "note": "a=b"}


def test_a_word_without_equals_is_refused() -> None:
    with pytest.raises(Invalid, match="site"):
        pairs(["site"])


def test_settings_tell_numbers_and_truth_from_texts() -> None:
    assert settings(["confirm_down=2", "ratio=0.5", "vital=true", "interval=30s"]) == {
        "confirm_down": 2,
        "ratio": 0.5,
        "vital": True,
        "interval": "30s",
    }
