"""States of a target's time, and the table by which samples become confirmed states.

A check seen by one agent has two **layers** with the same rules. They differ only in what they call bad:

    layer       bad                   good
    down        failed                ok, degraded
    impaired    failed, degraded      ok

The confirmed state is *down* where the layer "down" is bad, else *degraded* where the layer "impaired" is bad, else
*up*. Whatever is bad for "down" is bad for "impaired" too, so "down" is never bad alone, and one sample never moves
the two to different instants: each sample changes the confirmed state at most once.

A layer is four values: ``bad`` (what is confirmed), ``run`` (how many samples in a row now say the opposite), and for
such a run ``first`` (the instant of its first sample) and ``before`` (the instant of the sample before it; None when
the run began with the very first sample of all). A sample at instant ``at`` changes them by this table, where N is
``confirm_down``, M is ``confirm_up`` and ``last`` is the instant of the sample before:

    confirmed   sample   run becomes                              then
    good        good     0                                        a run that was not 0 was a glitch (before, at)
    good        bad      run + 1; at 1: before=last, first=at     run = N: bad,  run = 0, edge (before, first)
    bad         bad      0                                        a recovery that was not confirmed: nothing
    bad         good     run + 1; at 1: before=last, first=at     run = M: good, run = 0, edge (before, first)

Every layer begins as good with run 0. Confirmation decides whether a state changed; when it changed is read from the
edge (``rules/span.py``), which lies at the beginning of the run.
"""

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """The eight classes; each second of a target's time is in exactly one.

    The first five together are the agreed time. ``up`` and ``degraded`` both count as up in the figures.
    """

    UP = "up"
    DEGRADED = "degraded"
    DOWN = "down"
    UNREACHABLE = "unreachable"
    UNKNOWN = "unknown"
    MAINTENANCE = "maintenance"
    EXCLUDED = "excluded"
    OUT_OF_SERVICE = "out_of_service"


AGREED = (State.UP, State.DEGRADED, State.DOWN, State.UNREACHABLE, State.UNKNOWN)
"""The states whose time is agreed service time."""


@dataclass(slots=True)
class Layer:
    """One layer of confirmation, as the table above; ``first`` and ``before`` say where a pending run begins."""

    bad: bool = False
    run: int = 0
    before: int | None = None
    first: int = 0

    def take(self, bad: bool, at: int, last: int | None, needed: int) -> bool:
        """Apply one sample; True when it confirms a change (``before`` and ``first`` then hold the edge).

        ``needed`` is N when the layer is good and M when it is bad. ``last`` is None for the very first sample.
        """
        if bad == self.bad:
            self.run = 0
            return False
        if self.run == 0:
            self.before = last
            self.first = at
        self.run += 1
        if self.run < needed:
            return False
        self.bad = bad
        self.run = 0
        return True

    def forget(self) -> None:
        """Without a pending run, be as if there had never been one: one state has one form, however it was come to."""
        if self.run == 0:
            self.before = None
            self.first = 0


def confirmed(down: bool, impaired: bool) -> State:
    """The confirmed state for the two layers' confirmed badness."""
    if down:
        return State.DOWN
    return State.DEGRADED if impaired else State.UP
