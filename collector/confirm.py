"""Confirmation of many checks at once: ``rules.span.Machine``, with every attribute a column.

The overwhelming majority of results repeat what is confirmed and cost a comparison. The others go through the same
table as in ``rules/state.py``, as whole arrays. A property test holds this equal to the plain machine.
"""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rules.parameters import CheckParameters, EdgePolicy
from rules.result import Outcome
from rules.span import CELL, Glitch, Machine, Piece, Span
from rules.state import State
from rules.wire import OUTCOMES

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

NONE = -1
"""In a column of instants: there is none."""

STATES = (State.UP, State.DEGRADED, State.DOWN, State.UNKNOWN)
"""State by its code in columns and tables."""

SOURCES = (CELL, EdgePolicy.MIDPOINT.value, EdgePolicy.FIRST_BAD.value, EdgePolicy.LAST_GOOD.value)
"""Source of an edge by its code in columns and tables."""

UNKNOWN = STATES.index(State.UNKNOWN)
OK, DEGRADED, FAILED, ERROR = (
    OUTCOMES.index(one) for one in (Outcome.OK, Outcome.DEGRADED, Outcome.FAILED, Outcome.ERROR)
)
UNSTEADY = 255
"""In the column ``steady``: no outcome leaves the row as it is."""

_CELL, _MIDPOINT = 0, 1

COLUMNS: dict[str, tuple[type, int]] = {
    "interval": (np.int64, 0),
    "confirm_down": (np.int32, 1),
    "confirm_up": (np.int32, 1),
    "max_gap": (np.int64, 0),
    "reach": (np.int64, 0),
    "last": (np.int64, NONE),
    "steady": (np.uint8, UNSTEADY),
    "state": (np.uint8, 0),
    "start": (np.int64, 0),
    "bracket_from": (np.int64, NONE),
    "bracket_to": (np.int64, 0),
    "detected": (np.int64, NONE),
    "source": (np.uint8, _CELL),
    "down_bad": (np.bool_, 0),
    "down_run": (np.int32, 0),
    "down_before": (np.int64, NONE),
    "down_first": (np.int64, 0),
    "impaired_bad": (np.bool_, 0),
    "impaired_run": (np.int32, 0),
    "impaired_before": (np.int64, NONE),
    "impaired_first": (np.int64, 0),
}
"""The columns of a machine, with what a new one holds. A machine that has seen nothing has ``last`` NONE."""

TERMS = ("interval", "confirm_down", "confirm_up", "max_gap")
"""The columns that come from a check's terms; the others are its history."""

Table = dict[str, NDArray[Any]]


@dataclass(slots=True)
class Pieces:
    """What a feed completed, in columns: a tuple of equally long arrays for each call that completed something.

    ``spans``: row, start, end, state, bracket from and to of the start, of the end, detected, source of the start, of
    the end (holes are spans of state unknown). ``glitches``: row, at, start, end, samples. ``changes``: row, state,
    since, bracket from, bracket to, detected. ``begun``: row, start of the open span, for a machine's first sample.
    """

    spans: list[tuple[Ints, ...]] = field(default_factory=list)
    glitches: list[tuple[Ints, ...]] = field(default_factory=list)
    changes: list[tuple[Ints, ...]] = field(default_factory=list)
    begun: list[tuple[Ints, Ints]] = field(default_factory=list)


def feed(table: Table, rows: Ints, at: Ints, outcome: Ints, pieces: Pieces) -> None:
    """Feed one sample each to the machines in ``rows`` (each named once); in order of time, never an error."""
    last = table["last"][rows]
    interval = table["interval"][rows]
    max_gap = np.maximum(table["max_gap"][rows], table["reach"][rows])
    half = interval // 2
    fresh = last == NONE
    if fresh.any():
        new = rows[fresh]
        start = at[fresh] - half[fresh]
        table["start"][new] = start
        pieces.begun.append((new, start))
        table["bracket_from"][new] = NONE
        table["bracket_to"][new] = at[fresh]

    hole = ~fresh & (at - last > max_gap)
    if hole.any():
        before, after, half_there = last[hole], at[hole], half[hole]
        none, cell = np.full(len(before), NONE), np.full(len(before), _CELL)
        edges = (before + half_there, after - half_there, np.full(len(before), UNKNOWN))
        pieces.spans.append((rows[hole], *edges, before, after, before, after, none, cell, cell))

    failed = outcome == FAILED
    short = (table["down_run"][rows] > 0) & ~table["down_bad"][rows] & ~failed
    if short.any():
        glitched = rows[short]
        names = ("down_first", "down_before", "", "down_run")
        pieces.glitches.append((glitched, *(table[n][glitched].astype(np.int64) if n else at[short] for n in names)))

    moved_down = _take(table, "down", rows, failed, at, last)
    moved = _take(table, "impaired", rows, outcome != OK, at, last)
    either = moved | moved_down
    if either.any():
        layer = np.where(moved[either], 1, 0)
        _change(table, rows[either], at[either], half[either], max_gap[either], layer, pieces)
    for name in ("down", "impaired"):
        quiet = rows[table[f"{name}_run"][rows] == 0]
        table[f"{name}_before"][quiet] = NONE
        table[f"{name}_first"][quiet] = 0
    table["last"][rows] = at
    table["reach"][rows] = 0
    calm = (table["down_run"][rows] == 0) & (table["impaired_run"][rows] == 0)
    table["steady"][rows] = np.where(calm, outcome, UNSTEADY)


def _take(table: Table, layer: str, rows: Ints, bad: Flags, at: Ints, last: Ints) -> Flags:
    """``Layer.take`` for each row; True where it confirms a change."""
    was = table[f"{layer}_bad"][rows]
    against = was != bad
    run = np.where(against, table[f"{layer}_run"][rows] + 1, 0)
    begins = run == 1
    if begins.any():
        table[f"{layer}_before"][rows[begins]] = last[begins]
        table[f"{layer}_first"][rows[begins]] = at[begins]
    needed = np.where(was, table["confirm_up"][rows], table["confirm_down"][rows])
    moved: Flags = against & (run >= needed)
    run[moved] = 0
    table[f"{layer}_run"][rows] = run
    table[f"{layer}_bad"][rows[moved]] = bad[moved]
    return moved


def _change(table: Table, rows: Ints, at: Ints, half: Ints, max_gap: Ints, layer: Ints, pieces: Pieces) -> None:
    """Close the open spans at the edges of the layers that changed (1: impaired), and open the next ones."""

    def of_layer(name: str) -> Ints:
        return np.where(layer == 1, table[f"impaired_{name}"][rows], table[f"down_{name}"][rows])

    before, first, bad = of_layer("before"), of_layer("first"), of_layer("bad").astype(bool)
    none = before == NONE
    cell = none | (first - before > max_gap)
    edge = np.where(cell, np.where(none | bad, first - half, before + half), (before + first) // 2)
    source = np.where(cell, _CELL, _MIDPOINT)
    known = ~none
    if known.any():
        closed = rows[known]
        columns = [table[n][closed].astype(np.int64) for n in ("start", "state", "bracket_from", "bracket_to")]
        start, state, bracket_from, bracket_to = columns
        ends = (before[known], first[known], table["detected"][closed], table["source"][closed], source[known])
        pieces.spans.append((closed, start, edge[known], state, bracket_from, bracket_to, *ends))
    state = np.where(table["down_bad"][rows], 2, np.where(table["impaired_bad"][rows], 1, 0))
    for name, values in (
        ("state", state),
        ("start", edge),
        ("bracket_from", before),
        ("bracket_to", first),
        ("detected", at),
        ("source", source),
    ):
        table[name][rows] = values
    pieces.changes.append((rows, state, edge, before, first, at))


def judge_by(table: Table, row: int, terms: CheckParameters) -> None:
    """``Machine.judge_by`` for one row."""
    if table["last"][row] != NONE and table["max_gap"][row] != terms.max_gap:
        table["reach"][row] = max(table["max_gap"][row], table["reach"][row])
        table["steady"][row] = UNSTEADY
    for name in TERMS:
        table[name][row] = getattr(terms, name)


def machine(table: Table, row: int) -> Machine:
    """The plain machine that stands in one row."""
    value = {name: column[row].item() for name, column in table.items() if name in COLUMNS}
    made = Machine(parameters(table, row))
    made.reach = value["reach"]
    made.last = _or_none(value["last"])
    for layer, name in ((made.down, "down"), (made.impaired, "impaired")):
        layer.bad = value[f"{name}_bad"]
        layer.run = value[f"{name}_run"]
        layer.before = _or_none(value[f"{name}_before"])
        layer.first = value[f"{name}_first"]
    made.state = STATES[value["state"]]
    made.start = value["start"]
    made.bracket = (_or_none(value["bracket_from"]), value["bracket_to"])
    made.detected = _or_none(value["detected"])
    made.source = SOURCES[value["source"]]
    made.steady = None if value["steady"] == UNSTEADY else OUTCOMES[value["steady"]]
    return made


def parameters(table: Table, row: int) -> CheckParameters:
    """The parameters one row is confirmed by, as far as confirmation needs them."""
    return CheckParameters(**{name: table[name][row].item() for name in TERMS})


def put(table: Table, row: int, plain: Machine) -> None:
    """Write a plain machine into one row. Its parameters stay what they are there."""
    values = {
        "reach": plain.reach,
        "last": _or(plain.last),
        "steady": UNSTEADY if plain.steady is None else OUTCOMES.index(plain.steady),
        "state": STATES.index(plain.state),
        "start": plain.start,
        "bracket_from": _or(plain.bracket[0]),
        "bracket_to": plain.bracket[1],
        "detected": _or(plain.detected),
        "source": SOURCES.index(plain.source),
    }
    for name, layer in (("down", plain.down), ("impaired", plain.impaired)):
        values |= {
            f"{name}_bad": layer.bad,
            f"{name}_run": layer.run,
            f"{name}_before": _or(layer.before),
            f"{name}_first": layer.first,
        }
    for name, value in values.items():
        table[name][row] = value


def span_row(piece: Span) -> tuple[int, ...]:
    """A span as the columns of Pieces.spans, without the row."""
    end = piece.end_bracket or (NONE, NONE)
    return (
        piece.start,
        _or(piece.end),
        STATES.index(piece.state),
        _or(piece.start_bracket[0]),
        piece.start_bracket[1],
        *end,
        _or(piece.detected),
        SOURCES.index(piece.edge_source),
        SOURCES.index(piece.end_source) if piece.end_source else 0,
    )


def span_of(columns: tuple[int, ...]) -> Span:
    """The span that :func:`span_row` wrote."""
    start, end, state, start_from, start_to, end_from, end_to, detected, source, end_source = columns
    return Span(
        start,
        end,
        STATES[state],
        (_or_none(start_from), start_to),
        (end_from, end_to),
        _or_none(detected),
        SOURCES[source],
        SOURCES[end_source],
    )


def glitch_row(piece: Glitch) -> tuple[int, ...]:
    """A glitch as the columns of Pieces.glitches, without the row."""
    return piece.at, _or(piece.start), piece.end, piece.samples


def glitch_of(columns: tuple[int, ...]) -> Glitch:
    """The glitch that :func:`glitch_row` wrote."""
    at, start, end, samples = columns
    return Glitch(at, _or_none(start), end, samples)


def piece_rows(found: list[Piece]) -> tuple[list[tuple[int, ...]], list[tuple[int, ...]]]:
    """Spans and glitches of a plain machine's pieces, as columns."""
    spans = [span_row(piece) for piece in found if isinstance(piece, Span)]
    return spans, [glitch_row(piece) for piece in found if isinstance(piece, Glitch)]


def _or(instant: int | None) -> int:
    return NONE if instant is None else instant


def _or_none(instant: int) -> int | None:
    return None if instant == NONE else instant
