"""Whether the figures agree with each other: a share of time in fault far from what its parts say has a reason."""

from typing import Any

from rules.lives import Lives

_TOLERANCE = 0.20
_FAILURES = 10


def plausibility(found: Lives) -> dict[str, Any]:
    """The fault rate beside MTTR ÷ (MTBF + MTTR).

    ``alarming`` where they differ by more than 20 % though ten failures and more, none open, leave no room for it.
    """
    up, down, failures = int(found.up.sum()), int(found.down.sum()), int(found.begins.sum())
    finished = found.repair[found.restored]
    known, spent = up + down, int(finished.sum())
    measured = down / known if known else None
    expected = None
    if failures and up and len(finished):
        mtbf, mttr = up / failures, spent / len(finished)
        expected = mttr / (mtbf + mttr)
    deviation = measured / expected - 1 if measured is not None and expected else None
    return {
        "fault_rate": measured,
        "by_mtbf_and_mttr": expected,
        "deviation": deviation,
        "alarming": deviation is not None
        and abs(deviation) > _TOLERANCE
        and failures >= _FAILURES
        and not found.open.any(),
    }
