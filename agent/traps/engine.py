"""This agent as an SNMP engine, for informs: an id of its own, and a count of its starts, kept on disk.

Who sends an inform takes our word for our clock and refuses to believe a start that comes twice (RFC 3414 §2.2.2).
"""

import json
import os
from dataclasses import dataclass
from pathlib import Path

from agent.folder import write
from rules.errors import Broken

_LATCHED = 0x7FFFFFFF
_PREFIX = bytes((0x80, 0, 0, 0, 5))
"""An id of octets of our own choosing (RFC 3411 §5, format 5), under no vendor's number."""


@dataclass(frozen=True, slots=True)
class Engine:
    """The id (5 to 32 octets) and how often the engine has started, this time included."""

    id: bytes
    boots: int


def started(path: Path) -> Engine:
    """The engine of that file, one start later; a new one if there is none. Raises Broken when it cannot be read."""
    try:
        kept = json.loads(path.read_bytes())
        engine = Engine(bytes.fromhex(kept["id"]), int(kept["boots"]) + 1)
    except FileNotFoundError:
        engine = Engine(_PREFIX + os.urandom(12), 1)
    except (OSError, ValueError, KeyError, TypeError) as trouble:
        raise Broken(f"{path} cannot be read ({trouble}). Remove it: senders of informs then learn a new id.") from None
    if engine.boots >= _LATCHED:
        engine = Engine(_PREFIX + os.urandom(12), 1)
    write(path, json.dumps({"id": engine.id.hex(), "boots": engine.boots}).encode() + b"\n")
    return engine
