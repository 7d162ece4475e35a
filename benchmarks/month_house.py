"""A made-up house: targets with one check each, its log of some days with the incidents about every outage, packed."""

import contextlib
import heapq
import json
from collections.abc import Iterator
from pathlib import Path

from benchmarks.month_log import BEGIN, HOUR, MINUTE, Fleet, drafts, outages
from collector.access import Principal
from collector.clock import Clock
from collector.fold import Fold
from collector.intake import Intake
from collector.live import Live
from collector.pack import pack_closed
from collector.registry import Registry
from collector.roles import Role
from collector.settings import Settings
from collector.specs import JoinSpec, JoinTokenSpec, TargetSpec
from collector.store.entry import Draft
from collector.store.log import Log
from collector.store.state import State

ADMIN = Principal("person", "u_bench", "bench", Role.ADMIN)
MONITOR = {"kind": "monitor", "name": "nineward"}
DETECTED_MS = 45_000
"""From an outage's begin to its detection, about."""


class GivenClock(Clock):
    """It is just before everything begins."""

    def now(self) -> int:
        return BEGIN - HOUR


def build(folder: Path, fleet: Fleet) -> tuple[Settings, int]:
    """Write the log below ``folder`` and pack its days; the settings of the house and the number of results."""
    settings = Settings(key=folder / "key").at(folder)
    folder.mkdir(parents=True, exist_ok=True)
    with contextlib.closing(Log(folder / "log")) as log:
        configure(folder, settings, log, fleet)
        made = 0
        for _, draft in heapq.merge(((one.at, one) for one in drafts(fleet)), incidents(fleet), key=lambda one: one[0]):
            log.append([draft])
            made += draft.last_seq - draft.first_seq + 1 if draft.first_seq else 0
    with contextlib.closing(Log(folder / "log")) as log:
        pack_closed(log)
    return settings, made


def name(check: int) -> str:
    """The name of the target that has a check."""
    return f"host-{check:05}"


def incidents(fleet: Fleet) -> Iterator[tuple[int, Draft]]:
    """The decisions about the outages, as the stage that decides would record them; the last days' stay open."""
    found: list[tuple[int, dict[str, object]]] = []
    for number, (check, start, end) in enumerate(zip(*(one.tolist() for one in outages(fleet)), strict=True)):
        if end - start < MINUTE:
            continue
        fault = f"outage:{check}:{number}"
        opened = {
            "verb": "open",
            "incident": f"i_{number:08}",
            "actor": MONITOR,
            "text": f"{name(check)} is down",
            "kind": "outage",
            "fault": fault,
            "target": "",
            "check": "",
            "agent": "",
            "priority": "general",
            "summary": f"{name(check)} is down",
            "correlation": fault,
            "year": 2026,
            "since": start,
            "detected": start + DETECTED_MS,
            "due": start + 5 * MINUTE,
            "systems": [],
        }
        over = {"verb": "recover", "incident": f"i_{number:08}", "actor": MONITOR, "text": "", "ended": end}
        found += ((start + DETECTED_MS, opened), (end + DETECTED_MS // 2, over))
    last = BEGIN + fleet.days * 24 * HOUR
    for at, payload in sorted(found, key=lambda one: one[0]):
        if at < last:
            yield at, Draft("incident", at, json.dumps(payload, sort_keys=True).encode())


def configure(folder: Path, settings: Settings, log: Log, fleet: Fleet) -> None:
    """An agent and the targets it pings, through the registry, so that their checks are numbered from 1 on."""
    with contextlib.closing(State(folder / "state.db")) as state:
        clock = GivenClock()
        fold = Fold(log, state, Live(folder / "live"), Registry.terms)
        intake = Intake(log, fold, clock.now)
        registry = Registry(state, intake, fold, clock, settings)
        fold.appliers["config"] = registry.apply
        fold.start()
        intake.start()
        try:
            _, token = registry.agents.new_join_token(JoinTokenSpec(), ADMIN)
            registry.agents.join(
                JoinSpec(token, name="a1", machine_id="m1", machine_boot="k1", kinds=("ping",)), "192.0.2.9"
            )
            specs = [
                TargetSpec(name(check), f"10.{check >> 16}.{check >> 8 & 255}.{check & 255}", in_service_from=BEGIN)
                for check in range(1, fleet.checks + 1)
            ]
            registry.import_targets(specs, ADMIN)
        finally:
            intake.stop()
            fold.stop()
