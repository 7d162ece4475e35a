"""Made-up batches: checks of one agent, each looked at every minute, with outages.

The agent sends once a minute what it has seen, so a batch holds about as many results as there are checks. Around the
edges of an outage there are re-checks every ten seconds, as confirmation makes them. Everything follows from a seed.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from benchmarks.core import identity
from collector.decode import Ints, dating, due_times
from collector.encode import Rows, rows
from collector.store.entry import Draft
from rules.wire import MAGIC, Header, header_bytes

MINUTE = 60_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR
RETRY = 10_000
BEGIN = 1_788_220_800_000
"""2026-09-01T00:00:00Z."""
BOOT_AT = BEGIN - 3 * DAY
"""When the agent's boot clock was zero (ms UTC)."""
AGENT = 1
BOOT = "recompute"
OK, FAILED = 0, 2

LATENESS_MS = 1.5
RTT_MEDIAN_US = 8_000
RTT_SIGMA = 0.8
JITTER_SHARE = 0.175
OUTAGE_MEDIAN_MS = 12 * MINUTE
OUTAGE_SIGMA = 1.0
_SLACK = 2
"""Slots beyond an hour on either side of which a look may fall into it."""


@dataclass(frozen=True)
class Fleet:
    """Checks 1…``checks`` for ``days`` days, with ``outages`` outages in each 30 days."""

    checks: int
    days: int
    outages: int
    seed: int = 1


def outages(fleet: Fleet) -> tuple[Ints, Ints, Ints]:
    """Check, begin and end of every outage, in order of time; those of one check may touch."""
    rng = np.random.default_rng(fleet.seed)
    count = fleet.outages * fleet.days // 30
    check = rng.integers(1, fleet.checks + 1, count)
    start = np.sort(BEGIN + rng.integers(HOUR, fleet.days * DAY, count))
    length = rng.lognormal(np.log(OUTAGE_MEDIAN_MS), OUTAGE_SIGMA, count).astype(np.int64)
    return check, start, start + length


def drafts(fleet: Fleet) -> Iterator[Draft]:
    """The batches in order, one for each minute."""
    rng = np.random.default_rng(fleet.seed + 1)
    base = rng.lognormal(np.log(RTT_MEDIAN_US), RTT_SIGMA, fleet.checks)
    broken = outages(fleet)
    seq = 1
    for hour in range(24 * fleet.days):
        begin = BEGIN + hour * HOUR
        at, handle, slot, bad = _looks(fleet, broken, begin)
        usual = base[handle - 1]
        rtt = (usual + rng.exponential(1, len(at)) * usual * JITTER_SHARE).astype(np.int64)
        for minute in range(60):
            mine = np.flatnonzero((at >= begin + minute * MINUTE) & (at < begin + (minute + 1) * MINUTE))
            mine = mine[np.lexsort((at[mine], handle[mine]))]
            received = begin + (minute + 1) * MINUTE + int(rng.integers(20, 80))
            yield draft(at[mine], handle[mine], slot[mine], bad[mine], rtt[mine], seq, received)
            seq += len(mine)


def _looks(fleet: Fleet, broken: tuple[Ints, Ints, Ints], begin: int) -> tuple[Ints, Ints, Ints, Ints]:
    """The looks of one hour: instant, check, slot (-1 for a re-check), and whether they failed."""
    handles = np.arange(1, fleet.checks + 1)
    first = (begin - BOOT_AT) // MINUTE
    slots = np.arange(first - _SLACK, first + HOUR // MINUTE + _SLACK)
    grid = due_times(np.tile(handles, len(slots)), MINUTE, np.repeat(slots, len(handles))) + _lateness(handles, slots)
    grid = grid.reshape(len(slots), len(handles)) + BOOT_AT
    bad = np.zeros(grid.shape, bool)
    more: list[tuple[int, int, bool]] = []
    for check, start, end in zip(*(one.tolist() for one in broken), strict=True):
        if start >= begin + 2 * HOUR or end < begin - HOUR:
            continue
        column = grid[:, check - 1]
        hit = (column >= start) & (column < end)
        bad[hit, check - 1] = True
        places = np.flatnonzero(hit)
        if len(places):
            more += [(int(column[places[0]]) + turn * RETRY, check, True) for turn in (1, 2)]
            if places[-1] + 1 < len(column):
                more.append((int(column[places[-1] + 1]) + RETRY, check, False))
    extra = np.array(more, np.int64).reshape(-1, 3)
    at = np.concatenate((grid.ravel(), extra[:, 0]))
    handle = np.concatenate((np.tile(handles, len(slots)), extra[:, 1]))
    slot = np.concatenate((np.repeat(slots, len(handles)), np.full(len(extra), -1)))
    failed = np.concatenate((bad.ravel(), extra[:, 2].astype(bool)))
    mine = (at >= begin) & (at < begin + HOUR)
    return at[mine], handle[mine], slot[mine], failed[mine]


def _lateness(handles: Ints, slots: Ints) -> Ints:
    """The same for one look whoever asks, so that each look falls into one hour."""
    spread = due_times(np.tile(handles, len(slots)), 1 << 20, np.repeat(slots, len(handles))) % (1 << 16)
    late: Ints = (-np.log((spread + 1) / (1 << 16)) * LATENESS_MS).astype(np.int64)
    return late


def draft(at: Ints, handle: Ints, slot: Ints, bad: Ints, rtt: Ints, seq: int, received: int) -> Draft:
    """A batch of these looks, in order of check and time; ``bad`` are those that failed."""
    health = {"queue": 0.0, "skipped": 0.0, "cpu_s": 1.25, "rss_bytes": 31_000_000.0}
    header = Header(
        agent=identity(AGENT).id,
        boot=BOOT,
        first_seq=seq,
        sent_mono=float(received - BOOT_AT),
        sent_wall=received,
        plan_revision=7,
        machine_boot="f" * 32,
        last_alive=received - BOOT_AT - 5_000,
        previous_stop="upgrade",
        rtt=0.4,
        health=health,
    )
    failed = bad.astype(bool)
    batch = Rows(
        handle,
        np.full(len(at), MINUTE),
        slot,
        at - BOOT_AT,
        np.where(failed, FAILED, OK),
        failed.astype(np.int64),
        {0: ("rtt_us",), 1: ()},
        {0: (rtt[~failed],), 1: ()},
        dict.fromkeys(np.flatnonzero(failed).tolist(), "no answer within 3 s"),
    )
    head = header_bytes(header)
    body = MAGIC + len(head).to_bytes(4, "little") + head + rows(batch, int(header.sent_mono))
    offset, _ = dating(header, received)
    instants = at - BOOT_AT + offset
    ends = (int(instants.min()), int(instants.max()))
    return Draft("batch", received, body, AGENT, BOOT, seq, seq + len(at) - 1, *ends, offset)
