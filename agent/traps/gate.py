"""How many notifications are let in: a storm of one device must not cost the others their looks.

Pure: the time is given.
"""

from collections import OrderedDict
from dataclasses import dataclass

_MOST_SOURCES = 4096


@dataclass(slots=True)
class _Source:
    tokens: float
    at_s: float
    unkept: int = 0


class Gate:
    """Lets in so many a minute from each source and ten times as many from all; the rest is counted.

    Beyond the bound a source is sampled: one is let in each time its share of the minute has passed.
    """

    def __init__(self, per_minute: int) -> None:
        self._per_minute = per_minute
        self._all = _Source(float(per_minute * _ALL), 0.0)
        self._sources: OrderedDict[str, _Source] = OrderedDict()

    def admit(self, source: str, now_s: float) -> bool:
        """Whether one more of that source is let in at that instant."""
        known = self._sources.get(source)
        if known is None:
            known = self._sources[source] = _Source(float(self._per_minute), now_s)
            if len(self._sources) > _MOST_SOURCES:
                self._sources.popitem(last=False)
        self._sources.move_to_end(source)
        _refill(known, self._per_minute, now_s)
        _refill(self._all, self._per_minute * _ALL, now_s)
        if known.tokens < 1 or self._all.tokens < 1:
            known.unkept += 1
            return False
        known.tokens -= 1
        self._all.tokens -= 1
        return True

    def unkept(self, source: str) -> int:
        """How many of that source were left out since this was last asked."""
        known = self._sources.get(source)
        if known is None:
            return 0
        count, known.unkept = known.unkept, 0
        return count


_ALL = 10


def _refill(one: _Source, per_minute: int, now_s: float) -> None:
    passed = max(0.0, now_s - one.at_s)
    one.tokens = min(float(per_minute), one.tokens + passed * per_minute / 60)
    one.at_s = now_s
