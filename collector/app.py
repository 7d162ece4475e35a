"""Wiring: the one room that knows all the others. ``open_house`` builds them, ``House.close`` ends them in order.

Nothing here decides anything. Used by the real start, by commands that find no collector running, and by the journeys.
"""

import contextlib
import fcntl
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from collector.access import Access
from collector.clock import Clock
from collector.errands import Errands
from collector.events import Events
from collector.fold import Fold
from collector.incidents import Incidents
from collector.intake import Intake
from collector.live import Live
from collector.plans import Plans
from collector.registry import Registry
from collector.settings import Settings
from collector.store.log import Log
from collector.store.state import State
from collector.timelines import Timelines
from collector.tracks import Tracks
from rules.errors import Unavailable


@dataclass
class House:
    """Every room of a running collector, ready for the doors."""

    settings: Settings
    clock: Clock
    log: Log
    state: State
    live: Live
    intake: Intake
    fold: Fold
    tracks: Tracks
    access: Access
    registry: Registry
    plans: Plans
    timelines: Timelines
    incidents: Incidents
    errands: Errands
    events: Events
    lock: IO[bytes]

    def close(self) -> None:
        """End every thread in order, so that nothing acknowledged is left unwritten; then free the data folder."""


@contextlib.contextmanager
def open_house(settings: Settings) -> Iterator[House]:
    """Build and start every room on ``settings.data``; stop them in order at the end.

    Raises Unavailable when another collector holds the data folder.
    """
