"""Settings: a plain table (as TOML or JSON gives it) read into a frozen dataclass, with all mistakes told at once.

The dataclass is the schema: its annotations say what is expected, its defaults what holds when a key is absent.
Understood are bool, int, float, str, Path, Duration (text such as "5m"), Secret, enums, optional types, tuples and
lists of one type, dictionaries with text keys, nested dataclasses, and any class with a classmethod ``from_setting``
that raises Invalid. Nothing here does I/O: a secret is resolved by a function handed in.
"""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from rules.secret import Secret

T = TypeVar("T")

Resolve = Callable[[str, str], str]
"""Gives the text of a secret for ("env", NAME) or ("file", PATH); raises Invalid when there is none."""


def read(
    cls: type[T],
    table: Mapping[str, Any],
    where: str = "",
    *,
    resolve: Resolve | None = None,
    base: T | None = None,
) -> T:
    """The dataclass ``cls`` filled from ``table``.

    ``where`` names the source in messages ("nineward.toml"). Absent keys keep the value they have in ``base``, else
    the field's default. Raises Invalid with one line per mistake: the path, what was expected, and, for an unknown
    key, what was probably meant.
    """
    raise NotImplementedError


def write(value: object) -> Any:
    """The plain values that :func:`read` turns back into ``value``; secrets are written as ``***``."""
    raise NotImplementedError


def suggest(word: str, known: list[str]) -> str:
    """', did you mean …?' for the known word most like this one, else an empty text."""
    raise NotImplementedError


__all__ = ["Resolve", "Secret", "read", "suggest", "write"]
