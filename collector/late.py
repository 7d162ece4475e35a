"""Results that came too late: the check's spans are computed anew from the last sample where its state is certain.

After max(N, M) samples in a row with one outcome the confirmed state is that outcome's, whatever was before, and no run
is pending. So the fold can begin again behind such a stretch, with the stored span that was in force there, and gives
what folding everything in order would have given (maths 3.2, point 4).
"""

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from collector.confirm import ERROR, FAILED, STATES, Table, machine, parameters, piece_rows, put
from collector.decode import Ints
from collector.live import Live
from collector.results import results
from collector.store import spans
from collector.store.log import Log
from rules.parameters import CheckParameters, Parameters
from rules.span import Machine, Piece, Sample
from rules.wire import OUTCOMES

LATE_WINDOW = Parameters().late_window
"""Milliseconds; an older result is logged and shown but enters figures only by a correction."""

AHEAD = 60_000
"""Milliseconds a result may be dated after its receipt; more cannot be, and it is no sample then."""

_STEPS = (4, 64, 1024, 65536)
"""How far to look back for a certain state, in multiples of what a confirmation can take; then everything is read."""

Codes = Sequence[tuple[int, int]]
"""Samples as (instant, outcome code), by time."""


def dated(at: Ints, outcome: NDArray[Any], offset: Any, trusted: Any, received: Any) -> tuple[Ints, NDArray[Any]]:
    """Instants of results, and their outcomes: those nobody can date or that are too old become errors.

    ``offset``, ``trusted`` and ``received`` are of the batch, or of each result. What claims to lie ahead is dated by
    its receipt, or it would be the newest of its check for ever.
    """
    instants = at + offset
    strange = (instants < received - LATE_WINDOW) | (instants > received + AHEAD) | np.logical_not(trusted)
    if strange.any():
        outcome = np.where(strange, ERROR, outcome)
        instants = np.where(instants > received + AHEAD, received, instants)
    return instants, outcome


def recompute(
    tx: sqlite3.Connection, log: Log, live: Live, rows: Mapping[int, int], until: int
) -> dict[int, list[Piece]]:
    """Compute rows anew from the log up to position ``until`` and write what changed to state and live table.

    ``rows`` names for each row the instant of its oldest late result. Answers with the pieces written, by row.
    """
    written: dict[int, list[Piece]] = {}
    by_agent: dict[int, dict[int, int]] = {}
    for row in rows:
        by_agent.setdefault(int(live.table["agent"][row]), {})[int(live.table["handle"][row])] = row
    for agent, open_rows in by_agent.items():
        for step in (*_STEPS, None):
            start = _start(live.table, {row: rows[row] for row in open_rows.values()}, step)
            samples = _samples(log, agent, open_rows, start, until)
            for handle, row in list(open_rows.items()):
                seed = _seed(tx, live.table, row, samples[handle], rows[row], whole=step is None)
                if seed is None:
                    continue
                plain, first = seed
                written[row] = _again(tx, live.table, row, plain, samples[handle][first:])
                del open_rows[handle]
            if not open_rows:
                break
    return written


def _start(table: Table, rows: Mapping[int, int], step: int | None) -> int:
    if step is None:
        return 0
    back = [at - step * _longest(parameters(table, row)) for row, at in rows.items()]
    return max(0, min(back))


def _longest(terms: CheckParameters) -> int:
    return max(terms.confirm_down, terms.confirm_up) * terms.max_gap


def _samples(log: Log, agent: int, handles: Iterable[int], start: int, until: int) -> dict[int, list[tuple[int, int]]]:
    """Every sample of some checks by one agent since ``start``, by time; errors left out."""
    found: dict[int, list[tuple[int, int]]] = {handle: [] for handle in sorted(handles)}
    for one in results(log, agent, list(found), start, 1 << 62):
        instants, outcome = dated(one.at, one.outcome, 0, one.trusted, one.received)
        keep = (outcome != ERROR) & (instants >= start) & (one.position <= until)
        found[one.handle] += zip(instants[keep].tolist(), outcome[keep].tolist(), strict=True)
    for samples in found.values():
        samples.sort(key=lambda sample: sample[0])
    return found


def _seed(
    tx: sqlite3.Connection, table: Table, row: int, samples: Codes, late: int, whole: bool
) -> tuple[Machine, int] | None:
    """A machine in the state that is certain before ``late``, and the index of the next sample; None if none is."""
    terms = parameters(table, row)
    needed = max(terms.confirm_down, terms.confirm_up)
    run, certain = 0, None
    for index, (at, code) in enumerate(samples):
        if at >= late:
            break
        run = run + 1 if index and samples[index - 1][1] == code else 1
        if run >= needed:
            certain = index
    if certain is None:
        return (Machine(terms), 0) if whole else None
    at, code = samples[certain]
    state = 2 if code == FAILED else code
    plain = Machine(terms)
    handle, agent = int(table["handle"][row]), int(table["agent"][row])
    span = spans.in_force(tx, handle, agent, at, state) or machine(table, row).tail()
    if span is None or span.start > at or span.state is not STATES[state]:
        return (Machine(terms), 0) if whole else None
    plain.last = at
    plain.steady = OUTCOMES[code]
    plain.down.bad = state == 2
    plain.impaired.bad = state != 0
    plain.state, plain.start, plain.bracket = span.state, span.start, span.start_bracket
    plain.detected, plain.source = span.detected, span.edge_source
    return plain, certain + 1


def _again(tx: sqlite3.Connection, table: Table, row: int, plain: Machine, samples: Codes) -> list[Piece]:
    handle, agent = int(table["handle"][row]), int(table["agent"][row])
    spans.forget(tx, handle, agent, plain.start, -1 if plain.last is None else plain.last)
    pieces: list[Piece] = []
    for at, code in samples:
        pieces += plain.feed(Sample(at, OUTCOMES[code]))
    closed, glitches = piece_rows(pieces)
    spans.add_spans(tx, ((handle, agent, *one) for one in closed))
    spans.add_glitches(tx, ((handle, agent, *one) for one in glitches))
    put(table, row, plain)
    return pieces
