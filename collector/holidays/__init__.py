"""Holidays and make-up working days in files, as offices publish them and people keep them.

An iCalendar file (``.ics``), or a table of date, kind and name (``.csv``, ``.toml``, ``.json``). Text is UTF-8 with or
without BOM, else GB18030, which is what spreadsheets in China write.
"""

from pathlib import Path

from collector.holidays.day import Holidays
from rules.errors import Invalid


def read(name: str) -> Holidays:
    """What the file of that name says. Raises Invalid with every place that cannot be understood."""
    from collector.holidays import icalendar, tables

    path = Path(name)
    try:
        text = _text(path.read_bytes())
    except OSError as trouble:
        raise Invalid(f"{name} cannot be read: {trouble.strerror}.") from trouble
    match path.suffix.lower():
        case ".ics":
            return icalendar.read(text)
        case ".csv":
            return tables.read_csv(text)
        case ".toml":
            return tables.read_toml(text)
        case ".json":
            return tables.read_json(text)
    raise Invalid(f"{name} is of no known kind; expected .ics, .csv, .toml or .json.")


def _text(content: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Invalid("The file is neither UTF-8 nor GB18030 text.")
