"""The log folded again, by the code of the live system, into a state of its own: the proof behind every figure.

Used by ``rebuild`` (does the state agree with the log?) and ``report verify`` (does the log still give this report?).
"""

import contextlib
import shutil
import tempfile
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from collector import decisions
from collector.ahead import ahead
from collector.clock import Clock
from collector.columns import Piece, Stretch, pieces
from collector.fold import CYCLE_ROWS, Arrival, Fold
from collector.live import Live
from collector.registry import Registry
from collector.settings import Settings
from collector.settled import Settled
from collector.store import complaints, reports, traps
from collector.store.entry import BEGINNING, Draft, Entry
from collector.store.log import Log
from collector.store.packed import Pack
from collector.store.packing import entries_in
from collector.store.state import State
from collector.timelines import Timelines
from collector.tracks import Tracks
from rules.errors import Broken

Progress = Callable[[int, int], None]
"""Given how much is done, and of how much."""

_FOLDER = "refold-"

_CYCLE_ENTRIES = 5_000
"""Entries in one cycle at most: many are decisions, and what is read ahead has to lie somewhere."""


def silent(done: int, whole: int) -> None:
    """Tells nobody how far it is."""


class Prefix(Log):
    """The entries of a log up to a position, as if it ended there. Reads only; the log may go on growing."""

    def __init__(self, log: Log, last: int) -> None:
        self._whole = log
        self._last = last

    def extend(self, last: int) -> None:
        """Let it end at a later position."""
        self._last = last

    def append(self, drafts: Sequence[Draft]) -> int:
        """Never: a log that is folded again must not change by it."""
        raise Broken("This view of the log is for reading.")

    def head(self) -> tuple[int, bytes]:
        """Position and hash of the last entry it shows."""
        entry = self.entry(self._last)
        return (self._last, entry.hash) if entry else (0, BEGINNING)

    def read(self, after: int, until: int | None = None) -> Iterator[Entry]:
        """Entries with after < position <= until, in order, none beyond its end."""
        yield from self._whole.read(after, self._last if until is None else min(until, self._last))

    def pieces(self, after: int, until: int | None = None) -> Iterator[Pack | Entry]:
        """As of the whole log, none beyond its end."""
        yield from self._whole.pieces(after, self._last if until is None else min(until, self._last))

    def pieces_of(self, agents: Collection[int], start: int, end: int) -> Iterator[Pack | Entry]:
        """As of the whole log, none beyond its end."""
        for piece in self._whole.pieces_of(agents, start, end):
            if isinstance(piece, Pack) and piece.last > self._last:
                yield from (entry for entry in entries_in(piece) if entry.agent in agents and self._holds(entry))
            elif isinstance(piece, Pack) or self._holds(piece):
                yield piece

    def read_sequence(self, agent: int, boot: str, first: int, last: int) -> Iterator[Entry]:
        """As of the whole log, none beyond its end."""
        found = self._whole.read_sequence(agent, boot, first, last)
        return (entry for entry in found if entry.position <= self._last)

    def _holds(self, entry: Entry) -> bool:
        return entry.kind == "batch" and entry.position <= self._last

    def proof(self, position: int) -> tuple[int, int, bytes] | None:
        """As of the whole log."""
        return self._whole.proof(position)

    def close(self) -> None:
        """Nothing: the whole log is not its to close."""


@dataclass(frozen=True, slots=True)
class Refolded:
    """The rooms that the folded log fills; enough to compute every figure."""

    log: Prefix
    state: State
    live: Live
    fold: Fold
    tracks: Tracks
    timelines: Timelines
    settled: Settled

    def run(self, tell: Progress = silent) -> None:
        """Fold all that the log shows and that is not folded yet. ``tell`` is given position and end now and then."""
        fold_whole(self.fold, self.log, tell)


def fold_whole(fold: Fold, log: Log, tell: Progress = silent) -> None:
    """Fold what a log shows beyond the fold's position: packed days in columns, and each day read ahead."""
    last, begun = log.head()[0], fold.position
    with contextlib.closing(ahead(_taken(log.pieces(begun, last)))) as groups:
        for group in groups:
            fold.take(group)
            tell(fold.position - begun, last - begun)


def _taken(found: Iterator[Pack | Entry]) -> Iterator[list[Arrival | Stretch]]:
    """The log in pieces for one cycle of the fold each, decoded: a pack, or as many entries as a cycle may have."""
    waiting: list[Arrival | Stretch] = []
    rows = 0
    for piece in found:
        columns = pieces(piece) if isinstance(piece, Pack) else None
        if columns is not None:
            if waiting:
                yield waiting
                waiting, rows = [], 0
            yield [_ready(one) for one in columns]
            continue
        for entry in entries_in(piece) if isinstance(piece, Pack) else (piece,):
            arrival = Arrival.read(entry)
            waiting.append(arrival)
            rows += arrival.rows
            if rows >= CYCLE_ROWS or len(waiting) >= _CYCLE_ENTRIES:
                yield waiting
                waiting, rows = [], 0
    if waiting:
        yield waiting


def _ready(piece: Piece) -> Arrival | Stretch:
    if isinstance(piece, Stretch):
        _ = piece.runs  # decoded here, ahead of the fold
        return piece
    position, draft = piece
    return Arrival(position, draft.kind, draft.at, draft.body, draft.agent)


def sweep(data: Path) -> None:
    """Remove what a process that was killed while it folded again left below the data folder, of which one is alone."""
    for left in data.glob(f"{_FOLDER}*"):
        shutil.rmtree(left, ignore_errors=True)


@contextlib.contextmanager
def refolded(log: Log, last: int, settings: Settings, tell: Progress = silent) -> Iterator[Refolded]:
    """The log up to position ``last``, folded into a temporary folder below the data folder, which is removed after."""
    with tempfile.TemporaryDirectory(prefix=_FOLDER, dir=settings.data) as folder, contextlib.ExitStack() as stack:
        prefix = Prefix(log, last)
        state = State(Path(folder) / "state.db", lasting=False)
        stack.callback(state.close)
        live = Live(Path(folder) / "live")
        fold = Fold(prefix, state, live, Registry.terms)
        fold.appliers["config"] = Registry.apply
        fold.appliers["incident"] = decisions.apply
        fold.appliers["trap"] = traps.apply
        fold.appliers["complaint"] = complaints.apply
        fold.appliers["report"] = reports.apply
        tracks = Tracks(prefix, state, live)
        settled = Settled(state, tracks, Clock(), settings)
        again = Refolded(prefix, state, live, fold, tracks, Timelines(state, tracks, settings), settled)
        again.run(tell)
        yield again
