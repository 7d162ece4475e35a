"""Which targets a fault cut off, in words for the story of its incident. Pure."""

from collections.abc import Sequence

NAMED = 5
"""How many are named; the others are counted."""


def cut_off(names: Sequence[str], count: int) -> str:
    """``names`` are those that may be told, ``count`` is how many there are, at least one."""
    told = sorted(names)[:NAMED]
    if not told:
        return "1 target is cut off" if count == 1 else f"{count} targets are cut off"
    if count == 1:
        return f"{told[0]} is cut off"
    more = count - len(told)
    return f"{count} targets are cut off: {', '.join(told)}" + (f", and {more} more" if more else "")
