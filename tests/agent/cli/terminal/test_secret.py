"""Secrets on a command line."""

from pathlib import Path

import pytest

from agent.cli.terminal.secret import indirect, secret
from rules.errors import Invalid


def test_a_secret_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COMMUNITY", "s3cret")

    assert secret("env:COMMUNITY") == "s3cret"


def test_a_secret_comes_from_a_file_without_the_end_of_its_line(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("s3cret\n", encoding="utf-8")

    assert secret(f"file:{tmp_path / 'key'}") == "s3cret"


def test_a_literal_secret_is_refused_and_not_repeated() -> None:
    with pytest.raises(Invalid) as trouble:
        secret("hunter2")

    assert "env:NAME" in str(trouble.value)
    assert "hunter2" not in str(trouble.value)


@pytest.mark.parametrize("given", ["env:NOT_SET_ANYWHERE", "file:/no/such/file"])
def test_what_is_not_there_is_named(given: str) -> None:
    with pytest.raises(Invalid, match=given.partition(":")[2]):
        secret(given)


def test_a_file_that_is_no_text_is_named(tmp_path: Path) -> None:
    (tmp_path / "key").write_bytes(b"\xff\xfe\xfd")

    with pytest.raises(Invalid, match="no UTF-8"):
        secret(f"file:{tmp_path / 'key'}")


def test_a_word_that_says_where_the_secret_stands_is_told_from_others() -> None:
    assert [indirect(word) for word in ("env:A", "file:b", "nwj_x", "env")] == [True, True, False, False]
