"""Credentials: sealed at rest, gone when replaced, and never shown."""

import os
from pathlib import Path

import pytest

from collector.specs import CredentialSpec, TargetSpec
from collector.store import credentials
from collector.store.state import State
from collector.vault import Vault, read_or_make
from rules.errors import Broken, Conflicting, Invalid
from rules.secret import Secret
from tests.collector.rooms import ADMIN, START, Rooms

LAB = CredentialSpec("lab", "snmp", {"community": "quite-secret"})


def boxes(rooms: Rooms) -> int:
    with rooms.state.read() as tx:
        return int(tx.execute("SELECT count(*) FROM sealed").fetchone()[0])


def test_what_was_sealed_can_be_opened(rooms: Rooms) -> None:
    made = rooms.registry.credentials.set(LAB, ADMIN)

    with rooms.state.read() as tx:
        assert rooms.registry.vault.open(tx, made.sealed) == {"community": Secret("quite-secret")}


def test_nothing_in_the_data_folder_shows_it(rooms: Rooms) -> None:
    rooms.registry.credentials.set(LAB, ADMIN)

    assert not any(b"quite-secret" in path.read_bytes() for path in rooms.settings.data.rglob("*") if path.is_file())


def test_the_key_lies_outside_the_data_folder_and_is_for_its_owner_alone(rooms: Rooms) -> None:
    rooms.registry.credentials.set(LAB, ADMIN)
    key = rooms.settings.key_file

    assert rooms.settings.data not in key.parents
    assert key.stat().st_mode & 0o777 == 0o600


def test_a_replaced_secret_is_gone(rooms: Rooms) -> None:
    rooms.registry.credentials.set(LAB, ADMIN)
    rooms.registry.credentials.set(CredentialSpec("lab", "snmp", {"community": "newer"}), ADMIN)

    assert boxes(rooms) == 1


def test_a_removed_credential_leaves_no_secret(rooms: Rooms) -> None:
    rooms.registry.credentials.set(LAB, ADMIN)
    rooms.registry.credentials.remove("lab", ADMIN)

    assert boxes(rooms) == 0
    with rooms.state.read() as tx:
        assert credentials.living(tx) == []


def test_a_credential_in_use_cannot_be_removed(rooms: Rooms) -> None:
    rooms.registry.credentials.set(LAB, ADMIN)
    rooms.registry.add_target(TargetSpec("sw", "192.0.2.1", snmp="v2c", credentials=("lab",)), ADMIN)

    with pytest.raises(Conflicting, match="sw"):
        rooms.registry.credentials.remove("lab", ADMIN)


@pytest.mark.parametrize(
    ("fields", "where"),
    [
        ({}, "fields"),
        ({"community": "a", "user": "b"}, "fields"),
        ({"comunity": "quite-secret"}, "fields.comunity"),
        ({"user": "a", "auth": "sha256"}, "fields"),
        ({"user": "a", "auth": "rot13", "auth_key": "quite-secret"}, "fields.auth"),
        ({"user": "a", "auth": "sha256", "auth_key": "short"}, "fields.auth_key"),
    ],
)
def test_a_credential_that_cannot_work_is_refused_without_repeating_it(
    rooms: Rooms, fields: dict[str, str], where: str
) -> None:
    with pytest.raises(Invalid) as refused:
        rooms.registry.credentials.set(CredentialSpec("lab", "snmp", fields), ADMIN)

    assert refused.value.mistakes[0].startswith(where)
    assert "quite-secret" not in str(refused.value)


def test_a_form_with_secrets_does_not_print_them() -> None:
    assert "quite-secret" not in repr(LAB)


def test_another_key_opens_nothing(tmp_path: Path) -> None:
    state = State(tmp_path / "state.db")
    with state.write() as tx:
        box = Vault(tmp_path / "one").seal(tx, "k_1", {"community": Secret("x")}, START)
        with pytest.raises(Broken, match="right key file"):
            Vault(tmp_path / "two").open(tx, box)
    state.close()


def test_a_key_file_that_is_none_is_not_written_over(tmp_path: Path) -> None:
    path = tmp_path / "key"
    path.write_text("notes")
    state = State(tmp_path / "state.db")
    with state.write() as tx, pytest.raises(Broken):
        Vault(path).seal(tx, "k_1", {"community": Secret("x")}, START)
    state.close()
    assert path.read_text() == "notes"


def test_a_key_file_is_whole_or_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A crash while it is written must not leave a file that holds no key: nothing could be sealed ever again."""
    path = tmp_path / "key"

    def crash(_: int) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as crashing:
        crashing.setattr(os, "fsync", crash)
        with pytest.raises(KeyboardInterrupt):
            read_or_make(path)
    assert not path.exists()

    assert read_or_make(path) == read_or_make(path)


def test_of_two_who_make_a_key_file_both_have_the_first_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "key"
    first: list[bytes] = []
    link = Path.hardlink_to

    def beaten(self: Path, draft: Path) -> None:
        if not first:
            first.append(b"")
            first.append(read_or_make(path))
        link(self, draft)

    monkeypatch.setattr(Path, "hardlink_to", beaten)

    assert read_or_make(path) == first[1] == read_or_make(path)
