"""The sealed document itself, for programs and for ``report verify``."""

from typing import Any

from collector.reports.seal import canonical

MEDIA = "application/json"
LANGUAGES = False
EXTENSION = "json"


def render(document: dict[str, Any], lang: str) -> bytes:
    """The canonical bytes of the document and a line feed."""
    return canonical(document) + b"\n"
