"""Evidence from logged batches and traps: what the fold makes of them, in any order, and what it dates."""

import random
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import pytest

from collector.explain import explain
from collector.intake import AgentIdentity
from collector.pack import pack_closed
from collector.rebuild import rebuild
from collector.specs import CheckSpec, JoinSpec, JoinTokenSpec, TargetSpec
from collector.store import agents, checks, targets, traps
from collector.store.evidence import Told, machines, of_target
from collector.subjects import EVER
from collector.timelines import Timelines
from rules.period import Period
from rules.result import Outcome, Reading, Result
from rules.wire import Header, encode
from tests.collector.rooms import ADMIN, START, Rooms, rooms

MINUTE = 60_000
HOUR = 60 * MINUTE
BOOT_AT = START - 86_400_000
OK, FAILED = Outcome.OK, Outcome.FAILED


class Site:
    """Two agents, a switch that both look at by ping and SNMP, and the machine of the first, in real rooms."""

    def __init__(self, found: Rooms) -> None:
        self.rooms = found
        found.fold.appliers["trap"] = traps.apply
        found.clock.at = START
        self.agents = [self._join(name) for name in ("a1", "a2")]
        asked = tuple(CheckSpec(kind, vital=True, agents="a1,a2") for kind in ("ping", "snmp"))
        found.registry.add_target(TargetSpec("core-1", "192.0.2.1", checks=asked, in_service_from=START), ADMIN)
        with found.state.read() as tx:
            self.core = targets.resolve(tx, "core-1").id
            self.handles = {check.kind: check.handle for check in checks.of_target(tx, self.core)}
            self.host = agents.named(tx, "a1").target  # type: ignore[union-attr]  # it has just joined
            self.host_checks = {check.kind: check.handle for check in checks.of_target(tx, self.host)}
        self.timelines = Timelines(found.state, found.tracks, found.settings)
        self.seqs: dict[tuple[int, str], int] = {}

    def _join(self, name: str) -> AgentIdentity:
        _, token = self.rooms.registry.agents.new_join_token(JoinTokenSpec(), ADMIN)
        joined = self.rooms.registry.agents.join(
            JoinSpec(token, name=name, machine_id=name, machine_boot="k", kinds=("ping", "snmp", "cpu")), "192.0.2.9"
        )
        return AgentIdentity(joined.agent.id, joined.agent.number)

    def send(
        self,
        looks: Iterable[tuple[int, int, Outcome, dict[str, float]]],
        *,
        agent: int = 0,
        boot: str = "b1",
        boot_at: int = BOOT_AT,
        sent: int | None = None,
        **header: Any,
    ) -> None:
        """A batch of looks: handle, seconds after START, outcome, values."""
        found = [
            Result(handle, MINUTE, -1, START + round(at * 1000) - boot_at, Reading(outcome, values))
            for handle, at, outcome, values in looks
        ]
        who = self.agents[agent]
        at = sent if sent is not None else boot_at + max(result.at for result in found) + 500
        self.rooms.clock.at = max(at, self.rooms.clock.at)
        first = self.seqs.get((agent, boot), 1)
        self.seqs[agent, boot] = first + len(found)
        head = Header(who.id, boot, first, sent_mono=float(at - boot_at), sent_wall=at, **header)
        self.rooms.intake.submit_batch(encode(head, found), who, at).result(10)
        self.folded()

    def folded(self) -> None:
        assert self.rooms.fold.wait_for(self.rooms.log.head()[0])

    def told(self, target: str) -> list[Told]:
        with self.rooms.state.read() as tx:
            return of_target(tx, target, *EVER)

    def outages(self, target: str) -> list[dict[str, Any]]:
        self.rooms.clock.at += HOUR
        period = Period(START, self.rooms.clock.at, "UTC")
        (found,) = self.timelines.figures([target], period, self.rooms.clock.at)["objects"]
        return list(found["outages"])

    def seen(self, target: str) -> list[tuple[float, float | None, str, bool]]:
        return [
            (
                (one["start"] - START) / 1000,
                None if one["end"] is None else (one["end"] - START) / 1000,
                str(one["edge_source"]),
                one["inferred"],
            )
            for one in self.outages(target)
        ]


@pytest.fixture
def site(rooms: Rooms) -> Site:
    return Site(rooms)


def snmp(
    site: Site, seconds: Sequence[int], restart: int = -36_000
) -> list[tuple[int, int, Outcome, dict[str, float]]]:
    """Good looks by SNMP at a device that restarted at an instant (seconds)."""
    handle = site.handles["snmp"]
    return [(handle, at, OK, {"uptime_s": at - restart if at >= restart else 86_400 + at}) for at in seconds]


def pings(site: Site, seconds: Sequence[int]) -> list[tuple[int, int, Outcome, dict[str, float]]]:
    return [(site.handles["ping"], at, OK, {"rtt_us": 900}) for at in seconds]


def test_a_restart_between_two_batches_is_an_inferred_outage(site: Site) -> None:
    site.send(snmp(site, range(0, 301, 60), 330))
    site.send(snmp(site, range(360, 901, 60), 330))

    assert site.seen(site.core) == [(315, 330, "restart", True)]


def test_a_good_ping_of_another_agent_narrows_it(site: Site) -> None:
    site.send(pings(site, range(20, 900, 60)), agent=1)
    site.send(snmp(site, range(0, 901, 60), 330))

    assert site.seen(site.core) == [(325, 330, "restart", True)]


def test_a_ping_that_comes_later_narrows_it_too(site: Site) -> None:
    site.send(snmp(site, range(0, 901, 60), 330))
    before = site.seen(site.core)
    site.send(pings(site, range(20, 900, 60)), agent=1)

    assert (before, site.seen(site.core)) == ([(315, 330, "restart", True)], [(325, 330, "restart", True)])


def test_a_count_over_its_end_is_no_restart(site: Site) -> None:
    handle = site.handles["snmp"]
    site.send([(handle, 0, OK, {"uptime_s": 42_949_600}), (handle, 60, OK, {"uptime_s": 42_949_660})])
    site.send([(handle, 120, OK, {"uptime_s": 47}), (handle, 180, OK, {"uptime_s": 107})])

    assert site.told(site.core) == []


def test_a_restart_of_the_snmp_agent_alone_is_kept_as_a_note(site: Site) -> None:
    handle = site.handles["snmp"]
    looks = [(0, 86_400, 86_400), (60, 86_460, 86_460), (120, 20, 86_520), (180, 80, 86_580)]
    site.send([(handle, at, OK, {"uptime_s": up, "host_uptime_s": host}) for at, up, host in looks])

    assert [one.kind for one in site.told(site.core)] == ["agent_restart"]
    assert site.outages(site.core) == []


def test_late_readings_give_what_those_in_order_give(tmp_path: Path) -> None:
    found = []
    for order in range(5):
        with rooms(tmp_path / str(order)) as made:
            site = Site(made)
            chunks = [range(first, first + 240, 60) for first in range(0, 2_400, 240)]
            sends = [(snmp(site, chunk, 500), 0) for chunk in chunks] + [
                (pings(site, [at + 25 for at in chunk]), 1) for chunk in chunks
            ]
            random.Random(order).shuffle(sends) if order else None
            for looks, agent in sends:
                site.send(looks, agent=agent, sent=START + HOUR)
            found.append([(one.at, one.kind, one.since, one.until, one.seen) for one in site.told(site.core)])

    assert found[0] != []
    assert all(one == found[0] for one in found)


def test_what_is_kept_is_what_the_log_gives(site: Site) -> None:
    site.send(snmp(site, range(360, 901, 60), 330), machine_boot="m1")
    site.send(snmp(site, range(0, 301, 60), 330), machine_boot="m1")
    site.send(pings(site, range(20, 900, 60)), agent=1, machine_boot="n1")
    site.send(cpu(site, [1_000]), boot="b2", boot_at=START + 950_000, machine_boot="m2")
    house = Comparing(site)

    found = rebuild(house, site.rooms.clock.at)

    assert len(site.told(site.core)) == 1
    assert len(site.told(site.host)) == 1
    assert found["differences"] == []


def test_a_packed_day_gives_the_same(site: Site) -> None:
    site.send(snmp(site, range(360, 901, 60), 330), machine_boot="m1")
    site.send(snmp(site, range(0, 301, 60), 330), machine_boot="m1")
    site.send(pings(site, range(20, 900, 60)), agent=1, machine_boot="n1")
    site.send(cpu(site, [1_000]), boot="b2", boot_at=START + 950_000, machine_boot="m2")
    site.send(cpu(site, [90_000]), boot="b2", boot_at=START + 950_000, machine_boot="m2")
    assert pack_closed(site.rooms.log) != 0

    assert rebuild(Comparing(site), site.rooms.clock.at)["differences"] == []


class Comparing:
    """What a rebuild compares."""

    def __init__(self, site: Site) -> None:
        self.log, self.state, self.live = site.rooms.log, site.rooms.state, site.rooms.live
        self.fold, self.settings, self.timelines = site.rooms.fold, site.rooms.settings, site.timelines


def test_the_newest_reading_outlives_a_restart_of_the_collector(tmp_path: Path) -> None:
    with rooms(tmp_path) as first:
        site = Site(first)
        site.send(snmp(site, range(0, 301, 60), 330))
    with rooms(tmp_path) as again:
        site.rooms, site.timelines = again, Timelines(again.state, again.tracks, again.settings)
        site.send(snmp(site, range(360, 901, 60), 330))

        assert [one.at for one in site.told(site.core)] == [START + 330_000]


def cpu(site: Site, seconds: Sequence[int]) -> list[tuple[int, int, Outcome, dict[str, float]]]:
    return [(site.host_checks["cpu"], at, OK, {"used_ratio": 0.5}) for at in seconds]


def booted(site: Site, stop: str, last_alive: int) -> None:
    """The machine of the first agent runs until 600 s, boots at 1500 s, and is looked at again from 1560 s on."""
    site.send(cpu(site, range(0, 601, 60)), machine_boot="m1")
    site.send(
        cpu(site, range(1_560, 1_801, 60)),
        boot="b2",
        boot_at=START + 1_500_000,
        machine_boot="m2",
        last_alive=START + last_alive * 1000 - BOOT_AT,
        previous_stop=stop,
    )


@pytest.mark.parametrize(("stop", "kind"), [("shutdown", "shutdown"), ("unknown", "boot"), ("upgrade", "reboot")])
def test_another_boot_of_the_machine_is_evidence(site: Site, stop: str, kind: str) -> None:
    booted(site, stop, 610)

    assert [(one.kind, one.since, one.at) for one in site.told(site.host)] == [
        (kind, START + 610_000, START + 1_500_000)
    ]


def test_the_same_boot_is_none(site: Site) -> None:
    site.send(cpu(site, [0]), machine_boot="m1")
    site.send(cpu(site, [60]), boot="b2", machine_boot="m1", last_alive=1, previous_stop="unknown")

    assert site.told(site.host) == []


def test_the_machine_remembers_when_it_was_heard(site: Site) -> None:
    site.send(cpu(site, [0]), machine_boot="m1")
    site.send(cpu(site, [60]), machine_boot="m1")

    with site.rooms.state.read() as tx:
        known = machines(tx)[site.agents[0].number]
    assert (known.boot, known.began, known.heard) == ("m1", BOOT_AT, START + 60_500)


def witnessless(site: Site) -> str:
    """The first agent's machine, marked as looked at by nobody else, in service since START."""
    with site.rooms.state.read() as tx:
        host = targets.get(tx, site.host)
        cpu_check = next(check for check in checks.of_target(tx, host.id) if check.kind == "cpu")
    assert host.no_outside_witness
    site.rooms.registry.set_check(cpu_check.id, {"vital": True}, ADMIN)
    site.rooms.registry.begin_service(host.id, START)
    return host.id


def test_without_an_outside_witness_the_gap_before_a_boot_is_down(site: Site) -> None:
    name = witnessless(site)
    booted(site, "unknown", 610)

    assert site.seen(name) == [(630, 1_500, "boot", True)]


def test_an_upgrade_leaves_unknown_time(site: Site) -> None:
    name = witnessless(site)
    booted(site, "upgrade", 610)

    assert site.seen(name) == []


def heard(site: Site, at: int, oid: str, seq: int = 1) -> None:
    trap = {
        "seq": seq, "at": START + at * 1000, "source": "192.0.2.1", "version": "v2c", "oid": oid, "name": "",
        "target": site.core, "inform": False, "uptime": None, "bindings": [], "unkept": 0,
    }  # fmt: skip
    site.rooms.intake.record("trap", {"agent": 1, "boot": "b", "traps": [trap]}).result(10)
    site.folded()


COLD_START = "1.3.6.1.6.3.1.1.5.1"


def fault(site: Site) -> None:
    """Ping and SNMP fail from 300 to 350 s and answer again at 420 s."""
    for kind in ("ping", "snmp"):
        looks = [(at, OK) for at in range(0, 300, 60)] + [(at, FAILED) for at in (300, 310, 320, 350)]
        looks += [(at, OK) for at in range(420, 900, 60)]
        site.send([(site.handles[kind], at, outcome, {}) for at, outcome in looks], sent=START + HOUR)


@pytest.mark.parametrize("trap_first", [True, False])
def test_a_cold_start_trap_dates_the_end(site: Site, trap_first: bool) -> None:
    if trap_first:
        heard(site, 400, COLD_START)
    fault(site)
    if not trap_first:
        heard(site, 400, COLD_START)

    assert [(one["end"] - START, one["end_source"]) for one in site.outages(site.core)] == [(400_000, "cold_start")]


def test_a_trap_touches_its_target(site: Site) -> None:
    fault(site)
    with site.rooms.state.write() as tx:
        tx.execute("DELETE FROM touched")
    heard(site, 400, COLD_START)

    with site.rooms.state.read() as tx:
        assert [row["target"] for row in tx.execute("SELECT target FROM touched")] == [site.core]


def test_another_trap_does_not(site: Site) -> None:
    with site.rooms.state.write() as tx:
        tx.execute("DELETE FROM touched")
    heard(site, 400, "1.3.6.1.6.3.1.1.5.5")

    with site.rooms.state.read() as tx:
        assert tx.execute("SELECT target FROM touched").fetchall() == []


def explained(site: Site, at: int) -> dict[str, Any]:
    found = site.rooms
    return explain(found.state, found.tracks, site.timelines, "core-1", START + at * 1000, found.clock.at)


def test_explain_shows_what_dated_an_edge(site: Site) -> None:
    fault(site)
    heard(site, 400, COLD_START)

    said = explained(site, 390)

    assert [(one["kind"], one["told_by"], one["dated"]) for one in said["evidence"]] == [
        ("cold_start", "trap", ["end"])
    ]
    assert "the device told that it started (told by trap): it dated the end of this outage" in said["because"]
    assert (said["outage"]["end_source"], said["outage"]["inferred"]) == ("cold_start", False)


def test_explain_says_that_no_look_saw_a_reboot(site: Site) -> None:
    site.send(snmp(site, range(0, 901, 60), 330))

    said = explained(site, 320)

    assert said["state"] == "down"
    assert said["because"][0].startswith("no look fell into this outage")
    assert said["evidence"][0]["dated"] == ["start", "end"]


def test_evidence_far_from_the_instant_is_not_shown(site: Site) -> None:
    site.send(snmp(site, range(0, 901, 60), 330))
    site.send(snmp(site, range(960, 10_000, 60), 330))

    assert explained(site, 9_000)["evidence"] == []
