"""Holidays in tables: a row of a CSV file, or a table of a TOML or JSON file, for each day or stretch of days.

Columns are found by their names, in English or Chinese: date, until (the last day, where it is a stretch), kind, name,
hours. Two forms that many programs in China exchange are known too: ``days`` with ``isOffDay``, and an object
``holiday`` of days with a boolean of the same name.
"""

import csv
import io
import json
import tomllib
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from collector.holidays.day import Day, Holidays, day, each, gathered, hours, kind
from rules.errors import Invalid

_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "date": ("date", "day", "from", "start", "日期", "开始", "开始日期"),
    "until": ("until", "to", "end", "结束", "结束日期", "至"),
    "kind": ("kind", "type", "isoffday", "holiday", "off", "类型", "种类", "类别", "休班", "性质"),
    "name": ("name", "title", "summary", "名称", "节日", "节日名称", "说明"),
    "hours": ("hours", "time", "时间", "工作时间", "上班时间"),
}


def read_csv(text: str) -> Holidays:
    """A table with a first line of column names. Raises Invalid with every line that cannot be understood."""
    rows = csv.DictReader(io.StringIO(text, newline=""))
    names = {(name or "").strip().lower() for name in rows.fieldnames or ()}
    missing = [column for column in ("date", "kind") if not names.intersection(_COLUMNS[column])]
    if missing:
        raise Invalid(f"The first line must name the columns; there is none for {' and '.join(missing)}.")
    # a spreadsheet leaves rows of empty cells behind
    filled = [(f"line {rows.line_num}", row) for row in rows if any(cell for cell in row.values())]
    return _days(filled, ())


def read_toml(text: str) -> Holidays:
    """``[[days]]``, and ``year`` or ``years`` where the file says of which years it tells all. Raises Invalid."""
    return _document(_parsed(tomllib.loads, text))


def read_json(text: str) -> Holidays:
    """A list of days, or an object with ``days`` or ``holiday``, and ``year`` or ``years``. Raises Invalid."""
    return _document(_parsed(json.loads, text))


def _parsed(parse: Callable[[str], Any], text: str) -> Any:
    try:
        return parse(text)
    except ValueError as trouble:
        raise Invalid(f"The file cannot be read: {trouble}") from trouble


def _document(found: Any) -> Holidays:
    years: list[int] = []
    if isinstance(found, Mapping):
        told = found.get("years", [found["year"]] if "year" in found else [])
        if not isinstance(told, list) or not all(type(year) is int for year in told):
            raise Invalid("years: expected a list of years such as [2026]")
        years = told
        found = found.get("days", found.get("holiday"))
    if isinstance(found, Mapping):
        found = list(found.values())
    if not isinstance(found, list) or not all(isinstance(entry, Mapping) for entry in found):
        raise Invalid("The file holds no list of days.")
    return _days([(f"days[{number}]", entry) for number, entry in enumerate(found)], years)


def _days(entries: Iterable[tuple[str, Mapping[Any, Any]]], years: Iterable[int]) -> Holidays:
    days: list[Day] = []
    mistakes = []
    for place, entry in entries:
        try:
            days += _entry(entry)
        except Invalid as wrong:
            mistakes.append(f"{place}: {wrong.message}")
    if mistakes:
        raise Invalid("The list of days cannot be used.", tuple(mistakes))
    return gathered(days, years)


def _entry(entry: Mapping[Any, Any]) -> list[Day]:
    cells = {str(key).strip().lower(): value for key, value in entry.items()}

    def cell(column: str) -> Any:
        found = (cells[name] for name in _COLUMNS[column] if name in cells)
        return next((value for value in found if value not in (None, "")), "")

    first = day(cell("date"))
    last = day(cell("until")) if cell("until") else first
    given = cell("hours")
    worked = tuple(hours(part)[0] for part in given) if isinstance(given, list) else hours(given) if given else ()
    return [Day(one, kind(cell("kind")), str(cell("name")).strip(), worked) for one in each(first, last)]
