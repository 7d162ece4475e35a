"""From counters to rates: what happened between two looks."""


def moved(before: float, after: float, bits: int | None = None) -> float | None:
    """How far a counter moved, or None when it was reset in between (a gap, never a zero).

    ``bits`` (32) is the width of a counter that wraps. A 64-bit counter is given without: one that goes down did not
    wrap, it began anew. But some devices put 32 significant bits into a 64-bit counter, so two values below 2³² that
    go down are taken for one wrap of 32 bits.
    """
    if after >= before:
        return after - before
    if bits is None:
        return None
    if bits == 64:
        return after - before + 2**32 if before < 2**32 else None
    return after - before + (1 << bits)


def rate(before: float, after: float, elapsed_s: float, bits: int | None = None) -> float | None:
    """Movement per second, or None after a reset or when the time between is too short to tell (< 0.5 s)."""
    step = moved(before, after, bits)
    return None if step is None or elapsed_s < 0.5 else step / elapsed_s
