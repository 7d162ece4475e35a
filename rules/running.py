"""Operational availability: how much a target ran at any hour, planned downtime included."""

from collections.abc import Sequence
from typing import NamedTuple

from rules.period import Period
from rules.state import State
from rules.tiling import clip, together
from rules.votes import Tile

_UP = (State.UP, State.DEGRADED)
_BAD = (State.DOWN, State.UNREACHABLE)
_NOT_AGREED = (State.MAINTENANCE, State.EXCLUDED, State.OUT_OF_SERVICE)


class Running(NamedTuple):
    """ms of a period: ``up`` and ``down`` at any hour while in service, whatever was agreed; unknown time is neither.

    ``planned`` is the part of ``down`` that lies in maintenance.
    """

    up: int = 0
    down: int = 0
    planned: int = 0


def running(raw: Sequence[Tile], final: Sequence[Tile], period: Period) -> Running:
    """From measured and final time. Time outside of what was agreed counts as it was measured."""
    up = down = planned = 0
    measured, counted = (clip(tiles, period.start, period.end) for tiles in (raw, final))
    for start, end, was, state in together(measured, counted):
        holds = was if state in _NOT_AGREED else state
        if holds in _UP:
            up += end - start
        elif holds in _BAD:
            down += end - start
            planned += end - start if state is State.MAINTENANCE else 0
    return Running(up, down, planned)
