"""The statements for what follows from configuration: effective settings, assignments, revisions of plans."""

import sqlite3

import msgspec


def settle(tx: sqlite3.Connection, handle: int, since: int, data: str) -> bool:
    """Note the effective settings of a check (JSON) from an instant on; False when they were these already."""
    row = tx.execute("SELECT data FROM effective WHERE handle = ? ORDER BY since DESC LIMIT 1", (handle,)).fetchone()
    if row is not None and row["data"] == data:
        return False
    tx.execute(
        "INSERT INTO effective (handle, since, data) VALUES (?, ?, ?)"
        " ON CONFLICT (handle, since) DO UPDATE SET data = excluded.data",
        (handle, since, data),
    )
    return True


def assign(tx: sqlite3.Connection, handle: int, agents: set[int], since: int) -> set[int]:
    """Let exactly these agents (numbers) look at a check from an instant on; the agents that come or go."""
    rows = tx.execute("SELECT agent FROM assignment WHERE handle = ? AND until IS NULL", (handle,))
    present = {row["agent"] for row in rows}
    for agent in sorted(present - agents):
        tx.execute(
            "UPDATE assignment SET until = CASE WHEN since > :now THEN since ELSE :now END"
            " WHERE handle = :handle AND agent = :agent AND until IS NULL",
            {"now": since, "handle": handle, "agent": agent},
        )
    for agent in sorted(agents - present):
        tx.execute(
            "INSERT INTO assignment (handle, agent, since, until) VALUES (?, ?, ?, NULL)"
            " ON CONFLICT (handle, agent, since) DO UPDATE SET until = NULL",
            (handle, agent, since),
        )
    return present ^ agents


def lookers(tx: sqlite3.Connection, handle: int) -> set[int]:
    """The numbers of the agents that look at a check now."""
    rows = tx.execute("SELECT agent FROM assignment WHERE handle = ? AND until IS NULL", (handle,))
    return {row["agent"] for row in rows}


def touch_plan(tx: sqlite3.Connection, agent: int, position: int) -> None:
    """Note that the entry at this log position changed what an agent (by number) is told to do."""
    tx.execute(
        "INSERT INTO plan (agent, revision) VALUES (?, ?)"
        " ON CONFLICT (agent) DO UPDATE SET revision = excluded.revision WHERE plan.revision < excluded.revision",
        (agent, position),
    )


def plan_revision(tx: sqlite3.Connection, agent: int) -> int:
    """The log position that last changed an agent's plan; 0 for none."""
    row = tx.execute("SELECT revision FROM plan WHERE agent = ?", (agent,)).fetchone()
    return 0 if row is None else int(row["revision"])


def living_handles(tx: sqlite3.Connection) -> dict[str, list[str]]:
    """The ids of the living checks by their target's id."""
    found: dict[str, list[str]] = {}
    rows = tx.execute("SELECT id, owner FROM object WHERE noun = 'check' AND retired IS NULL ORDER BY number")
    for row in rows:
        found.setdefault(row["owner"], []).append(row["id"])
    return found


def current(tx: sqlite3.Connection, key: str) -> dict[str, object] | None:
    """An object's fields as they are now, or None."""
    row = tx.execute("SELECT data FROM object WHERE id = ?", (key,)).fetchone()
    return None if row is None else msgspec.json.decode(row["data"], type=dict[str, object])
