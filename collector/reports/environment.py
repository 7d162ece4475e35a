"""With what a report was computed: releases of Nineward and of the libraries its figures come from, time-zone data."""

import functools
import importlib.metadata
import platform
import zoneinfo
from collections.abc import Mapping
from pathlib import Path

import numpy
import scipy

from collector.release import release

_UNKNOWN = "unknown"


@functools.cache
def _made_with() -> tuple[tuple[str, str], ...]:
    return (
        ("nineward", release()),
        ("numpy", numpy.__version__),
        ("python", platform.python_version()),
        ("scipy", scipy.__version__),
        ("tzdata", _time_zones()),
    )


def made_with() -> dict[str, str]:
    """Name and version of each, here and now."""
    return dict(_made_with())


def told_apart(there: Mapping[str, str], here: Mapping[str, str]) -> list[str]:
    """One sentence for each that differs between where a report was issued and here."""
    return [
        f"It was issued with {name} {there.get(name, _UNKNOWN)}; here is {here.get(name, _UNKNOWN)}."
        for name in sorted(there.keys() | here.keys())
        if there.get(name) != here.get(name)
    ]


def _time_zones() -> str:
    """The version of the time-zone data in use: the system's where it has any, else the package's."""
    for folder in map(Path, zoneinfo.TZPATH):
        for name, prefix in (("tzdata.zi", "# version "), ("+VERSION", "")):
            try:
                with (folder / name).open(encoding="ascii") as file:
                    return file.readline().removeprefix(prefix).strip() or _UNKNOWN
            except (OSError, UnicodeDecodeError):
                continue
        if folder.is_dir():
            return _UNKNOWN
    try:
        return importlib.metadata.version("tzdata")
    except importlib.metadata.PackageNotFoundError:
        return _UNKNOWN
