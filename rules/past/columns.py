"""The columns themselves, and how a timeline becomes rows of them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from rules.outage import Outage
from rules.state import State
from rules.tiling import together
from rules.timeline import Timeline

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Whole = NDArray[np.int64]
    Flags = NDArray[np.bool_]
    Ratio = NDArray[np.float64]

STATES = tuple(State)
"""A state's number in columns is its place here."""

LASTING = 1 << 62
"""The end of an outage that has none, in columns."""

NONE = -1
"""In other columns: there is none."""

COUNTS, FIRST, RESTORED, INFERRED = 1, 2, 4, 8
"""The flags of an outage."""

TILE, OUTAGE, GLITCH, DOUBT, CORRECTED = 4, 12, 1, 2, 2
"""Numbers in a row of each group, beside the owner."""


class Life(NamedTuple):
    """One object's rows as :class:`Past` has them, without the owner; ``words`` are its own."""

    tiles: list[tuple[int, ...]]
    outages: list[tuple[int, ...]]
    glitches: list[tuple[int, ...]]
    doubts: list[tuple[int, ...]]
    corrected: list[tuple[int, ...]]
    words: list[str]


@dataclass(frozen=True, slots=True)
class Past:
    """``names`` of the objects; the columns refer to them by place. Instants in ms UTC, lengths of time in ms.

    Rows begin with the owner; owners ascend, and the rows of one are in order of time.

    - ``tiles``: owner, start, end, state, state as measured; the tiles of an owner follow each other without a gap.
    - ``outages``: owner, start, end (LASTING while it lasts), flags, repair, bracket of the start (two instants) and of
      the end (two), instant of detection, cause, edge source, end source. NONE where there is none.
    - ``glitches``: owner, instant.
    - ``doubts``: owner, start, end of stretches of time up in which looks failed that no outage contains.
    - ``corrected``: owner, start, end of stretches in which a correction is in force.

    Causes and sources are numbers of ``words``.
    """

    names: Sequence[str]
    tiles: "Whole"
    outages: "Whole"
    glitches: "Whole"
    doubts: "Whole"
    corrected: "Whole"
    words: Sequence[str]


def life_of(entry: Timeline) -> Life:
    """The rows of a timeline, as far as it reaches."""
    words: list[str] = []

    def number(word: str | None) -> int:
        if word is None:
            return NONE
        if word not in words:
            words.append(word)
        return words.index(word)

    return Life(
        tiles=[
            (start, end, STATES.index(state), STATES.index(was))
            for start, end, state, was in together(entry.whole, entry.raw)
        ],
        outages=[
            (*_instants(outage), number(outage.cause), number(outage.edge_source), number(outage.end_source))
            for outage in entry.history
        ],
        glitches=[(glitch.at,) for glitch in entry.glitches],
        doubts=[*entry.doubtful],
        corrected=[*entry.corrected],
        words=words,
    )


def past(timelines: Iterable[Timeline]) -> Past:
    """The columns of timelines, as far as each of them reaches."""
    import numpy as np

    entries = list(timelines)
    lives = [life_of(entry) for entry in entries]
    offsets = np.cumsum([0, *(len(life.words) for life in lives)])

    def columns(group: str, width: int) -> "Whole":
        rows = [(place, *row) for place, life in enumerate(lives) for row in getattr(life, group)]
        return np.array(rows, dtype=np.int64).reshape(-1, 1 + width)

    return Past(
        names=[entry.name for entry in entries],
        tiles=columns("tiles", TILE),
        outages=moved(columns("outages", OUTAGE), offsets),
        glitches=columns("glitches", GLITCH),
        doubts=columns("doubts", DOUBT),
        corrected=columns("corrected", CORRECTED),
        words=[word for life in lives for word in life.words],
    )


def moved(outages: "Whole", offsets: "Whole") -> "Whole":
    """Outages with the numbers of their words moved on by the offset of their owner."""
    import numpy as np

    words = outages[:, -3:]
    words += np.where(words == NONE, 0, offsets[outages[:, :1]])
    return outages


def chosen(found: Past, which: "Flags") -> Past:
    """Only some of the objects."""
    import numpy as np

    if which.all():
        return found
    number = np.cumsum(which) - 1

    def columns(group: str) -> "Whole":
        rows = getattr(found, group)
        rows = rows[which[rows[:, 0]]]
        rows[:, 0] = number[rows[:, 0]]
        picked: Whole = rows
        return picked

    return Past(
        names=[found.names[place] for place in np.flatnonzero(which).tolist()],
        tiles=columns("tiles"),
        outages=columns("outages"),
        glitches=columns("glitches"),
        doubts=columns("doubts"),
        corrected=columns("corrected"),
        words=found.words,
    )


def joined(first: Past, second: Past) -> Past:
    """The objects of both, those of the second behind those of the first."""
    import numpy as np

    if not second.names:
        return first

    def columns(group: str) -> "Whole":
        more = getattr(second, group).copy()
        more[:, 0] += len(first.names)
        if group == "outages":
            more[:, -3:] += np.where(more[:, -3:] == NONE, 0, len(first.words))
        found: Whole = np.concatenate((getattr(first, group), more))
        return found

    return Past(
        names=[*first.names, *second.names],
        tiles=columns("tiles"),
        outages=columns("outages"),
        glitches=columns("glitches"),
        doubts=columns("doubts"),
        corrected=columns("corrected"),
        words=[*first.words, *second.words],
    )


def _instants(outage: Outage) -> tuple[int, ...]:
    flags = COUNTS * outage.counts + FIRST * outage.first + RESTORED * outage.restored + INFERRED * outage.inferred
    bracket = (*outage.start_bracket, *(outage.end_bracket or (None, None)))
    return (
        outage.start,
        LASTING if outage.end is None else outage.end,
        flags,
        *(NONE if value is None else value for value in (outage.repair, *bracket, outage.detected)),
    )
