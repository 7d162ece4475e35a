"""Priorities: the three words there are, wherever settings name some. Pure."""

from collections.abc import Iterable

from rules.errors import Invalid
from rules.settings import suggest

PRIORITIES = ("urgent", "important", "general")
"""From the most pressing on."""


def check_priorities(key: str, given: Iterable[str]) -> None:
    """Raises Invalid, which begins with the ``key``, for a word that is no priority: it would never fit anything."""
    for word in given:
        if word not in PRIORITIES:
            expected = f"expected some of {', '.join(PRIORITIES)}"
            raise Invalid(f"{key}: {expected}, found {word!r}{suggest(word, PRIORITIES)}")
