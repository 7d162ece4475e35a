"""Plans: what each agent is told to look at, and the long poll by which it learns of a change at once."""

import asyncio
import hashlib
import threading
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import msgspec

from collector.clock import Clock
from collector.layers import DEVICE, RESOURCES
from collector.registry import Registry
from collector.store import agents, checks, credentials, derived, targets
from collector.store.agents import Agent
from collector.store.checks import Check
from collector.store.state import State
from collector.store.targets import Target
from rules.errors import NinewardError

SEND_EVERY = 5_000
"""How often an agent sends what is no news, in ms; more often for checks that look more often."""

_SEND_EVERY_LEAST = 1_000

LONGEST_WAIT_S = 60.0
_LOOK_PAUSE = 5_000
_NEW = 60_000
"""A check made at most so long ago (ms) is looked at as soon as its agent hears of it, not a whole interval later."""

_WAY = ("version", "port", "profile", "most_values")
"""The options by which a device is reached and read."""

_ENCODER = msgspec.json.Encoder(order="sorted")


@dataclass(frozen=True, slots=True)
class Plan:
    """An agent's plan as JSON, and the tag that names its contents. Holds secrets: only its agent may see it."""

    tag: str
    body: bytes


class Plans:
    """Makes plans and tells who waits that theirs changed. Shared by threads and the event loop."""

    def __init__(self, state: State, registry: Registry, clock: Clock) -> None:
        self._state = state
        self._vault = registry.vault
        self._clock = clock
        self._lock = threading.Lock()
        self._made: dict[str, tuple[int, str, dict[str, Any]]] = {}
        self._waiting: set[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = set()
        self._look_now: dict[int, set[str]] = {}
        self._looked: dict[str, int] = {}
        self._closed = False
        registry.journal.listeners.append(self.changed)

    def plan(self, agent: str) -> Plan:
        """The plan of an agent (by id), with the looks that are wanted at once; those are given this once.

        Raises Missing for an agent nobody knows.
        """
        with self._state.read() as tx:
            known = agents.get(tx, agent)
            revision = derived.plan_revision(tx, known.number)
            with self._lock:
                made = self._made.get(agent)
            if made is None or made[0] != revision:
                assigned = checks.assigned_to(tx, known.number)
                self._look_at_new(known.number, assigned)
                table = self._table(known, revision, assigned, tx)
                tag = hashlib.sha256(_ENCODER.encode(table)).hexdigest()[:16]
                made = (revision, tag, table)
                with self._lock:
                    self._made[agent] = made
        with self._lock:
            wanted = sorted(self._look_now.pop(known.number, ()))
        return Plan(made[1], _ENCODER.encode({**made[2], "look_now": wanted}))

    async def wait(self, agent: str, tag: str, seconds: float) -> Plan | None:
        """The plan, as soon as it is another than ``tag`` or a look is wanted; None when nothing came in time."""
        loop = asyncio.get_running_loop()
        until = loop.time() + min(seconds, LONGEST_WAIT_S)
        news = asyncio.Event()
        place = (loop, news)
        with self._lock:
            self._waiting.add(place)
        try:
            while True:
                news.clear()
                found = await asyncio.to_thread(self._news, agent, tag)
                if found is not None or self._closed:
                    return found
                try:
                    await asyncio.wait_for(news.wait(), until - loop.time())
                except TimeoutError:
                    return None
        finally:
            with self._lock:
                self._waiting.discard(place)

    def look_now(self, handles: Iterable[int]) -> None:
        """Ask those who look at these checks to look at once; for one check at most every five seconds."""
        now = self._clock.now()
        with self._state.read() as tx, self._lock:
            for handle in handles:
                check = checks.by_handle(tx, handle)
                if check is None or now - self._looked.get(check.id, -_LOOK_PAUSE) < _LOOK_PAUSE:
                    continue
                self._looked[check.id] = now
                for number in derived.lookers(tx, handle):
                    self._look_now.setdefault(number, set()).add(check.id)
        self.changed()

    def changed(self) -> None:
        """Let everybody who waits see whether their plan changed. May be called from any thread."""
        with self._lock:
            waiting = list(self._waiting)
        for loop, news in waiting:
            try:
                loop.call_soon_threadsafe(news.set)
            except RuntimeError:  # that loop has ended, and with it whoever waited
                with self._lock:
                    self._waiting.discard((loop, news))

    def close(self) -> None:
        """Let nobody wait any longer, so that connections can end. May be called from any thread."""
        self._closed = True
        self.changed()

    def _look_at_new(self, agent: int, assigned: list[Check]) -> None:
        now = self._clock.now()
        with self._lock:
            for check in assigned:
                if now - check.created < _NEW and check.id not in self._looked:
                    self._looked[check.id] = now
                    self._look_now.setdefault(agent, set()).add(check.id)

    def _news(self, agent: str, tag: str) -> Plan | None:
        with self._state.read() as tx:
            known = agents.get(tx, agent)
            revision = derived.plan_revision(tx, known.number)
        with self._lock:
            made = self._made.get(agent)
            if made is not None and made[:2] == (revision, tag) and known.number not in self._look_now:
                return None
        plan = self.plan(agent)
        return plan if plan.tag != tag or b'"look_now":[]' not in plan.body else None

    def _table(self, agent: Agent, revision: int, assigned: list[Check], tx: Any) -> dict[str, Any]:
        effective = checks.effectives(tx, (check.handle for check in assigned))
        owners = {key: targets.get(tx, key) for key in {check.target for check in assigned}}
        wanted = sorted({name for check in assigned for name in owners[check.target].credentials if _needs(check)})
        opened = {}
        for name in wanted:
            known = credentials.named(tx, name)
            if known is None:
                continue
            try:
                secrets = self._vault.open(tx, known.sealed)
            except NinewardError:
                # The other checks must go on; the agent says of this one that its credential is missing.
                continue
            revealed = {key: secret.reveal() for key, secret in secrets.items()}
            opened[name] = {"kind": known.kind, **known.words, **revealed}
        device = _Devices(assigned, effective)
        return {
            "revision": revision,
            "agent": {"id": agent.id, "name": agent.name, "number": agent.number},
            "send_every_ms": _send_every(terms.interval for terms in effective.values()),
            "witnesses": [],
            "checks": [
                _entry(check, owners[check.target], effective[check.handle], agent, set(opened), device)
                for check in assigned
            ],
            "credentials": opened,
        }


def _send_every(intervals: Iterable[int]) -> int:
    """How often good news is sent: not so rarely that a check with a short interval seems silent between."""
    return max(_SEND_EVERY_LEAST, min((SEND_EVERY, *intervals)))


def _needs(check: Check) -> bool:
    return check.kind not in RESOURCES and check.kind not in ("ping", "tcp")


class _Devices:
    """What the checks of one device have in common when one agent looks at them: it is read once for all of them."""

    def __init__(self, assigned: Iterable[Check], effective: Mapping[int, checks.Effective]) -> None:
        self._firsts: dict[str, int] = {}
        self._ways: dict[str, dict[str, Any]] = {}
        for check in assigned:
            if check.kind in DEVICE:
                self._firsts[check.target] = min(check.handle, self._firsts.get(check.target, check.handle))
            if check.kind == "snmp" and not check.address:
                known = effective[check.handle].options
                self._ways[check.target] = {name: known[name] for name in _WAY if name in known}

    def phase_key(self, check: Check) -> int:
        """The checks of one device fall due together."""
        return self._firsts[check.target]

    def options(self, check: Check, target: Target) -> dict[str, Any]:
        """How the device is reached and read, where the check does not say so itself: as its own check does it."""
        profile = {} if target.profile == "auto" else {"profile": target.profile}
        return profile | ({} if check.address else self._ways.get(check.target, {}))


def _entry(
    check: Check, target: Target, effective: checks.Effective, agent: Agent, opened: set[str], devices: _Devices
) -> dict[str, Any]:
    settings = asdict(effective)
    phase_key, options = check.handle, settings["options"]
    if check.kind in RESOURCES:
        # A host's own resources are read together: one wake-up for all of them.
        phase_key = agent.number
    elif check.kind in DEVICE:
        phase_key, options = devices.phase_key(check), {**devices.options(check, target), **options}
    return {
        "handle": check.handle,
        "id": check.id,
        "target": target.name,
        "target_id": target.id,
        "kind": check.kind,
        "part": check.part,
        "address": check.address or target.address,
        "interval_ms": settings["interval"],
        "retry_ms": settings["retry_interval"],
        "timeout_ms": settings["timeout"],
        "confirm_down": settings["confirm_down"],
        "confirm_up": settings["confirm_up"],
        "phase_key": phase_key,
        "vital": settings["vital"],
        "options": options,
        "thresholds": settings["thresholds"],
        "credentials": [name for name in target.credentials if name in opened] if _needs(check) else [],
    }
