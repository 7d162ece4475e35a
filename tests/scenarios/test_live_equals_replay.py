"""The live path and the replay of the same record must come to the same figures, to the millisecond.

Live: batches by intake, log, fold, spans in the state, tracks, timelines. Replay: the same results as lines, in one
pure function. They share the rules of timelines, but nothing of how results become spans.
"""

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from collector.intake import AgentIdentity
from collector.needs import renamed
from collector.refold import refolded
from collector.settings import Settings
from collector.specs import CheckSpec, CorrectionSpec, JoinSpec, JoinTokenSpec, MaintenanceSpec, ServiceSpec, TargetSpec
from collector.store import agents, agreements, checks, targets, windows
from collector.store.checks import Check
from collector.store.state import State
from collector.timelines import Timelines
from rules.period import Period, month
from rules.record import read_record
from rules.replay import replay
from tests.collector.rooms import ADMIN, SECOND, START, Rooms, rooms
from tests.scenarios.stream import MINUTE, Running, Stream

TZ = "Asia/Shanghai"
BOUNDARY = month("2026-10", TZ).start
HOUR = 60 * MINUTE
BOOT_AT = START - 86_400_000
BEGIN = BOUNDARY - 3 * HOUR
END = BOUNDARY + 3 * HOUR


@dataclass
class Fleet:
    """Real rooms with some agents and targets, and the stream that comes in."""

    rooms: Rooms
    timelines: Timelines
    agents: list[AgentIdentity]
    stream: Stream

    def figures(self, period: Period) -> dict[str, Any]:
        """As the pages and the API show them, long after all of it."""
        self.rooms.clock.at = END + 24 * HOUR
        return self.timelines.figures(None, period, self.rooms.clock.at, "site")

    def replayed(self, period: Period) -> dict[str, Any]:
        """From the same record as a file, its lines in any order."""
        lines = [json.dumps(line) for line in self._lines()]
        random.Random(self.stream.seed).shuffle(lines)
        found = replay(read_record(lines), period, self.rooms.settings.calculation, "site")
        assert found.pop("record") == {"conflicts": 0}
        return found

    def _lines(self) -> Iterator[dict[str, Any]]:
        with self.rooms.state.read() as tx:
            names = {target.id: target.name for target in targets.ever(tx) if target.in_service_from is not None}
            known = {check.handle: check for check in checks.ever(tx) if check.target in names}
            for target in targets.ever(tx):
                if target.id in names:
                    yield {
                        "target": {
                            "name": target.name,
                            "kind": target.kind,
                            "parents": [names[key] for key in target.parents],
                            "in_service": [target.in_service_from, target.in_service_to],
                            "labels": dict(target.labels),
                            "priority": target.priority.value,
                        }
                    }
            for handle, check in known.items():
                for index, (since, stand) in enumerate(checks.effective_history(tx, handle)):
                    yield {
                        "check": {
                            "id": check.id,
                            "target": names[check.target],
                            "kind": check.kind,
                            "vital": stand.vital,
                            "interval": f"{stand.interval}ms",
                            "confirm_down": stand.confirm_down,
                            "confirm_up": stand.confirm_up,
                            "max_gap": f"{stand.max_gap}ms",
                            **({"since": since} if index else {}),
                        }
                    }
            names |= {service.id: service.name for service in agreements.services(tx)}
            for service in agreements.services(tx):
                yield {
                    "service": {
                        "name": service.name,
                        "needs": renamed(service.needs, lambda key: names.get(key, key)),
                        "in_service": [service.created, None],
                        "spares": list(service.spares),
                    }
                }
            for window in windows.all_maintenance(tx):
                for start, end in window.windows:
                    yield {
                        "maintenance": {
                            "targets": [names[key] for key in window.targets],
                            "from": start,
                            "to": end,
                            "approved_at": window.approved_at,
                            "reason": window.reason,
                        }
                    }
            for correction in windows.corrections(tx):
                yield {
                    "correction": {
                        "target": names[correction.target],
                        "from": correction.start,
                        "to": correction.end,
                        "class": correction.to_class,
                        "proposed_by": correction.proposed_by,
                        "approved_by": correction.approved_by or None,
                        "approved_at": correction.approved_at,
                        "reason": correction.reason,
                    }
                }
        for line in self.stream.lines:
            yield {
                "result": {
                    "check": known[line.handle].id,
                    "agent": line.agent,
                    "boot": line.boot,
                    "seq": line.seq,
                    "t": line.at,
                    "outcome": line.outcome.value,
                    **({"values": dict(line.values)} if line.values else {}),
                }
            }


def fleet(found: Rooms, seed: int, count: int, restarting: bool = False) -> Fleet:
    """So many agents, four targets, everything looked at by all of them; the stream made, and not yet taken in.

    Where they are ``restarting``, those looked at by SNMP begin anew now and then, and tell how long they run.
    """
    found.clock.at = BEGIN
    for number in range(1, count + 1):
        _, token = found.registry.agents.new_join_token(JoinTokenSpec(), ADMIN)
        kinds = ("ping", "tcp", "snmp", "http", "cpu")
        found.registry.agents.join(
            JoinSpec(token, name=f"a{number}", machine_id=f"m{number}", machine_boot="k", kinds=kinds), "127.0.0.1"
        )
    everyone = ",".join(f"a{number}" for number in range(1, count + 1))

    def asked(kind: str, vital: bool, **settings: Any) -> CheckSpec:
        return CheckSpec(kind, vital=vital, agents=everyone, settings=settings)

    def add(name: str, *asks: CheckSpec, **more: Any) -> None:
        found.registry.add_target(
            TargetSpec(name, "192.0.2.1", checks=asks, in_service_from=BEGIN - HOUR, **more), ADMIN
        )

    add(
        "core",
        asked("ping", True),
        asked("tcp", True, interval="40s"),
        asked("snmp", False),
        kind="switch",
        labels={"site": "hz"},
    )
    add("leaf", asked("ping", True, interval="20s"), parents=("core",), labels={"site": "hz"})
    add("shop", asked("http", True, interval="30s", confirm_down=2, confirm_up=1))
    add("far", asked("ping", True), asked("snmp", True, interval="2m"), asked("tcp", True, interval="50s"))

    def serve(name: str, needs: dict[str, Any], *spares: str) -> None:
        found.registry.agreements.set_service(ServiceSpec(name, needs, spares=spares), ADMIN)

    serve("front", {"all_of": ["core", {"any_of": ["shop", "far"]}]})
    serve("lines", {"capacity": {"min": 100, "of": {"leaf": 100, "shop": 50, "far": 50}}}, "maintenance")
    serve("whole", {"2_of": ["front", "lines", "far/snmp"]})

    with found.state.read() as tx:
        known = [agents.named(tx, f"a{number}") for number in range(1, count + 1)]
        snmp = [check.handle for check in checks.ever(tx) if check.kind == "snmp"] if restarting else []
        every = {
            (target.name, check.handle): checks.effective(tx, check.handle).interval
            for target in targets.living(tx)
            if target.in_service_from is not None
            for check in checks.of_target(tx, target.id)
        }
    identities = [AgentIdentity(one.id, one.number) for one in known if one is not None]
    stream = Stream(seed, BEGIN, END, BOOT_AT)
    chance = random.Random(seed)
    stream.live(identities, every, {handle: Running.of(chance, BEGIN, END) for handle in snmp})
    return Fleet(found, Timelines(found.state, found.tracks, found.settings), identities, stream)


def take_in(one: Fleet, until: int = END + 24 * HOUR) -> None:
    """Hand in what arrives up to an instant; the fold takes some of it together and some by itself."""
    chance = random.Random(one.stream.seed)
    answers = []
    while one.stream.deliveries and one.stream.deliveries[0].received <= until:
        delivery = one.stream.deliveries.pop(0)
        one.rooms.clock.at = delivery.received
        answers.append(one.rooms.intake.submit_batch(delivery.body, delivery.agent, delivery.received))
        if chance.random() < 0.3:
            answers[-1].result(10)
    for answer in answers:
        answer.result(10)
    assert one.rooms.fold.wait_for(one.rooms.log.head()[0])
    one.rooms.clock.at = max(one.rooms.clock.at, min(until, END))


PERIODS = {
    "all": Period(BEGIN - HOUR, END + HOUR, TZ),
    "September": month("2026-09", TZ),
    "October's first hours": Period(BOUNDARY, END + HOUR, TZ),
    "an hour": Period(BEGIN + 1_234_567, BEGIN + 1_234_567 + HOUR, TZ),
}


def compare(one: Fleet) -> None:
    """Every key of every object and of the fleet, in several periods."""
    for name, period in PERIODS.items():
        live, replayed = one.figures(period), one.replayed(period)
        for ours, theirs in zip(live["objects"], replayed["objects"], strict=True):
            for key in {*ours, *theirs}:
                assert ours.get(key) == theirs.get(key), (name, ours["name"], key)
        assert live == replayed, name
    assert sum(entry["failures"] for entry in one.figures(PERIODS["all"])["objects"]) > 3


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("count", [1, 2, 3])
def test_live_figures_are_those_of_the_replay(tmp_path: Path, seed: int, count: int) -> None:
    with rooms(tmp_path) as found:
        one = fleet(found, seed, count)
        take_in(one)
        compare(one)


@pytest.mark.parametrize("policy", ["first_bad", "last_good"])
def test_edges_are_dated_alike_by_every_policy(tmp_path: Path, policy: str) -> None:
    house = {"edge_policy": policy, "merge_gap": "1m", "min_failure": "90s", "quorum": 1}
    with rooms(tmp_path, Settings(key=tmp_path / "key", parameters=house)) as found:
        one = fleet(found, 50, 2)
        take_in(one)
        compare(one)


@pytest.mark.parametrize("seed", range(4))
def test_windows_and_revisions_count_alike(tmp_path: Path, seed: int) -> None:
    with rooms(tmp_path) as found:
        one = fleet(found, 100 + seed, 2)
        take_in(one, BEGIN + HOUR)
        for start, end in (
            (BEGIN + 90 * MINUTE, BEGIN + 130 * MINUTE),
            (BOUNDARY - 10 * MINUTE, BOUNDARY + 25 * MINUTE),
        ):
            found.registry.overlays.announce(MaintenanceSpec(("core", "far"), "new fans", start, end), ADMIN)
        take_in(one, BOUNDARY + 17 * MINUTE)
        found.registry.set_check(_check(one, "far", "tcp").id, {"vital": False}, ADMIN)
        take_in(one)
        compare(one)


@pytest.mark.parametrize("seed", range(3))
def test_corrections_and_windows_that_come_again_count_alike(tmp_path: Path, seed: int) -> None:
    with rooms(tmp_path) as found:
        one = fleet(found, 500 + seed, 2)
        take_in(one, BEGIN + HOUR)
        overlays = found.registry.overlays
        first = found.clock.at + 20 * MINUTE
        spec = MaintenanceSpec(("core", "front"), "nightly", first, first + HOUR, every="day", until=first + 26 * HOUR)
        overlays.approve_maintenance(overlays.announce(spec, ADMIN).maintenance.number, SECOND)
        take_in(one)
        found.clock.at = END
        for target, start, to in (
            ("far", BEGIN + 10 * MINUTE, "excluded"),
            ("shop", BEGIN + HOUR, "up"),
            ("leaf", BOUNDARY - HOUR, "down"),
            ("far", BEGIN + 40 * MINUTE, "measured"),
            ("whole", BOUNDARY - 30 * MINUTE, "excluded"),
        ):
            asked = CorrectionSpec(target, start, start + 90 * MINUTE, to, "as told", evidence="T-1")
            overlays.approve_correction(overlays.propose(asked, ADMIN).number, SECOND)
        compare(one)
        entries = one.figures(PERIODS["all"])["objects"]
        assert sum(entry["as_measured"] is not None for entry in entries) >= 4


@pytest.mark.parametrize("seed", range(2))
def test_a_restart_of_the_collector_changes_nothing(tmp_path: Path, seed: int) -> None:
    with rooms(tmp_path) as found:
        one = fleet(found, 200 + seed, 2)
        take_in(one, BOUNDARY - 40 * MINUTE)
    with rooms(tmp_path) as again:
        one.rooms, one.timelines = again, Timelines(again.state, again.tracks, again.settings)
        take_in(one)
        compare(one)


@pytest.mark.parametrize("seed", range(300, 305))
@pytest.mark.parametrize("count", [1, 2])
def test_evidence_counts_alike(tmp_path: Path, seed: int, count: int) -> None:
    with rooms(tmp_path) as found:
        one = fleet(found, seed, count, restarting=True)
        take_in(one)
        compare(one)
        sources = {
            source
            for entry in one.figures(PERIODS["all"])["objects"]
            for outage in entry["outages"]
            for source in (outage["edge_source"], outage["end_source"])
        }
        assert sources & {"reboot", "restart"}


@pytest.mark.parametrize("seed", range(2))
def test_evidence_outlives_a_restart_and_is_what_the_log_gives(tmp_path: Path, seed: int) -> None:
    with rooms(tmp_path) as found:
        one = fleet(found, 400 + seed, 2, restarting=True)
        take_in(one, BOUNDARY - 40 * MINUTE)
    with rooms(tmp_path) as again:
        one.rooms, one.timelines = again, Timelines(again.state, again.tracks, again.settings)
        take_in(one)
        compare(one)
        with refolded(again.log, again.log.head()[0], again.settings) as whole:
            assert evidence_of(whole.state) == evidence_of(again.state) != []


def evidence_of(state: State) -> list[tuple[object, ...]]:
    with state.read() as tx:
        return [tuple(row) for row in tx.execute("SELECT * FROM evidence ORDER BY target, at, kind, handle, agent")]


def _check(one: Fleet, target: str, kind: str) -> Check:
    with one.rooms.state.read() as tx:
        (found,) = [check for check in checks.of_target(tx, targets.resolve(tx, target).id) if check.kind == kind]
    return found
