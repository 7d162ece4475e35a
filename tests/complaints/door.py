"""The command ``nineward replay``, as a user runs it on a file."""

import contextlib
import io
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from collector.cli import main


class Replay:
    """Runs the command on lines, in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __call__(self, lines: Iterable[str], start: int | str, end: int | str, **settings: Any) -> dict[str, Any]:
        """The document it prints; times without a zone are those of Shanghai."""
        record, chosen = self._folder / "record.jsonl", self._folder / "settings.toml"
        record.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        chosen.write_text(
            "".join(f"{key} = {json.dumps(value)}\n" for key, value in settings.items()), encoding="utf-8"
        )
        out, said = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(said):
            code = main(
                ["replay", str(record), "--from", str(start), "--to", str(end), "--settings", str(chosen), "--json"]
            )
        assert code == 0, said.getvalue()
        document: dict[str, Any] = json.loads(out.getvalue())
        return document

    def one(self, lines: Iterable[str], start: int | str, end: int | str, **settings: Any) -> dict[str, Any]:
        """The one object of a record that has only one."""
        (entry,) = self(lines, start, end, **settings)["objects"]
        assert isinstance(entry, dict)
        return entry

    def named(
        self, lines: Iterable[str], start: int | str, end: int | str, **settings: Any
    ) -> dict[str, dict[str, Any]]:
        """Every object by its name."""
        return {entry["name"]: entry for entry in self(lines, start, end, **settings)["objects"]}
