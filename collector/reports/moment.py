"""The rooms as they stood at one position of the log, while the collector goes on."""

from collections.abc import Iterator
from contextlib import contextmanager

from collector.clock import Clock
from collector.fold import Fold
from collector.refold import Prefix
from collector.reports.gather import Sources
from collector.settings import Settings
from collector.settled import Settled
from collector.store import spans
from collector.store.log import Log
from collector.store.state import Moment
from collector.timelines import Timelines
from collector.tracks import Tracks


@contextmanager
def moment(log: Log, fold: Fold, clock: Clock, settings: Settings) -> Iterator[tuple[int, Sources]]:
    """The position of the log that is folded now, and rooms that show it until the block ends. For one thread.

    Nobody waits meanwhile: what is folded, decided or told shows elsewhere at once, and not here.
    """
    with fold.state.read() as tx:
        # Under the lock of the live table, which a cycle of the fold gives back after its commit: both are before the
        # cycle, or both after it. A read transaction begins with the first thing that is read in it.
        with fold.live.lock:
            position, live = spans.position(tx), fold.live.copy()
        state = Moment(fold.state.path, tx)
        tracks = Tracks(Prefix(log, position), state, live)
        settled = Settled(state, tracks, clock, settings)
        yield position, Sources(state, tracks, Timelines(state, tracks, settings, kept=settled), settled)
