"""The statements of evidence: what was told of restarts and lines, and of the machines that agents run on."""

import sqlite3
from collections.abc import Iterable
from dataclasses import astuple, dataclass

from rules.evidence import REBOOTS, Evidence, Kind, behind

NONE = -1
"""In a column of instants: there is none."""

TRAP_KINDS = {
    "1.3.6.1.6.3.1.1.5.1": Kind.COLD_START,
    "1.3.6.1.6.3.1.1.5.2": Kind.WARM_START,
    "1.3.6.1.6.3.1.1.5.3": Kind.LINK_DOWN,
    "1.3.6.1.6.3.1.1.5.4": Kind.LINK_UP,
}
"""The notifications that say when something happened, by their OID (SNMPv2-MIB, IF-MIB)."""

_REBOOTS = ", ".join(f"'{kind.value}'" for kind in sorted(REBOOTS))


@dataclass(frozen=True, slots=True)
class Told:
    """One row: the evidence of a target (id), by the check's handle (0: its own machine) and the agent's number.

    Instants in ms UTC; ``seen`` is the last good look at the target shortly before it, -1 for none.
    """

    target: str
    at: int
    kind: str
    handle: int
    agent: int
    since: int
    until: int
    told_by: str
    seen: int = NONE

    @property
    def began(self) -> int:
        """The earliest instant (ms UTC) about which it says anything."""
        return min(self.since, self.at)

    def evidence(self, check: str, alone: bool) -> Evidence:
        """It as the rules take it. ``check`` is the id of its check where it bears on that alone."""
        plain = Evidence(self.at, Kind(self.kind), self.since, self.until, check, self.told_by, alone)
        return behind(plain, None if self.seen == NONE else self.seen)


@dataclass(frozen=True, slots=True)
class Machine:
    """The machine of an agent: its kernel's boot id, when that boot began, when it last sent a batch (ms UTC)."""

    boot: str
    began: int
    heard: int


def add(tx: sqlite3.Connection, rows: Iterable[Told]) -> None:
    """Write rows; one that is there already is replaced."""
    tx.executemany("INSERT OR REPLACE INTO evidence VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", map(astuple, rows))


def forget(tx: sqlite3.Connection, handle: int, agent: int, since: int) -> list[Told]:
    """Delete what results of a check by an agent from ``since`` on told, and answer with it."""
    key = {"handle": handle, "agent": agent, "since": since}
    where = "WHERE handle = :handle AND agent = :agent AND until >= :since"
    gone = [Told(*row) for row in tx.execute(f"SELECT * FROM evidence {where}", key)]
    tx.execute(f"DELETE FROM evidence {where}", key)
    return gone


def of_target(tx: sqlite3.Connection, target: str, first: int, last: int) -> list[Told]:
    """What one target told of the time from ``first`` to ``last``, by time."""
    rows = tx.execute(
        "SELECT * FROM evidence WHERE target = ? AND at >= ? AND since <= ? ORDER BY at", (target, first, last)
    )
    return [Told(*row) for row in rows]


def restarts(tx: sqlite3.Connection, target: str, first: int, last: int) -> list[Told]:
    """The restarts of a target dated from ``first`` to ``last``."""
    rows = tx.execute(
        f"SELECT * FROM evidence WHERE target = ? AND at BETWEEN ? AND ? AND kind IN ({_REBOOTS})",
        (target, first, last),
    )
    return [Told(*row) for row in rows]


def latest_restarts(tx: sqlite3.Connection) -> dict[str, int]:
    """By target: when it last restarted."""
    return dict(tx.execute(f"SELECT target, MAX(at) FROM evidence WHERE kind IN ({_REBOOTS}) GROUP BY target"))


def machines(tx: sqlite3.Connection) -> dict[int, Machine]:
    """By agent number: the machine it runs on."""
    return {agent: Machine(*rest) for agent, *rest in tx.execute("SELECT agent, boot, began, heard FROM machine")}


def set_machine(tx: sqlite3.Connection, agent: int, machine: Machine) -> None:
    tx.execute("INSERT OR REPLACE INTO machine VALUES (?, ?, ?, ?)", (agent, *astuple(machine)))
