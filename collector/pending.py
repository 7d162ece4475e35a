"""Pending targets: each enters service with its first good answer. A mistyped address never does."""

from collections.abc import Iterator

from collector.registry import Registry
from collector.store import checks, derived, targets
from collector.store.state import State
from collector.tracks import Tracks
from rules.state import State as Class


class Pending:
    """Knows which targets are pending, without reading them all each second."""

    def __init__(self, state: State, tracks: Tracks, registry: Registry) -> None:
        self._state = state
        self._tracks = tracks
        self._registry = registry
        self._targets: tuple[str, ...] = ()
        self._version = -1

    def begin(self, now: int) -> Iterator[str]:
        """Let those targets (ids) enter service that have answered well by ``now`` (ms UTC)."""
        with self._state.read() as tx:
            version = tx.execute("SELECT coalesce(max(position), 0) FROM revision").fetchone()[0]
            if version != self._version:
                self._targets = tuple(target.id for target in targets.living(tx) if target.pending)
                self._version = version
            vital = {key: [check.handle for check in checks.of_target(tx, key) if check.vital] for key in self._targets}
        for key, handles in vital.items():
            firsts = [first for handle in handles if (first := self._first_good(handle, now)) is not None]
            if firsts:
                self._registry.begin_service(key, min(firsts))
                yield key

    def _first_good(self, handle: int, now: int) -> int | None:
        """When a vital check that is well now began to be so; None while it is not, or not yet confirmed to be."""
        with self._state.read() as tx:
            assigned = derived.lookers(tx, handle)
        good = {agent for agent, (_, good) in self._tracks.answers(handle).items() if good and agent in assigned}
        if not good:
            return None
        firsts = [
            track.spans[-1].start_bracket[1]
            for agent, track in self._tracks.track(handle, now - 1, now, now).items()
            if agent in good and track.spans and track.spans[-1].state is not Class.DOWN
        ]
        return min(firsts, default=None)
