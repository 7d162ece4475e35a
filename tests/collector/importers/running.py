"""An importer as its command runs it, and what the engine makes of its lines."""

import contextlib
import io
import json
from typing import Any

from collector.cli import main
from rules.parameters import Parameters
from rules.period import Period
from rules.record import read_record
from rules.replay import replay


def imported(*words: str) -> tuple[int, list[str], str]:
    """Exit code, lines and what was said of ``nineward import``."""
    out, said = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(said):
        code = main(["import", *words])
    return code, out.getvalue().splitlines(), said.getvalue()


def judged(lines: list[str], start: int, end: int, **settings: Any) -> dict[str, dict[str, Any]]:
    """The figures of each object, by its name."""
    parameters = Parameters().with_settings(settings)
    found = replay(read_record(lines), Period(start, end), parameters)
    return {entry["name"]: entry for entry in found["objects"]}


def of_kind(lines: list[str], kind: str) -> list[dict[str, Any]]:
    """The lines of one kind, without that word."""
    return [entry[kind] for entry in map(json.loads, lines) if kind in entry]
