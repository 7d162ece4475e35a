"""What leaves the house in an edition: figures and facts, but no person by name, no mail address, no internal chapter.

An edition is read by those who are served, and its sealed data is in every page of it: what is not to be read there
must not be in the data. Pure.
"""

import re
from collections.abc import Mapping
from typing import Any

PERSONS = frozenset(
    {"actor", "approved_by", "approver", "assignee", "author", "by", "contact", "handler", "issued_by", "owner",
     "proposed_by", "reporter"}
)  # fmt: skip
"""The keys under which a report names a person. What stands there is left empty."""

INTERNAL = frozenset({"risks", "capacity"})
"""The chapters that are for the house alone, of a report or of its review."""

_GROUPS = frozenset({"customer", "owner"})
"""The labels whose values name others who are served, or persons."""

_PLAIN = frozenset({"partition", "days", "until", "parameters"})
"""Nothing under these keys was written by a person."""

_ADDRESS = re.compile(r"[\w.+-]+@[\w-]+(\.[\w-]+)+")
HIDDEN = "…@…"
"""What stands in the place of a mail address."""


def outside(data: Mapping[str, Any]) -> dict[str, Any]:
    """The data of an edition's report as it may be read outside."""
    review = data.get("review")
    told: dict[str, Any] = _cleared({**_without(data), "review": None if review is None else _without(review)})
    return told


def _without(data: Mapping[str, Any]) -> dict[str, Any]:
    return {key: None if key in INTERNAL else value for key, value in data.items()}


def _cleared(value: Any) -> Any:
    if isinstance(value, str):
        return _ADDRESS.sub(HIDDEN, value) if "@" in value else value
    if isinstance(value, Mapping):
        return {key: _under(key, part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_cleared(part) for part in value]
    return value


def _under(key: str, value: Any) -> Any:
    if key in _PLAIN:
        return value
    if key in PERSONS and not isinstance(value, Mapping):
        return "" if isinstance(value, str) else None
    if key == "labels" and isinstance(value, Mapping):
        # Labels are the house's own notes: whose a device is, who looks after it.
        return {}
    if key == "groups" and isinstance(value, list):
        return [_cleared(group) for group in value if group.get("label") not in _GROUPS]
    return _cleared(value)
