"""How much was observed: what has to stand beside every other number."""

from typing import Any

from rules.lives import Lives
from rules.parameters import HOUR


def exposure(found: Lives) -> dict[str, Any]:
    """Objects with agreed time, their time by class, and how many failures and outages it holds."""
    up, down, unknown = int(found.up.sum()), int(found.down.sum()), int(found.unknown.sum())
    whole = up + down + unknown
    return {
        "objects": int((found.agreed > 0).sum()),
        "agreed_ms": int(found.agreed.sum()),
        "up_ms": up,
        "down_ms": down,
        "unreachable_ms": int(found.unreachable.sum()),
        "unknown_ms": unknown,
        "coverage": (up + down) / whole if whole else None,
        "operating_h": up / HOUR,
        "failures": int(found.begins.sum()),
        "outages": len(found.owner),
        "restored": int(found.restored.sum()),
        "open": int(found.open.sum()),
    }
