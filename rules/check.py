"""Check: one question asked of a target, and when it is due.

The due time of a look is a function of (handle, interval, slot), so that an agent need not send it: it sends the slot
and the small lateness. The same function stands, vectorised, in the collector's decoder; a test holds them equal.
"""

_MASK = (1 << 64) - 1

JITTER_SHARE = 10
"""Jitter is at most 1/10 of the interval to either side, so that sampling phases are independent of outages."""


def mix(x: int) -> int:
    """Scramble a 64-bit number (the finaliser of SplitMix64, Steele, Lea and Flood 2014)."""
    x = (x + 0x9E3779B97F4A7C15) & _MASK
    x = ((x ^ (x >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    x = ((x ^ (x >> 27)) * 0x94D049BB133111EB) & _MASK
    return x ^ (x >> 31)


def due(handle: int, interval: int, slot: int) -> int:
    """When slot number ``slot`` of a check is due, in milliseconds of the machine's boot clock.

    The check's phase spreads checks over the interval; the jitter moves each slot by up to 1/10 of the interval to
    either side. ``interval`` in milliseconds, at least 1.
    """
    phase = mix(handle) % interval
    reach = interval // JITTER_SHARE
    jitter = mix((handle << 32) ^ (slot & 0xFFFFFFFF)) % (2 * reach + 1) - reach
    return slot * interval + phase + jitter
