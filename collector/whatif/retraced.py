"""Tracks as they would have been: the logged results of the checks that a scenario touches, confirmed anew.

What lies before and after the stretch that is computed anew is what was stored: a scenario is about a period. Checks of
which only the rules of confirmation differ go through the columns of the live fold, all at once; those whose outcomes
are judged anew, or whose rules changed in between, go one by one.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from collector.columns import Runs, runs_of
from collector.configuration import parameters
from collector.confirm import ERROR, Pieces, glitch_of, span_of
from collector.late import dated
from collector.live import Live, Terms
from collector.refold import Progress
from collector.results import results
from collector.store.checks import Effective
from collector.store.log import Log
from collector.tracks import Tracks
from collector.whatif.rejudged import Judge
from collector.whatif.supposed import Rules
from rules.span import CELL, Machine, Piece, Sample, Span, Track, assemble
from rules.state import State
from rules.wire import OUTCOMES

LEAD = 86_400_000
"""How long before a period (ms) and after it results are read: runs have begun, and are confirmed, in far less."""

Made = dict[tuple[int, int], Track]
"""By check and agent number."""


class Retraced(Tracks):
    """The tracks of a collector, those of some checks replaced; with ``repair_factor`` outages end earlier."""

    def __init__(self, tracks: Tracks, made: Mapping[tuple[int, int], Track], repair_factor: float) -> None:
        self._tracks = tracks
        self._made = made
        self._factor = repair_factor

    def track(self, handle: int, start: int, end: int, now: int) -> dict[int, Track]:
        """By agent number, as of :meth:`Tracks.track`."""
        found = {}
        for agent, seen in self._tracks.track(handle, start, end, now).items():
            own = self._made.get((handle, agent))
            if own is not None and own.spans:
                # The whole of what was stored, so that both ends can be joined to it.
                whole = self._tracks.track(handle, min(start, own.spans[0].start), max(end, own.until), now)[agent]
                seen = spliced(whole, own)
            found[agent] = seen if self._factor == 1 else repaired(seen, self._factor)
        return found


def retrace(log: Log, tracks: Tracks, rules: Sequence[Rules], start: int, end: int, now: int, tell: Progress) -> Made:
    """What the checks would have been seen to be over [start, end), and as far beyond as outages reach."""
    wanted = {one.check.handle: one for one in rules}
    agents = {handle: sorted(tracks.last_seen(handle)) for handle in wanted}
    begin, finish = _reach(tracks, wanted, start - LEAD, end + LEAD, now)
    plain = {
        handle
        for handle, one in wanted.items()
        if one.judged_anew or len({parameters(entry) for _, entry in _in_force(one, begin, finish)}) > 1
    }
    made: Made = {}
    columns = {handle: one for handle, one in wanted.items() if handle not in plain}
    if columns:
        made, late = _in_columns(log, columns, agents, begin, finish, now, tell)
        for handle, agent in late:
            made[handle, agent] = _one_by_one(log, wanted[handle], agent, begin, finish)
    for done, handle in enumerate(sorted(plain)):
        for agent in agents[handle]:
            made[handle, agent] = _one_by_one(log, wanted[handle], agent, begin, finish)
        tell(done + 1, len(plain))
    return made


def _reach(tracks: Tracks, handles: Mapping[int, Rules], start: int, end: int, now: int) -> tuple[int, int]:
    """The stretch, widened until none of the checks is in trouble at either end."""
    begin, finish = start, end
    for handle in handles:
        for seen in tracks.track(handle, start - 1, end + 1, now).values():
            for span in seen.spans:
                if span.state is State.UP:
                    continue
                if span.start <= start and (span.end is None or span.end > start):
                    begin = min(begin, span.start - LEAD // 24)
                if span.start <= end and (span.end is None or span.end > end):
                    finish = max(finish, now if span.end is None else span.end + LEAD // 24)
    return max(0, begin), min(finish, now)


def _in_columns(
    log: Log,
    rules: Mapping[int, Rules],
    agents: Mapping[int, Sequence[int]],
    begin: int,
    finish: int,
    now: int,
    tell: Progress,
) -> tuple[Made, set[tuple[int, int]]]:
    """The tracks, and (check, agent) of those for which results came in another order than they were seen."""
    live = Live(Path())
    terms = {handle: Terms("", parameters(_in_force(one, begin, finish)[-1][1])) for handle, one in rules.items()}
    of_agent: dict[int, list[int]] = {}
    for handle, numbers in agents.items():
        for number in numbers:
            of_agent.setdefault(number, []).append(handle)
    for number, handles in of_agent.items():
        live.add(number, {handle: terms[handle] for handle in handles})
    found: dict[int, list[Piece]] = {}
    late: set[int] = set()
    wanted = {number: np.array(sorted(handles)) for number, handles in of_agent.items()}
    for piece in log.pieces_of(sorted(wanted), begin, finish):
        for runs in runs_of(piece, wanted):
            kept = _between(runs, begin, finish)
            if kept is None:
                continue
            rows = live.find(kept.agent, kept.handle)
            pieces, too_late = live.apply_runs(rows, kept.begin, kept.at, kept.outcome, kept.position)
            late.update(too_late.tolist())
            _gather(pieces, found)
        tell(min(max(0, int(live.table["last"][: live.count].max()) - begin), finish - begin), finish - begin)
    made: Made = {}
    for number, handles in of_agent.items():
        for one in handles:
            row = int(live.find(number, np.array([one]))[0])
            tail = live.tails(one, finish)[number]
            made[one, number] = assemble(found.get(row, ()), tail.span, tail.until)
    return made, {(int(live.table["handle"][row]), int(live.table["agent"][row])) for row in late}


def _between(runs: Runs, begin: int, finish: int) -> Runs | None:
    inside = (runs.at >= begin) & (runs.at < finish)
    if inside.all():
        return runs
    left = np.add.reduceat(inside, runs.begin, dtype=np.int64)
    some = left > 0
    if not some.any():
        return None
    begins = np.cumsum(left[some]) - left[some]
    return replace(
        runs,
        handle=runs.handle[some],
        begin=begins,
        position=runs.position[some],
        at=runs.at[inside],
        outcome=runs.outcome[inside],
    )


def _gather(pieces: Pieces, found: dict[int, list[Piece]]) -> None:
    for columns in pieces.spans:
        for row, *rest in zip(*(column.tolist() for column in columns), strict=True):
            found.setdefault(row, []).append(span_of(tuple(rest)))
    for columns in pieces.glitches:
        for row, *rest in zip(*(column.tolist() for column in columns), strict=True):
            found.setdefault(row, []).append(glitch_of(tuple(rest)))


def _one_by_one(log: Log, rules: Rules, agent: int, begin: int, finish: int) -> Track:
    revisions = list(_in_force(rules, begin, finish))
    thresholds = {since: entry.thresholds for since, entry in revisions}
    judge = Judge(revisions[0][1].thresholds) if rules.judged_anew else None
    machine = Machine(parameters(revisions[0][1]))
    pieces: list[Piece] = []
    due = revisions[1:]
    samples = sorted(_samples(log, rules.check.handle, agent, begin, finish), key=lambda one: one[0])
    for at, code, values, text in samples:
        while due and due[0][0] <= at:
            since, entry = due.pop(0)
            machine.judge_by(parameters(entry))
            if judge is not None:
                judge.judge_by(thresholds[since])
        outcome = OUTCOMES[code]
        if judge is not None:
            outcome = judge.outcome(at, outcome, values, text)
        pieces += machine.feed(Sample(at, outcome))
    return assemble(pieces, machine.tail(), machine.until(finish))


def _samples(
    log: Log, handle: int, agent: int, begin: int, finish: int
) -> Iterator[tuple[int, int, Mapping[str, float], str]]:
    for some in results(log, agent, (handle,), begin, finish):
        instants, outcome = dated(some.at, some.outcome, 0, some.trusted, some.received)
        columns = (instants.tolist(), outcome.tolist(), some.said.values(), some.said.texts())
        for at, code, values, text in zip(*columns, strict=True):
            if code != ERROR and begin <= at < finish:
                yield at, code, values, text


def _in_force(rules: Rules, begin: int, finish: int) -> Sequence[tuple[int, Effective]]:
    """The settings that would have been in force in the stretch, the first of them from its begin on."""
    before = [entry for entry in rules.now if entry[0] <= begin]
    return [*(before[-1:] or rules.now[:1]), *(entry for entry in rules.now if begin < entry[0] < finish)]


def spliced(stored: Track, made: Track) -> Track:
    """``stored`` with the stretch of ``made`` in the place of its own.

    Where both are of one state at a border, they are one span there, with the ends that each of them knows.
    """
    first = made.spans[0]
    left = first.start_bracket[1]
    right = made.until
    before = [span for span in stored.spans if span.start < left]
    after = [span for span in stored.spans if span.end is None or span.end > right]
    inner = list(made.spans)
    if before and before[-1].state is inner[0].state:
        joined = before.pop()
        inner[0] = inner[0]._replace(
            start=joined.start,
            start_bracket=joined.start_bracket,
            detected=joined.detected,
            edge_source=joined.edge_source,
        )
    elif before and (before[-1].end is None or before[-1].end > first.start):
        before[-1] = before[-1]._replace(end=first.start, end_bracket=(left, left), end_source=CELL)
    last = inner[-1]
    if after and after[0].start < right and after[0].state is last.state:
        inner[-1] = last._replace(end=after[0].end, end_bracket=after[0].end_bracket, end_source=after[0].end_source)
        after = after[1:]
    elif after:
        border = max(after[0].start, right)
        inner[-1] = last._replace(end=border, end_bracket=(right, border), end_source=CELL)
        after[0] = after[0]._replace(start=border)
    holes = (
        *(hole for hole in stored.holes if hole[1] <= left),
        *made.holes,
        *(hole for hole in stored.holes if hole[0] >= right),
    )
    glitches = (
        *(glitch for glitch in stored.glitches if glitch.at < left),
        *made.glitches,
        *(glitch for glitch in stored.glitches if glitch.at > right),
    )
    until = stored.until if stored.until > right else made.until
    return Track((*before, *inner, *after), holes, glitches, until)


def repaired(seen: Track, factor: float) -> Track:
    """Every outage that ended, over after this share of its time; what followed it begins that much earlier."""
    spans: list[Span] = []
    for span in seen.spans:
        if spans and spans[-1].state is State.DOWN and spans[-1].end is not None:
            edge = spans[-1].end
            span = span._replace(start=edge, start_bracket=(edge, edge))
        if span.state is State.DOWN and span.end is not None:
            edge = span.start + round((span.end - span.start) * factor)
            span = span._replace(end=edge, end_bracket=(edge, edge))
        spans.append(span)
    return replace(seen, spans=tuple(spans))
