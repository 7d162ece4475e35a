"""Ways to render a sealed report. This folder is the registry: the file's name is the format's name.

A format is a module with ``MEDIA`` (the media type), ``EXTENSION`` (how the names of its files end), ``LANGUAGES``
(False where the text is the same in every language) and ``render(document, lang) -> bytes``, a pure function of the
sealed document: the same document in the same language gives the same bytes for ever under one release.
"""

import importlib
import pkgutil
from typing import Any, Protocol, cast

from rules.errors import Invalid


class Format(Protocol):
    """What a module of this folder offers."""

    MEDIA: str
    EXTENSION: str
    LANGUAGES: bool

    def render(self, document: dict[str, Any], lang: str) -> bytes:
        """The file's content."""


def names() -> list[str]:
    """All formats, sorted."""
    return sorted(module.name for module in pkgutil.iter_modules(__path__))


def find(name: str) -> Format:
    """The format of that name; raises Invalid when there is none."""
    if name not in names():
        raise Invalid(f"There is no report format {name!r}. There are: {', '.join(names())}.")
    return cast(Format, importlib.import_module(f"{__name__}.{name}"))
