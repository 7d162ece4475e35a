"""What services are made of, by ids: a part that is renamed stays the part it was. Pure."""

from collections.abc import Callable, Mapping
from typing import Any


def renamed(needs: Mapping[str, Any], name_of: Callable[[str], str]) -> dict[str, Any]:
    """The needs of a service with every part under the name that ``name_of`` gives for it."""
    ((word, listed),) = needs.items()
    if word == "capacity":
        return {word: {**listed, "of": {name_of(part): amount for part, amount in listed["of"].items()}}}
    return {
        word: [renamed(part, name_of) if isinstance(part, Mapping) else name_of(part) for part in listed],
    }


def spelled(needs: Mapping[str, Any]) -> str:
    """The needs in one line: all_of(db, any_of(web-1, web-2))."""
    ((word, listed),) = needs.items()
    if word == "capacity":
        parts = [f"{name}={amount:g}" for name, amount in listed["of"].items()]
        return f"{listed['min']:g}_carried_by({', '.join(parts)})"
    return f"{word}({', '.join(part if isinstance(part, str) else spelled(part) for part in listed)})"
