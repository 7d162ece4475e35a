"""Traps: what devices said of themselves, passed on by agents. Kept in the log, shown with names, and a reason to look.

They may be lost, forged and come in storms, so they never set a state: the target's checks are looked at now, and what
those looks find counts.
"""

import ipaddress
import sqlite3
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from collector.clock import Clock
from collector.intake import AgentIdentity, Intake
from collector.plans import Plans
from collector.store import checks, derived, targets, traps
from collector.store.state import State
from collector.store.targets import Target
from rules.errors import Invalid, TooLarge

MOST_TRAPS = 1000
"""Traps in one request."""

_MOST_AGE = 30 * 86_400_000
_LONGEST = 500
_LONGEST_OID = 128 * len("4294967295.")
_HIGHEST = (1 << 63) - 1
"""The largest number the log's fold can put into the state."""
_MOST_BINDINGS = 50
_VERSIONS = ("v1", "v2c", "v3")
_PATIENCE_S = 10.0


@dataclass(frozen=True, slots=True)
class HeardTrap:
    """A notification as an agent heard it ``age_ms`` before it sent this. ``seq`` counts within its process.

    ``target`` is the id of the target that the agent knows by the source's address, empty for none; ``uptime`` the
    device's in 1/100 s; ``bindings`` are pairs of words; ``unkept`` counts those of the source it left out before.
    """

    seq: int
    age_ms: int
    source: str
    version: str
    oid: str
    name: str = ""
    target: str = ""
    inform: bool = False
    uptime: int | None = None
    bindings: list[list[str]] = field(default_factory=list)
    unkept: int = 0


class Traps:
    """Takes in what agents heard, and has the targets looked at. Shared by threads."""

    def __init__(self, state: State, intake: Intake, plans: Plans, clock: Clock) -> None:
        self._state = state
        self._intake = intake
        self._plans = plans
        self._clock = clock

    def take(self, agent: AgentIdentity, boot: str, heard: Sequence[HeardTrap]) -> int:
        """Keep what is new of these; how many that was. They are on disk when this returns.

        Raises Invalid with every mistake (nothing is kept then), TooLarge, Unavailable.
        """
        if len(heard) > MOST_TRAPS:
            raise TooLarge(f"At most {MOST_TRAPS} traps are taken at once, these are {len(heard)}. Split them.")
        mistakes = [f"traps[{place}].{said}" for place, one in enumerate(heard) for said in _mistakes(one)]
        if not 1 <= len(boot) <= 64 or not boot.isprintable():
            mistakes.append("boot: expected 1 to 64 printable characters")
        if mistakes:
            raise Invalid("None of these traps was taken.", tuple(mistakes[:100]))
        now = self._clock.now()
        with self._state.read() as tx:
            before = traps.known(tx, agent.number, boot, [one.seq for one in heard])
            fresh = {one.seq: one for one in heard if one.seq not in before}
            living = targets.living(tx) if fresh else []
            kept = [_kept(one, _target(tx, agent, one, living), now) for one in fresh.values()]
            handles = _handles(tx, {one["target"] for one in kept} - {""})
        if kept:
            self._intake.record("trap", {"agent": agent.number, "boot": boot, "traps": kept}).result(_PATIENCE_S)
            self._plans.look_now(handles)
        return len(kept)


def _mistakes(one: HeardTrap) -> list[str]:
    said = []
    if not 1 <= one.seq <= _HIGHEST:
        said.append("seq: expected a number from 1 to 2^63 - 1")
    if not 0 <= one.age_ms <= _MOST_AGE:
        said.append("age_ms: expected 0 to 30 days")
    if one.version not in _VERSIONS:
        said.append(f"version: expected one of {', '.join(_VERSIONS)}, found {one.version!r}")
    if len(one.oid) > _LONGEST_OID or not all(part.isascii() and part.isdigit() for part in one.oid.split(".")):
        said.append("oid: expected numbers with dots between")
    try:
        if getattr(ipaddress.ip_address(one.source), "scope_id", None) is not None:
            said.append("source: expected an IP address without a zone")
    except ValueError:
        said.append(f"source: expected an IP address, found {one.source[:60]!r}")
    if one.uptime is not None and not 0 <= one.uptime < 1 << 32:
        said.append("uptime: expected a number below 2^32")
    if not 0 <= one.unkept <= _HIGHEST:
        said.append("unkept: expected a number from 0 to 2^63 - 1")
    if len(one.bindings) > _MOST_BINDINGS or any(len(pair) != 2 for pair in one.bindings):
        said.append(f"bindings: expected at most {_MOST_BINDINGS} pairs")
    texts = (one.name, *(text for pair in one.bindings for text in pair))
    if any(len(text) > _LONGEST or not text.isprintable() for text in texts):
        said.append(f"name, bindings: expected lines of at most {_LONGEST} characters")
    return said


def _kept(one: HeardTrap, target: str, now: int) -> dict[str, Any]:
    told = asdict(one)
    del told["age_ms"]
    return {**told, "target": target, "at": now - one.age_ms}


def _target(tx: sqlite3.Connection, agent: AgentIdentity, one: HeardTrap, living: Sequence[Target]) -> str:
    """Whom the trap is about: the agent's word for a target it looks at, else the only target with that address."""
    named = [target for target in living if target.id == one.target]
    if named and any(agent.number in derived.lookers(tx, check.handle) for check in checks.of_target(tx, named[0].id)):
        return named[0].id
    found = [target.id for target in living if target.address == one.source]
    return found[0] if len(found) == 1 else ""


def _handles(tx: sqlite3.Connection, about: set[str]) -> list[int]:
    """The checks that decide on these targets."""
    own = [check for target in sorted(about) for check in checks.of_target(tx, target) if check.retired is None]
    effective = checks.effectives(tx, [check.handle for check in own])
    return [check.handle for check in own if effective[check.handle].vital]
