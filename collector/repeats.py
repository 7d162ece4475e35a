"""Repeat faults: what fails again and again is a problem, whose cause is to be found. Reads only."""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from collector.drafts import Draft, Drafts
from collector.faults import Kind
from collector.store import families, incidents, targets
from collector.store.families import Failure
from rules.opening import Breach, ruling


@dataclass(frozen=True, slots=True)
class _Evidence:
    words: str
    failures: Sequence[Failure]


def problems(tx: sqlite3.Connection, drafts: Drafts, concerned: Iterable[str], now: int) -> Iterator[Draft]:
    """Problems of those targets (ids) that failed again and again by ``now`` (ms UTC), where there is none yet.

    What was seen before a problem was closed does not make another one.
    """
    for key in concerned:
        target = targets.find(tx, key)
        fault = f"problem:{key}"
        before = incidents.of_fault(tx, fault)
        if target is None or target.retired is not None or (before is not None and before.living):
            continue
        since = 0 if before is None else before.resolved or before.closed or before.opened
        found = _evidence(drafts, families.failures(tx, key, since), now)
        if found is None:
            continue
        ruled = ruling(drafts.settings.incident_rules, Breach(Kind.PROBLEM, target.priority))
        summary = f"{target.name} fails again and again"
        numbers = ", ".join(dict.fromkeys(one.number for one in found.failures))
        yield drafts.opening(
            tx, now, kind=Kind.PROBLEM, fault=fault, target=key, priority=ruled.priority, summary=summary,
            text=f"{summary}: {found.words} ({numbers}). Find the root cause.", since=found.failures[0].since,
            detected=now, ticket_after=0, ticket=ruled.ticket,
        )  # fmt: skip


def _evidence(drafts: Drafts, failures: Sequence[Failure], now: int) -> _Evidence | None:
    terms = drafts.settings.incidents
    lately = [one for one in failures if one.since > now - terms.repeat_within]
    outages = _apart([one for one in lately if one.kind == Kind.OUTAGE], terms.apart)
    if len(outages) >= terms.repeat_count:
        return _Evidence(f"{len(outages)} failures in {terms.repeat_within // 86_400_000} days", outages)
    symptoms: dict[str, list[Failure]] = {}
    for one in lately:
        symptoms.setdefault(one.fault, []).append(one)
    for some in symptoms.values():
        distinct = _apart(some, terms.apart)
        for one, again in pairwise(distinct):
            if one.ended is not None and again.since - one.ended <= terms.symptom_within:
                words = f"the same symptom twice in {terms.symptom_within // 86_400_000} days"
                return _Evidence(words, (one, again))
    return None


def _apart(failures: Iterable[Failure], least: int) -> list[Failure]:
    """Those that are no return of the one before within so short a time (ms)."""
    found: list[Failure] = []
    last: Failure | None = None
    for one in failures:
        if last is None or (last.ended is not None and one.since - last.ended >= least):
            found.append(one)
        last = one
    return found
