"""Plan: what this agent is to look at, as the collector says it and as the agent remembers it on disk."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from agent.folder import write
from rules.errors import Invalid

MOST_INTERVAL = 7 * 86_400_000


@dataclass(frozen=True, slots=True)
class PlannedCheck:
    """One check of the plan. Lengths of time in ms. ``phase_key`` decides, with the interval, when it is due."""

    handle: int
    id: str
    target: str
    kind: str
    address: str
    interval: int
    retry: int
    timeout: int
    confirm_down: int
    confirm_up: int
    phase_key: int
    options: Mapping[str, Any] = field(default_factory=dict)
    thresholds: tuple[Mapping[str, Any], ...] = ()
    credentials: tuple[str, ...] = ()
    target_id: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """A revision of the plan. ``credentials`` holds secrets by name, ``rejected`` what was wrong with checks left out.

    ``look_now`` and ``resend`` are wishes of the moment: checks (ids or handles) to look at beside the plan, and by
    boot the last result a collector has that was restored from a backup.
    """

    revision: int = 0
    send_every: int = 5000
    checks: tuple[PlannedCheck, ...] = ()
    credentials: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    rejected: tuple[str, ...] = ()
    look_now: tuple[str | int, ...] = ()
    resend: Mapping[str, int] = field(default_factory=dict)


def parse(body: bytes) -> Plan:
    """The plan in the collector's JSON. Unknown fields are ignored; one wrong check does not spoil the others.

    Raises Invalid when the whole is no plan.
    """
    try:
        table = json.loads(body)
        checks, rejected = _checks(table.get("checks", []))
        return Plan(
            revision=_whole(table, "revision", 0, 1 << 53),
            send_every=_whole(table, "send_every_ms", 100, 600_000, 5000),
            checks=checks,
            credentials=dict(table.get("credentials") or {}),
            rejected=rejected,
            look_now=tuple(one for one in table.get("look_now") or () if isinstance(one, str | int)),
            resend={str(boot): int(seq) for boot, seq in (table.get("resend") or {}).items()},
        )
    except (ValueError, TypeError, AttributeError, KeyError) as trouble:
        raise Invalid(f"The collector's plan cannot be read: {trouble}") from trouble


def _checks(tables: list[Any]) -> tuple[tuple[PlannedCheck, ...], tuple[str, ...]]:
    checks: dict[int, PlannedCheck] = {}
    rejected = []
    for place, table in enumerate(tables):
        try:
            check = _check(table)
        except (ValueError, TypeError, AttributeError, KeyError) as trouble:
            rejected.append(f"checks[{place}]: {trouble}")
            continue
        if check.handle in checks:
            rejected.append(f"checks[{place}]: handle {check.handle} is there twice")
        else:
            checks[check.handle] = check
    return tuple(checks.values()), tuple(rejected)


def _check(table: Mapping[str, Any]) -> PlannedCheck:
    handle = _whole(table, "handle", 1, (1 << 32) - 1)
    interval = _whole(table, "interval_ms", 100, MOST_INTERVAL)
    return PlannedCheck(
        handle=handle,
        id=str(table.get("id", handle)),
        target=str(table.get("target", "")),
        kind=str(table["kind"]),
        address=str(table.get("address") or ""),
        interval=interval,
        retry=_whole(table, "retry_ms", 10, MOST_INTERVAL, min(10_000, interval)),
        timeout=_whole(table, "timeout_ms", 1, MOST_INTERVAL, 3000),
        confirm_down=_whole(table, "confirm_down", 1, 1000, 3),
        confirm_up=_whole(table, "confirm_up", 1, 1000, 2),
        phase_key=_whole(table, "phase_key", 0, (1 << 53), handle),
        options=dict(table.get("options") or {}),
        thresholds=tuple(dict(one) for one in table.get("thresholds") or ()),
        credentials=tuple(str(one) for one in table.get("credentials") or ()),
        target_id=str(table.get("target_id", "")),
    )


def _whole(table: Mapping[str, Any], name: str, low: int, high: int, default: int | None = None) -> int:
    value = table.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise ValueError(f"{name}: expected a whole number from {low} to {high}, found {value!r}")
    return value


def remembered(path: Path) -> Plan:
    """The plan kept on disk; an empty one when there is none. Wishes of the moment are over. Raises Invalid."""
    try:
        body = path.read_bytes()
    except FileNotFoundError:
        return Plan()
    except OSError as trouble:
        raise Invalid(f"{path} cannot be read: {trouble.strerror}") from trouble
    plan = parse(body)
    return Plan(plan.revision, plan.send_every, plan.checks, plan.credentials, plan.rejected)


def remember(path: Path, body: bytes) -> None:
    """Keep the collector's JSON for the next start, readable by its owner alone: it holds credentials."""
    write(path, body)
