"""How the files of a report are called where people keep them."""

import re
from collections.abc import Mapping
from typing import Any

_KEPT = re.compile(r"[^\w.=+-]+")
LONGEST = 80
"""Most characters of an edition's name in the name of a file."""


def stem(name: str, edition: Mapping[str, Any] | None, tz: str = "") -> str:
    """The name of a file without its ending: of a report by its period, and of an edition by what that is about.

    ``tz`` is the zone of a report that is told in another one than the installation's.
    """
    told = "" if edition is None else "-" + _KEPT.sub("-", edition["name"])[:LONGEST].strip("-.")
    zone = f"-{tz.replace('/', '-')}" if tz else ""
    return f"nineward-{name}{zone}{told}"
