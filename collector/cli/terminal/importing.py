"""Lists of targets in files: CSV, TOML, YAML or JSON. CSV columns are the option names of ``nineward target add``.

CSV is read as UTF-8 with or without BOM, else as GB18030, which is what spreadsheets in China write. The other forms
hold a list of tables, below the key ``targets`` where the form needs one.
"""

import csv
import io
import json
import tomllib
from pathlib import Path
from typing import Any

from collector.cli.terminal.options import pairs
from rules.errors import Invalid

_LISTS = {"credential": "credentials", "parent": "parents"}


def targets(name: str) -> list[dict[str, Any]]:
    """The targets in the file, as the API takes them. Raises Invalid with the place of what cannot be read."""
    path = Path(name)
    try:
        content = path.read_bytes()
    except OSError as trouble:
        raise Invalid(f"{name} cannot be read: {trouble.strerror}.") from trouble
    text = _text(content, name)
    match path.suffix.lower():
        case ".csv":
            return _rows(text, name)
        case ".toml":
            return _listed(_parsed(tomllib.loads, text, name), name)
        case ".json":
            return _listed(_parsed(json.loads, text, name), name)
        case ".yaml" | ".yml":
            import yaml

            return _listed(_parsed(yaml.safe_load, text, name), name)
    raise Invalid(f"{name} is of no known kind; expected .csv, .toml, .yaml or .json.")


def _text(content: bytes, name: str) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Invalid(f"{name} is neither UTF-8 nor GB18030 text.")


def _parsed(parse: Any, text: str, name: str) -> Any:
    try:
        return parse(text)
    except Exception as trouble:  # each parser has an error of its own; all of them are about the file
        raise Invalid(f"{name} cannot be read: {trouble}") from trouble


def _listed(found: Any, name: str) -> list[dict[str, Any]]:
    if isinstance(found, dict):
        found = found.get("targets")
    if not isinstance(found, list) or not all(isinstance(entry, dict) for entry in found):
        raise Invalid(f"{name} holds no list of targets.")
    return found


def _rows(text: str, name: str) -> list[dict[str, Any]]:
    rows = csv.DictReader(io.StringIO(text, newline=""))
    if not rows.fieldnames or "name" not in rows.fieldnames:
        raise Invalid(f"{name} needs a first line with the columns' names, one of them name.")
    found = []
    for row in rows:
        if None in row:
            raise Invalid(f"{name}, line {rows.line_num}: more cells than columns.")
        found.append(_target({key: (value or "").strip() for key, value in row.items()}))
    return found


def _target(row: dict[str, str]) -> dict[str, Any]:
    """One row: empty cells say nothing, lists and labels are divided by spaces or semicolons."""
    target: dict[str, Any] = {}
    for column, cell in row.items():
        if not cell:
            continue
        if column in _LISTS:
            target[_LISTS[column]] = cell.replace(";", " ").split()
        elif column == "label":
            target["labels"] = pairs(cell.replace(";", " ").split())
        else:
            target[column] = cell
    return target
