"""How the files of a report are called where people keep them."""

import re
from collections.abc import Mapping
from typing import Any

_KEPT = re.compile(r"[^\w.=+-]+")
LONGEST = 80
"""Most characters of an edition's name in the name of a file."""


def stem(name: str, edition: Mapping[str, Any] | None) -> str:
    """The name of a file without its ending: of a report by its period, and of an edition by what that is about."""
    told = "" if edition is None else "-" + _KEPT.sub("-", edition["name"])[:LONGEST].strip("-.")
    return f"nineward-{name}{told}"
