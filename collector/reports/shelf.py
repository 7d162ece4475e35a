"""The shelf: the files of issued reports as they were first made, each known by its hash.

``DATA/reports/<id>/`` holds them. What is there is given out only while it is, byte for byte, what was kept.
"""

import contextlib
import hashlib
import json
import os
import threading
from pathlib import Path
from typing import Any

from collector.ids import new_id
from collector.reports import formats
from collector.store import reports
from collector.store.log import sync_folder
from collector.store.reports import SEALED
from collector.store.state import State
from collector.texts import translator
from rules.errors import Broken, Unavailable


class Shelf:
    """The kept files of one data folder. Usable from any thread."""

    def __init__(self, state: State, folder: Path) -> None:
        self.folder = folder
        self._state = state
        self._one_maker = threading.Lock()

    def document(self, key: str) -> dict[str, Any]:
        """The sealed document of a report. Raises Missing, and Broken where it is not what was kept."""
        with self._state.read() as tx:
            reports.get(tx, key)
            known = reports.hash_of(tx, key, SEALED)
        document: dict[str, Any] = json.loads(self._kept(key, SEALED, known))
        return document

    def file(self, key: str, form: str, lang: str) -> tuple[bytes, str]:
        """A report in a format and language, and its media type; rendered the first time, kept from then on.

        Raises Missing for an unknown report, Invalid for an unknown format or language, and Broken where a file is not
        what was kept.
        """
        found, lang = formats.find(form), translator(lang).language
        name = f"report.{lang}.{form}" if found.LANGUAGES else f"report.{form}"
        known = self._known(key, name)
        if known is None:
            # One at a time: two that make the same file may make other bytes of it, and one hash is noted.
            with self._one_maker:
                known = self._known(key, name)
                if known is None:
                    # What lies there without a hash was never given out: its maker was killed before noting one.
                    content = found.render(self.document(key), lang)
                    keep(self.folder / key / name, content)
                    known = hashlib.sha256(content).hexdigest()
                    with self._state.write() as tx:
                        reports.add_file(tx, key, name, known)
        return self._kept(key, name, known), found.MEDIA

    def _known(self, key: str, name: str) -> str | None:
        with self._state.read() as tx:
            reports.get(tx, key)
            return reports.hash_of(tx, key, name)

    def _kept(self, key: str, name: str, known: str | None) -> bytes:
        try:
            content = (self.folder / key / name).read_bytes()
        except OSError as trouble:
            raise Broken(_advised(f"cannot be read: {trouble.strerror}", key, name)) from trouble
        if hashlib.sha256(content).hexdigest() != known:
            raise Broken(_advised("is not what was kept: somebody or something changed it", key, name))
        return content


def keep(path: Path, content: bytes) -> None:
    """Write a file whole and durable, or not at all. Raises Unavailable where the disk does not take it."""
    partly = path.with_name(f".{path.name}.{new_id('w')}")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with partly.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        partly.replace(path)
        sync_folder(path.parent)
    except OSError as trouble:
        raise Unavailable(f"{path.name} cannot be written: {trouble.strerror}. Free some disk space.") from trouble
    finally:
        with contextlib.suppress(FileNotFoundError):
            partly.unlink()


def _advised(what: str, key: str, name: str) -> str:
    return f"{name} of the report {key} {what}. Restore the folder reports/{key} of the data from a backup."
