"""Check: one question asked of a target, its effective settings, and who looks, now and at any instant."""

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass, field

import msgspec

from collector.store.objects import Noun, effective_now
from rules.errors import Missing


@dataclass(frozen=True, slots=True)
class Check:
    """One question asked of a target by some agents.

    ``handle`` is its number on the wire. ``part`` is the stable key of the part it watches (ifName, mount point), empty
    for the whole. ``agents`` is a selector (``own``, ``outside``, names, ``any 3 of site=hz``; empty for the default).
    ``settings`` is the check's own layer. ``vital`` says whether it decides up and down. ``address`` is the target's
    when empty. ``shipped`` marks a check that came with its target.
    """

    id: str
    handle: int
    target: str
    kind: str
    part: str = ""
    address: str = ""
    options: dict[str, object] = field(default_factory=dict)
    settings: dict[str, object] = field(default_factory=dict)
    vital: bool = False
    agents: str = ""
    shipped: bool = False
    created: int = 0
    retired: int | None = None

    @property
    def name(self) -> str:
        """What the check is called beside its target's name: ``ping``, ``disk[/var]``."""
        return f"{self.kind}[{self.part}]" if self.part else self.kind


@dataclass(frozen=True, slots=True)
class Effective:
    """What all layers of settings come to for one check. Durations in ms."""

    interval: int
    retry_interval: int
    timeout: int
    confirm_down: int
    confirm_up: int
    max_gap: int
    ticket_after: int
    min_failure: int
    vital: bool
    options: dict[str, object] = field(default_factory=dict)
    thresholds: tuple[dict[str, object], ...] = ()


@dataclass(frozen=True, slots=True)
class Assignment:
    """That an agent (by number) was to look at a check from ``since`` until ``until`` (ms UTC, None: still)."""

    agent: int
    since: int
    until: int | None


_noun = Noun("check", Check, "check")
find, get, resolve, by_handle = _noun.find, _noun.get, _noun.resolve, _noun.numbered
living, ever, of_target, ever_of_target = _noun.living, _noun.ever, _noun.owned, _noun.ever_owned
history, at = _noun.history, _noun.at
_effective = msgspec.json.Decoder(Effective)


def effective(tx: sqlite3.Connection, handle: int) -> Effective:
    """What is in force now for a check. Raises Missing."""
    found = effectives(tx, (handle,))
    if not found:
        raise Missing(f"There is no check with the number {handle}.")
    return found[handle]


def effectives(tx: sqlite3.Connection, handles: Iterable[int]) -> dict[int, Effective]:
    """What is in force now, by handle; handles nobody has are left out."""
    return {handle: _effective.decode(data) for handle, data in effective_now(tx, handles).items()}


def effectives_at(tx: sqlite3.Connection, instant: int) -> dict[int, Effective]:
    """What was in force at an instant (ms UTC), by handle."""
    rows = tx.execute("SELECT handle, data, max(since) FROM effective WHERE since <= ? GROUP BY handle", (instant,))
    told: dict[str, Effective] = {}
    found = {}
    for row in rows:
        data = row["data"]
        if data not in told:
            told[data] = _effective.decode(data)
        found[row["handle"]] = told[data]
    return found


def effective_history(tx: sqlite3.Connection, handle: int) -> list[tuple[int, Effective]]:
    """``(since, settings)`` by instant; each holds until the next."""
    rows = tx.execute("SELECT since, data FROM effective WHERE handle = ? ORDER BY since", (handle,))
    return [(row["since"], _effective.decode(row["data"])) for row in rows]


def assignments(tx: sqlite3.Connection, handle: int) -> list[Assignment]:
    """Who looked at a check, ever, by begin and number."""
    rows = tx.execute("SELECT agent, since, until FROM assignment WHERE handle = ? ORDER BY since, agent", (handle,))
    return [Assignment(row["agent"], row["since"], row["until"]) for row in rows]


def targets_of(tx: sqlite3.Connection, agents: Iterable[int]) -> set[str]:
    """The targets (ids) at which any of these agents (numbers) ever looked."""
    found: set[str] = set()
    for agent in agents:
        rows = tx.execute(
            "SELECT DISTINCT object.owner AS target FROM assignment"
            " JOIN object ON object.noun = 'check' AND object.number = assignment.handle WHERE assignment.agent = ?",
            (agent,),
        )
        found.update(row["target"] for row in rows)
    return found


def assigned_to(tx: sqlite3.Connection, agent: int) -> list[Check]:
    """The living checks an agent (by number) looks at now, by handle."""
    rows = tx.execute("SELECT handle FROM assignment WHERE agent = ? AND until IS NULL ORDER BY handle", (agent,))
    found = (by_handle(tx, row["handle"]) for row in rows.fetchall())
    return [check for check in found if check is not None and check.retired is None]
