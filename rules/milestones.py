"""Milestones of one failure, and the time between them: what of a repair was noticing, waiting, working, returning.

The parts add up to the time from failure to restored service, which is the repair time that is judged.
"""

from dataclasses import dataclass
from itertools import pairwise


@dataclass(frozen=True, slots=True)
class Milestones:
    """Instants in ms UTC; None for what did not happen or was not recorded. None is ever put in another's place."""

    failed: int
    detected: int | None = None
    opened: int | None = None
    answered: int | None = None
    started: int | None = None
    repaired: int | None = None
    restored: int | None = None
    confirmed: int | None = None
    closed: int | None = None

    @property
    def detection(self) -> int | None:
        """From the failure to its confirmation."""
        return _between(self.failed, self.detected)

    @property
    def response(self) -> int | None:
        """From the opening to the first answer."""
        return _between(self.opened, self.answered)

    @property
    def start_of_work(self) -> int | None:
        """From the opening to the start of work."""
        return _between(self.opened, self.started)

    @property
    def active_repair(self) -> int | None:
        """From the start of work to the repair."""
        return _between(self.started, self.repaired)

    @property
    def restoration(self) -> int | None:
        """From the failure to restored service: the repair time that is judged."""
        return _between(self.failed, self.restored)

    @property
    def resolution(self) -> int | None:
        """From the opening to restored service."""
        return _between(self.opened, self.restored)


@dataclass(frozen=True, slots=True)
class Parts:
    """The restoration (ms) in five parts; ``detection`` includes the opening of the incident."""

    detection: int
    response: int
    waiting: int
    repair: int
    returning: int

    @property
    def whole(self) -> int:
        """Their sum: the restoration."""
        return self.detection + self.response + self.waiting + self.repair + self.returning


def parts(told: Milestones) -> Parts | None:
    """The five parts; None where one of the instants between them is not recorded, or they are out of order."""
    instants = (told.failed, told.opened, told.answered, told.started, told.repaired, told.restored)
    known = [at for at in instants if at is not None]
    if len(known) < len(instants) or known != sorted(known):
        return None
    return Parts(*(after - before for before, after in pairwise(known)))


def _between(start: int | None, end: int | None) -> int | None:
    return None if start is None or end is None else end - start
