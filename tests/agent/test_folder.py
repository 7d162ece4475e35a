from pathlib import Path

import pytest

from agent.folder import Folder, Identity, write
from rules.errors import Broken, Missing
from rules.secret import Secret

ME = Identity("https://collector:8440", "a_1", "here", 1)


def test_what_join_brought_is_found_again_by_its_owner_alone(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "new" / "agent.toml")
    folder.remember(ME, Secret("s3cret"), "PEM")

    assert (folder.identity(), folder.token(), folder.ca()) == (ME, Secret("s3cret"), "PEM")
    assert {file.stat().st_mode & 0o777 for file in folder.path.iterdir()} == {0o600}
    assert folder.path.stat().st_mode & 0o777 == 0o700


def test_a_folder_without_identity_has_not_joined(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "agent.toml")

    assert folder.identity() is None
    with pytest.raises(Missing):
        folder.token()


def test_an_identity_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    (tmp_path / "identity.json").write_text('{"url": 1}')

    with pytest.raises(Broken):
        Folder(tmp_path / "agent.toml").identity()


def test_a_half_written_draft_of_an_earlier_crash_is_no_obstacle(tmp_path: Path) -> None:
    (tmp_path / "token.new").write_text("half")
    write(tmp_path / "token", b"whole")

    assert [file.name for file in tmp_path.iterdir()] == ["token"]
