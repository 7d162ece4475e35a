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
