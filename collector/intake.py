"""Intake: the one thread that writes the log. Takes whatever waits, appends it in one transaction, answers afterwards.

What it decides: is a batch well formed, is it new, does it contradict what is already there. What a result means for
its target is the fold's work.
"""

import dataclasses
import json
from collections import deque
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any

from collector.decode import Batch, dating, decode
from collector.fold import Arrival, Fold
from collector.seen import Range, Ranges, Seen
from collector.store import spans
from collector.store.entry import Draft
from collector.store.log import Log
from collector.working import Working
from rules.errors import Conflicting, Forbidden, Unavailable
from rules.result import Reading, Result
from rules.wire import OUTCOMES, encode

MOST_TAKEN = 512
"""Batches in one transaction at most."""

MOST_WAITING_BYTES = 512 << 20
"""Bytes of batches that may wait for the fold; beyond, agents are sent away, who keep them on their own disks."""

_ROOM_S = 0.05


@dataclass(frozen=True, slots=True)
class AgentIdentity:
    """Who sends a batch: the agent's id (``a_…``) and its number."""

    id: str
    number: int


@dataclass(frozen=True, slots=True)
class Ack:
    """The answer to a batch: the last sequence number now on disk, and the head of the log's chain (hex)."""

    acknowledged: int
    head: str


@dataclass(frozen=True, slots=True)
class _Batch:
    body: bytes
    agent: AgentIdentity
    received: int
    answer: "Future[Ack]"


@dataclass(frozen=True, slots=True)
class _Decision:
    kind: str
    body: bytes
    answer: "Future[int]"


@dataclass(frozen=True, slots=True)
class _Pending:
    """What one request adds to the log, decided and not yet written."""

    drafts: list[Draft]
    batches: list[Batch | None]
    last_seq: int
    answer: "Future[Any]"


class Intake(Working):
    """The log's writer. ``now`` tells the instant (ms UTC) for entries that are recorded, not received."""

    def __init__(self, log: Log, fold: Fold, now: Callable[[], int]) -> None:
        super().__init__()
        self._log = log
        self._fold = fold
        self._now = now
        self._batches: deque[_Batch] = deque()
        self._waiting_bytes = 0
        self._decisions: deque[_Decision] = deque()
        self._seen: Seen = {}
        self._machines: dict[int, list[str]] = {}

    def start(self) -> None:
        """Read which results are there already, then start the thread."""
        with self._fold.state.read() as tx:
            self._seen = spans.seen(tx)
            position = spans.position(tx)
        for entry in self._log.read(position):
            if entry.kind == "batch":
                self._seen.setdefault((entry.agent, entry.boot), Ranges()).add(entry.first_seq, entry.last_seq)
        self._begin("intake")

    def stop(self) -> None:
        """Write what waits, then end the thread. Later calls are refused with Unavailable."""
        self._end()

    def submit_batch(self, body: bytes, agent: AgentIdentity, received: int) -> "Future[Ack]":
        """Hand in one uncompressed body, received at that instant (ms UTC). The future ends when it is on disk.

        It raises Invalid (malformed; the message names the byte), Forbidden (the header names another agent),
        Conflicting (a second live process has this identity) or Unavailable (disk full: send it again later). Then
        nothing of the batch was taken. A batch that is there already is acknowledged and not written again. This call
        itself raises Unavailable while too many wait.
        """
        answer: Future[Ack] = Future()
        with self._bell:
            if self._waiting_bytes + len(body) > MOST_WAITING_BYTES:
                raise Unavailable("The collector is behind with what it has taken in. Send it again later.")
            self._hand_in(self._batches, _Batch(body, agent, received, answer))
            self._waiting_bytes += len(body)
        return answer

    def record(self, kind: str, payload: Mapping[str, Any]) -> "Future[int]":
        """Append a decision (``config``, ``incident``, ``correction``) as canonical JSON; the position it got.

        May be called from any thread, also from the fold's callbacks.
        """
        body = json.dumps(payload, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
        answer: Future[int] = Future()
        self._hand_in(self._decisions, _Decision(kind, body.encode(), answer))
        return answer

    def _hand_in(self, queue: deque[Any], item: Any) -> None:
        with self._bell:
            if self._ending or self._thread is None:
                raise Unavailable("The collector is not taking anything in: it is starting or stopping.")
            queue.append(item)
            self._bell.notify()

    def _run(self) -> None:
        while True:
            # Agents wait while the fold is behind; decisions do not, because the fold itself may wait for one.
            crowded = self._fold.crowded()
            with self._bell:
                self._bell.wait_for(
                    lambda: self._decisions or self._ending or (self._batches and not crowded),  # noqa: B023 - asked within this turn
                    _ROOM_S if crowded else None,
                )
                if self._ending and not self._decisions and not self._batches:
                    return
                decisions = list(self._decisions)
                self._decisions.clear()
                batches: list[_Batch] = []
                while self._batches and len(batches) < MOST_TAKEN and (self._ending or not crowded):
                    batches.append(self._batches.popleft())
                    self._waiting_bytes -= len(batches[-1].body)
            if decisions or batches:
                self._write(decisions, batches)
            elif crowded:
                self._fold.wait_for_room(_ROOM_S)

    def _write(self, decisions: list[_Decision], batches: list[_Batch]) -> None:
        pending: list[_Pending] = []
        taken: Seen = {}
        at = self._now()
        for decision in decisions:
            if decision.answer.set_running_or_notify_cancel():
                pending.append(_Pending([Draft(decision.kind, at, decision.body)], [None], 0, decision.answer))
        for batch in batches:
            if not batch.answer.set_running_or_notify_cancel():
                continue
            try:
                pending.append(self._judge(batch, taken))
            except Exception as trouble:
                # Not caught and dropped: it is the answer to the one who sent the batch.
                batch.answer.set_exception(trouble)
        drafts = [draft for one in pending for draft in one.drafts]
        try:
            last = self._log.append(drafts)
        except Exception as trouble:
            for one in pending:
                one.answer.set_exception(trouble)
            return
        for key, ranges in taken.items():
            mine = self._seen.setdefault(key, Ranges())
            for first, final in ranges:
                mine.add(first, final)
        self._offer(pending, last - len(drafts))
        head = self._log.head()[1].hex()
        position = last - len(drafts)
        for one in pending:
            position += len(one.drafts)
            one.answer.set_result(Ack(one.last_seq, head) if one.last_seq else position)

    def _offer(self, pending: list[_Pending], before: int) -> None:
        arrivals = []
        for one in pending:
            for draft, batch in zip(one.drafts, one.batches, strict=True):
                before += 1
                arrivals.append(Arrival(before, draft.kind, draft.at, draft.body, draft.agent, batch))
        if arrivals:
            self._fold.offer(arrivals)

    def _judge(self, one: _Batch, taken: Seen) -> _Pending:
        """What of a batch goes to the log. ``taken`` holds what this group has taken so far, and gets this batch's."""
        batch = decode(one.body)
        header = batch.header
        if header.agent != one.agent.id:
            raise Forbidden(f"This token belongs to agent {one.agent.id}, the batch says {header.agent}.")
        key = (one.agent.number, header.boot)
        first, last = header.first_seq, batch.last_seq
        there = self._seen.get(key)
        gaps = [(first, last)] if there is None else there.missing(first, last)
        if key in taken:
            gaps = [gap for part in gaps for gap in taken[key].missing(*part)]
        if gaps:
            self._refuse_clone(one.agent, header.machine_boot)
        whole = gaps == [(first, last)]
        drafts: list[Draft] = []
        batches: list[Batch | None] = []
        offset, _ = dating(header, one.received)
        for gap in gaps:
            part = batch if whole else decode(_cut(batch, gap))
            drafts.append(_draft(part, one, offset))
            batches.append(part)
        if not whole and (strange := self._conflicts(batch, one.agent.number, gaps)):
            # Another content under a known identity: kept aside, never counted as a result.
            body = encode(header, [_result(batch, row) for row in strange])
            drafts.append(Draft("conflict", one.received, body, one.agent.number))
            batches.append(None)
        for gap in gaps:
            taken.setdefault(key, Ranges()).add(*gap)
        return _Pending(drafts, batches, last, one.answer)

    def _refuse_clone(self, agent: AgentIdentity, machine: str) -> None:
        """A kernel's boot id never comes back: where one does with new results, two machines have one identity."""
        known = self._machines.setdefault(agent.number, [])
        if not machine or (known and known[-1] == machine):
            return
        if machine in known:
            raise Conflicting(
                f"Agent {agent.id} reports from two running machines at once. Join the second one under its own name."
            )
        known.append(machine)

    def _conflicts(self, batch: Batch, agent: int, gaps: list[Range]) -> list[int]:
        """Rows of a repeated batch that differ from what is logged under their sequence numbers."""
        header = batch.header
        strange: list[int] = []
        looked_at = 0
        new = {seq for first, last in gaps for seq in range(first, last + 1)}
        for entry in self._log.read_sequence(agent, header.boot, header.first_seq, batch.last_seq):
            logged = decode(entry.body)
            rows = batch.body[batch.rows_from :]
            if logged.header.first_seq == header.first_seq and logged.body[logged.rows_from :] == rows:
                break
            for place in range(len(logged)):
                row = logged.header.first_seq + place - header.first_seq
                if not 0 <= row < len(batch) or header.first_seq + row in new:
                    continue
                looked_at += 1
                if _result(batch, row) != _result(logged, place):
                    strange.append(row)
            if looked_at == len(batch) - len(new):
                break
        return sorted(strange)


def _draft(batch: Batch, one: _Batch, offset: int) -> Draft:
    header = batch.header
    return Draft(
        "batch",
        one.received,
        batch.body,
        one.agent.number,
        header.boot,
        header.first_seq,
        batch.last_seq,
        int(batch.at.min()) + offset,
        int(batch.at.max()) + offset,
        offset,
    )


def _cut(batch: Batch, gap: Range) -> bytes:
    """The results first…last of a batch, as a body of their own."""
    first, last = gap
    start = batch.header.first_seq
    header = dataclasses.replace(batch.header, first_seq=first)
    return encode(header, [_result(batch, row) for row in range(first - start, last - start + 1)])


def _result(batch: Batch, row: int) -> Result:
    reading = Reading(OUTCOMES[batch.outcome[row]], batch.values_of(row), batch.texts.get(row, ""))
    handle, interval, slot, at = (column[row].item() for column in (batch.handle, batch.interval, batch.slot, batch.at))
    return Result(handle, interval, slot, at, reading)
