"""Configuration as a fold over the log: what a config entry does to the state, and what follows from it.

An entry's payload is ``{"actor": {kind, id, name}, "changes": [{"noun", "id", "verb", "since", "data"}, …]}``. ``data``
holds the fields that change; the others stay, so two entries written side by side do not undo each other. ``since`` is
the instant (ms UTC) from which the change is in force. Everything here is deterministic and idempotent: it reads
nothing but the state and the entry.
"""

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from collector import assign, layers
from collector.fold import Terms
from collector.store import agents, checks, derived, objects, policies, targets
from collector.store.agents import Agent
from collector.store.checks import Check
from collector.store.policies import Policy
from collector.store.targets import Target
from rules.parameters import CheckParameters
from rules.selector import Selector, words

_NUMBER = {"check": "handle"}
_OWNER = {"check": "target", "correction": "target", "report_comment": "report", "report_approval": "report"}
_ENCODER = msgspec.json.Encoder(order="sorted")


def apply(tx: sqlite3.Connection, position: int, at: int, payload: Mapping[str, Any]) -> set[int]:
    """Do what a config entry says; the handles of the checks whose terms changed."""
    consequences = _Consequences()
    for change in payload["changes"]:
        consequences.before(tx, change)
        data = {**(derived.current(tx, change["id"]) or {"id": change["id"]}), **change["data"]}
        _store(tx, position, at, payload["actor"], change, data)
        consequences.after(tx, change, data)
    return consequences.settle(tx, position)


def terms(tx: sqlite3.Connection, handles: Iterable[int]) -> dict[int, Terms | None]:
    """What the live fold must know of checks, by handle: None for the retired and those nobody knows."""
    found: dict[int, Terms | None] = {}
    for handle in handles:
        check = checks.by_handle(tx, handle)
        if check is None or check.retired is not None:
            found[handle] = None
            continue
        found[handle] = Terms(check.target, parameters(checks.effective(tx, handle)))
    return found


def parameters(effective: checks.Effective) -> CheckParameters:
    """The part of the effective settings that turns samples into spans."""
    return CheckParameters(
        interval=effective.interval,
        retry_interval=effective.retry_interval,
        timeout=effective.timeout,
        confirm_down=effective.confirm_down,
        confirm_up=effective.confirm_up,
        max_gap=effective.max_gap,
    )


def settled(check: Check, target: Target, rules: Sequence[tuple[Selector, Policy]]) -> list[layers.Row]:
    """Each setting of a check with the layer it comes from. ``rules`` are the policies, the stronger ones later."""
    named = words(target.name, target.kind, target.priority, target.labels)
    stack: list[layers.Layer] = [
        (layers.SHIPPED, layers.shipped(check.kind, target.priority, check.vital)),
        ("profile", layers.PROFILES.get(target.profile, {})),
        *((f"policy {policy.number}", policy.settings) for selector, policy in rules if selector.matches(named)),
        ("target", target.settings),
        ("check", check.settings),
    ]
    return layers.rows(check.kind, stack)


def rules_of(tx: sqlite3.Connection) -> list[tuple[Selector, Policy]]:
    """The living policies with their selectors, the stronger ones later."""
    return [(Selector.parse(policy.selector), policy) for policy in policies.living(tx)]


def _store(
    tx: sqlite3.Connection,
    position: int,
    at: int,
    actor: dict[str, str],
    change: Mapping[str, Any],
    data: Mapping[str, Any],
) -> None:
    noun, text = change["noun"], _ENCODER.encode(data).decode()
    objects.put(
        tx,
        noun,
        change["id"],
        str(data.get("name", "")),
        str(data.get(_OWNER.get(noun, ""), "")),
        int(data.get(_NUMBER.get(noun, "number"), 0)),
        data.get("retired"),
        text,
    )
    revision = objects.Revision(change["id"], position, noun, change["since"], at, change["verb"], actor, {})
    objects.revise(tx, revision, text)


class _Consequences:
    """Gathers, over the changes of one entry, whose settings, assignments and plans must be looked at again."""

    def __init__(self) -> None:
        self._since = 0
        self._targets: dict[str, Target] = {}
        self._checks: set[str] = set()
        self._selectors: list[Selector] = []
        self._credentials: set[str] = set()
        self._agents: set[int] = set()
        self._everyone = False

    def before(self, tx: sqlite3.Connection, change: Mapping[str, Any]) -> None:
        """Look at an object as it was: whom a policy reached is known only now."""
        if change["noun"] == "policy":
            policy = policies.find(tx, change["id"])
            if policy is not None:
                self._selectors.append(Selector.parse(policy.selector))

    def after(self, tx: sqlite3.Connection, change: Mapping[str, Any], data: Mapping[str, Any]) -> None:
        """Look at an object as it has become."""
        self._since = max(self._since, change["since"])
        match change["noun"]:
            case "check":
                self._checks.add(change["id"])
            case "target":
                # What only begins or ends a service changes no plan, and comes often.
                if set(change["data"]) - {"in_service_from", "in_service_to"}:
                    self._checks.update(check.id for check in checks.of_target(tx, change["id"]))
            case "policy":
                self._selectors.append(Selector.parse(data["selector"]))
            case "credential":
                self._credentials.add(data["name"])
            case "agent":
                self._everyone = True
                self._agents.add(data["number"])

    def settle(self, tx: sqlite3.Connection, position: int) -> set[int]:
        """Write what follows; the handles of the checks whose terms changed."""
        looked_at_anew, altered = self._reached(tx)
        rules, living = rules_of(tx), agents.living(tx)
        changed: set[int] = set()
        plans = set(self._agents)
        for key in sorted(looked_at_anew):
            check = checks.get(tx, key)
            target = self._target(tx, check.target)
            here = set() if check.retired is not None else self._numbers(check, target, living)
            plans |= derived.assign(tx, check.handle, here, self._since)
            if key in altered:
                # A target's address or credentials stand in the plan too, so whoever looks is told.
                plans |= derived.lookers(tx, check.handle)
                if check.retired is not None or self._settle_check(tx, check, target, rules):
                    changed.add(check.handle)
        for number in plans:
            derived.touch_plan(tx, number, position)
        return changed

    def _reached(self, tx: sqlite3.Connection) -> tuple[set[str], set[str]]:
        """The checks whose lookers may have changed, and those of them whose settings or plan entry may have."""
        reached, altered = set(self._checks), set(self._checks)
        if not (self._selectors or self._credentials or self._everyone):
            return reached, altered
        by_target = derived.living_handles(tx)
        for target in targets.living(tx):
            own = by_target.get(target.id, ())
            named = words(target.name, target.kind, target.priority, target.labels)
            if self._credentials.intersection(target.credentials) or any(s.matches(named) for s in self._selectors):
                altered.update(own)
                reached.update(own)
            elif self._everyone:
                reached.update(own)
        return reached, altered

    def _target(self, tx: sqlite3.Connection, key: str) -> Target:
        if key not in self._targets:
            self._targets[key] = targets.get(tx, key)
        return self._targets[key]

    def _settle_check(
        self, tx: sqlite3.Connection, check: Check, target: Target, rules: Sequence[tuple[Selector, Policy]]
    ) -> bool:
        table = layers.effective(settled(check, target, rules), check.options)
        return derived.settle(tx, check.handle, self._since, _ENCODER.encode(table).decode())

    def _numbers(self, check: Check, target: Target, living: Sequence[Agent]) -> set[int]:
        return {agent.number for agent in assign.assigned(check, target, living)}
