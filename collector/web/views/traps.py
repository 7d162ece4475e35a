"""What devices said of themselves, as rows of a target's page."""

from collections.abc import Sequence
from dataclasses import dataclass

from collector.printed import duration, instant
from collector.store.traps import Trap
from collector.texts import Translator

_MOST_BINDINGS = 6


@dataclass(frozen=True, slots=True)
class TrapRow:
    """One trap, worded. ``more`` counts the bindings left out, ``unkept`` the traps that were only counted."""

    at: str
    ago: str
    name: str
    oid: str
    version: str
    source: str
    bindings: tuple[tuple[str, str], ...]
    more: int
    unkept: int


def trap_rows(traps: Sequence[Trap], now: int, tz: str, words: Translator) -> list[TrapRow]:
    """Rows in the order given; instants in ``tz``."""
    return [
        TrapRow(
            instant(one.at, tz),
            words("{length} ago", length=duration(max(0, now - one.at), words)),
            one.name or one.oid,
            one.oid,
            one.version,
            one.source,
            one.bindings[:_MOST_BINDINGS],
            max(0, len(one.bindings) - _MOST_BINDINGS),
            one.unkept,
        )
        for one in traps
    ]
