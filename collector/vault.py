"""The vault: credentials sealed under a key file that lies outside the data folder.

The log never holds them, sealed or not, because it is kept for years and a credential must be able to vanish. Sealed
with Fernet (AES-128-CBC and HMAC-SHA-256, https://github.com/fernet/spec).
"""

import os
import sqlite3
import tempfile
from collections.abc import Mapping
from pathlib import Path

import msgspec
from cryptography.fernet import Fernet, InvalidToken

from collector.ids import new_id
from rules.errors import Broken, Invalid, Missing
from rules.secret import Secret


class Vault:
    """Seals and opens tables of secrets. The key file is made at the first need, mode 0600."""

    def __init__(self, key_file: Path) -> None:
        self._path = key_file
        self._fernet: Fernet | None = None

    def seal(self, tx: sqlite3.Connection, owner: str, secrets: Mapping[str, Secret], now: int) -> str:
        """Put the secrets of a credential (by id) into a new box and return the box's id."""
        plain = msgspec.json.encode({name: secret.reveal() for name, secret in secrets.items()})
        box = new_id("s")
        tx.execute(
            "INSERT INTO sealed (id, owner, sealed_at, box) VALUES (?, ?, ?, ?)",
            (box, owner, now, self._key().encrypt(plain).decode("ascii")),
        )
        return box

    def open(self, tx: sqlite3.Connection, box: str) -> dict[str, Secret]:
        """What was sealed. Raises Missing when the box is gone, Broken when the key file is another one."""
        row = tx.execute("SELECT box FROM sealed WHERE id = ?", (box,)).fetchone()
        if row is None:
            raise Missing("The secrets of this credential are gone. Set it again.")
        try:
            plain = self._key().decrypt(row["box"].encode("ascii"))
        except InvalidToken:
            raise Broken(
                f"A credential cannot be opened with the key in {self._path}. Put the right key file back, or set the"
                " credential again."
            ) from None
        return {name: Secret(text) for name, text in msgspec.json.decode(plain, type=dict[str, str]).items()}

    def forget(self, tx: sqlite3.Connection, owner: str, keep: str = "") -> None:
        """Delete the boxes of a credential (by id), but for the one named by ``keep``."""
        tx.execute("DELETE FROM sealed WHERE owner = ? AND id <> ?", (owner, keep))

    def _key(self) -> Fernet:
        if self._fernet is None:
            self._fernet = Fernet(read_or_make(self._path))
        return self._fernet


def read_or_make(path: Path) -> bytes:
    """The key in that file; a new one where there is no file. Raises Invalid, Broken for a file that holds none."""
    try:
        key = path.read_bytes().strip()
        Fernet(key)
    except FileNotFoundError:
        return _make(path)
    except OSError as trouble:
        raise Invalid(f"The key file {path} cannot be read: {trouble.strerror}.") from trouble
    except ValueError:
        raise Broken(f"{path} holds no key. Put the right key file back.") from None
    return key


def _make(path: Path) -> bytes:
    """Make the file whole or not at all: a key file cut short by a crash would seal nothing ever again."""
    key = Fernet.generate_key()
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    except OSError as trouble:
        raise _refused(path, trouble) from trouble
    draft = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(key + b"\n")
            file.flush()
            os.fsync(file.fileno())
        # Unlike a rename this never puts a new key in the place of one that somebody made meanwhile.
        path.hardlink_to(draft)
    except FileExistsError:
        return read_or_make(path)
    except OSError as trouble:
        raise _refused(path, trouble) from trouble
    finally:
        draft.unlink()
    _keep(path.parent)
    return key


def _keep(folder: Path) -> None:
    """Have the names in a folder on the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _refused(path: Path, trouble: OSError) -> Invalid:
    return Invalid(f"The key file {path} cannot be made: {trouble.strerror}. Name another one by key = …")
