"""Whose past must be computed anew after a change of the configuration. Reads the state as the change has left it."""

import sqlite3
from collections.abc import Iterator, Mapping
from typing import Any

from collector.store import derived
from collector.store.settled import EVERYTHING

_OWN = frozenset({"target"})
_OWNED = {"check": "target", "correction": "target"}
_LISTED = {"maintenance": "targets"}
_NOBODY = frozenset({"api_token", "credential", "join_token", "mute", "person"})
"""Nouns on which no past depends."""


def concerned(tx: sqlite3.Connection, payload: Mapping[str, Any]) -> set[str]:
    """The ids of the objects, or EVERYTHING among them. Those that rest on them are for the caller to add."""
    return {key for change in payload["changes"] for key in _of(tx, change["noun"], change["id"])}


def _of(tx: sqlite3.Connection, noun: str, key: str) -> Iterator[str]:
    if noun in _NOBODY:
        return
    data: dict[str, Any] = {**(derived.current(tx, key) or {})}
    if noun in _OWN:
        yield key
    elif noun in _OWNED and data.get(_OWNED[noun]):
        yield data[_OWNED[noun]]
    elif noun in _LISTED:
        yield from data.get(_LISTED[noun], ())
    else:
        # A policy, an agreement, a calendar, a service, an agent: what it reaches is not told by itself.
        yield EVERYTHING
