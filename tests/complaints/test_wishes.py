"""What users of other monitors ask for most, as far as figures answer it."""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from collector import cli
from collector.app import House, open_house
from collector.serve import serving
from collector.settings import load
from collector.specs import MaintenanceSpec
from rules.period import Period
from tests.collector.rooms import ADMIN, SECOND, rooms
from tests.collector.watched import house_watched
from tests.complaints.door import Replay
from tests.rules.stories import EPOCH, HOUR, line, results, steady, target
from tests.scenarios.test_live_equals_replay import BEGIN, BOUNDARY, fleet, take_in

MINUTE = 60_000
WHOLE = Period(BEGIN - HOUR, BOUNDARY + 4 * HOUR, "Asia/Shanghai")


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A collector with one target that failed for ten minutes."""
    folder = tmp_path_factory.mktemp("house")
    (folder / "nineward.toml").write_text(f'key = "{folder / "key"}"\n', encoding="utf-8")
    with open_house(load(folder)) as made, serving(made):
        house_watched(made, "core-1")
        yield made


def asked(house: House, capture: pytest.CaptureFixture[str], *words: str) -> Any:
    """The JSON that a command prints."""
    capture.readouterr()
    assert cli.main(["--data", str(house.settings.data), *words, "--json"]) == 0
    return json.loads(capture.readouterr().out)


def test_every_door_gives_the_same_number_and_opens_it(house: House, capsys: pytest.CaptureFixture[str]) -> None:
    """Rank 2, numbers I can trust and explain; also thruk #1172 and Checkmate #3937 (one place that scores)."""
    now = int(time.time() * 1000)
    period = ("--from", str(now - 3 * HOUR), "--to", str(now))
    (entry,) = asked(house, capsys, "availability", "core-1", *period)["objects"]
    (outage,) = asked(house, capsys, "outages", "core-1", *period)
    explained = asked(house, capsys, "explain", "core-1", str(outage["start"] + 1))

    assert (entry["down_ms"], len(entry["outages"])) == (outage["end"] - outage["start"], 1)
    assert explained["state"] == "down"
    looks = [look for check in explained["checks"] for look in check["results"]]
    assert {look["outcome"] for look in looks} == {"ok", "failed"}
    assert all(look["position"] > 0 for look in looks), "each look can be found in the log"


def test_a_dead_switch_is_one_failure_not_thirty(replay: Replay) -> None:
    """Rank 3, one root cause: uptime-kuma #1089, #1453, #2114, #7564, alerta #1300, icinga2 #10472, #10014."""
    cut = [(20 * MINUTE, 40 * MINUTE)]
    names = [f"host-{n}" for n in range(30)]
    lines = [*target("switch"), *results(steady(0, HOUR, MINUTE, down=cut), check="switch/ping")]
    for name in names:
        lines += target(name, parents=["switch"])
        lines += results(steady(0, HOUR, MINUTE, down=cut), check=f"{name}/ping")
    found = replay(lines, EPOCH, EPOCH + HOUR)

    assert (found["fleet"]["failures"], found["fleet"]["down_ms"]) == (1, 20 * MINUTE)
    assert found["fleet"]["unreachable_ms"] == 30 * 20 * MINUTE


def test_a_second_way_in_keeps_a_child_from_hiding_behind_one_parent(replay: Replay) -> None:
    """icinga2 #10014 (redundancy groups): with one parent up, the child's failure is its own."""
    cut = [(20 * MINUTE, 40 * MINUTE)]
    lines = [*target("left"), *target("right"), *target("host", parents=["left", "right"])]
    for name, down in (("left", cut), ("right", []), ("host", cut)):
        lines += results(steady(0, HOUR, MINUTE, down=down), check=f"{name}/ping")
    found = replay.named(lines, EPOCH, EPOCH + HOUR)

    assert (found["host"]["down_ms"], found["host"]["unreachable_ms"]) == (20 * MINUTE, 0)


def test_a_network_that_died_on_our_side_is_nobodys_downtime(replay: Replay) -> None:
    """Rank 4: uptime-kuma #774, #2286, #3417, #5067, #5210, #6900, #7807."""
    looks = [(60 * n, "error" if 20 <= n < 40 else "ok") for n in range(60)]
    lines = [text for name in ("a", "b", "c") for text in [*target(name), *results(looks, check=f"{name}/ping")]]
    fleet = replay(lines, EPOCH, EPOCH + HOUR - 30_000)["fleet"]

    assert (fleet["down_ms"], fleet["failures"]) == (0, 0)
    assert fleet["unknown_ms"] == 3 * 20 * MINUTE


def test_what_one_of_three_places_sees_is_a_path_not_the_host(replay: Replay) -> None:
    """Rank 5: uptime-kuma #84, #1259, #3845, #5599, #6480, OneUptime #1639, gatus #64."""
    lines = target()
    for agent, down in (("hz", [(20 * MINUTE, 40 * MINUTE)]), ("bj", []), ("sz", [(30 * MINUTE, 35 * MINUTE)])):
        lines += results(steady(0, HOUR, MINUTE, down=down), agent=agent)
    found = replay.one(lines, EPOCH, EPOCH + HOUR)

    assert found["down_ms"] == 5 * MINUTE
    assert found["degraded_ms"] == 15 * MINUTE


def test_maintenance_takes_its_dependents_along_and_nothing_is_excused_afterwards(tmp_path: Path) -> None:
    """Rank 7: uptime-kuma #204, #5590, gatus #1274, prometheus #5438, icinga2 PR #5079."""
    with rooms(tmp_path) as found:
        one = fleet(found, 1, 1)
        take_in(one, BEGIN + HOUR)
        announced = found.registry.overlays.announce(
            MaintenanceSpec(("core",), "new fans", BEGIN + 2 * HOUR, BEGIN + 3 * HOUR, with_dependents=True), ADMIN
        )
        found.registry.overlays.approve_maintenance(announced.maintenance.number, SECOND)
        take_in(one)
        figures = {entry["name"]: entry for entry in one.figures(WHOLE)["objects"]}

        assert (figures["core"]["maintenance_ms"], figures["leaf"]["maintenance_ms"]) == (HOUR, HOUR)
        assert figures["shop"]["maintenance_ms"] == 0


def test_flapping_is_one_episode_and_every_second_of_it_counts(replay: Replay) -> None:
    """Rank 8: nagioscore #91, #970, beszel #625 (402 mails), alerta #295, kibana #240179."""
    cuts = [(n * 4 * MINUTE, (n * 4 + 2) * MINUTE) for n in range(3, 9)]
    found = replay.one(
        [*target(), *results(steady(0, HOUR, MINUTE, down=cuts))], EPOCH, EPOCH + HOUR, confirm_down=2, confirm_up=1
    )

    assert (found["failures"], found["episodes"]) == (6, 1)
    assert found["down_ms"] == 12 * MINUTE


def test_a_silent_agent_is_not_a_dead_host(replay: Replay) -> None:
    """Rank 9: nezha (offline after six seconds), nezha-dash #135 (clock skew), beszel #625, uptime-kuma #2470."""
    silent = [(20 * MINUTE, 40 * MINUTE)]
    lines = [*target("host"), line("check", id="host/cpu", target="host", kind="cpu", interval="60s")]
    lines += results(steady(0, HOUR, MINUTE), check="host/ping", agent="neighbour")
    lines += results(steady(0, HOUR, MINUTE, silent=silent), check="host/cpu", agent="own")
    found = replay.one(lines, EPOCH, EPOCH + HOUR)

    assert (found["up_ms"], found["down_ms"], found["unknown_ms"]) == (HOUR, 0, 0)


def test_holidays_and_make_up_days_are_service_hours_or_not(replay: Replay) -> None:
    """Rank 14: librenms PR #11784, sloth #242, thruk #294, uptime-kuma #5590."""
    office = line(
        "calendar", name="office", tz="Asia/Shanghai", weekly={"mon-fri": ["09:00-18:00"]},
        closed=["2026-10-01", "2026-10-02"], open={"2026-10-10": ["09:00-18:00"]},
    )  # fmt: skip
    found = replay.one([*target(calendar="office"), office], "2026-10-01", "2026-10-11")

    # Monday 5th to Friday 9th, and Saturday 10th.
    assert found["agreed_ms"] == 6 * 9 * HOUR
    assert found["out_of_service_ms"] == (240 - 54) * HOUR


def test_mtbf_is_never_infinite_and_comes_with_its_bound(replay: Replay) -> None:
    """Rank 16: gov-availability #6, parseable PR #1443, TheHive #576, mission-control #160."""
    day = 24 * HOUR
    calm = replay.one([*target(interval="10m"), *results(steady(0, 30 * day, 10 * MINUTE))], EPOCH, EPOCH + 30 * day)

    assert (calm["mtbf_h"], calm["mttr_h"]) == (None, None)
    assert calm["mtbf_lower90_h"] == pytest.approx(312.692027, rel=1e-6)
    assert calm["verdicts"]["mtbf"] == "insufficient_data"


def test_a_correction_needs_two_and_shows_both_numbers(replay: Replay) -> None:
    """Rank 17: uptime-kuma #2401 (discard the past hours), icingadb #1023."""
    cut = list(results(steady(0, 10 * HOUR, MINUTE, down=[(HOUR, 2 * HOUR)])))
    asked_for: dict[str, Any] = {
        "target": "core-1", "from_": EPOCH + HOUR, "to": EPOCH + 2 * HOUR, "class_": "excluded",
        "reason": "the carrier's cable", "proposed_by": "ann", "approved_at": EPOCH + 3 * HOUR,
    }  # fmt: skip
    alone = replay.one([*target(), *cut, line("correction", **asked_for, approved_by="ann")], EPOCH, EPOCH + 10 * HOUR)
    found = replay.one([*target(), *cut, line("correction", **asked_for, approved_by="bob")], EPOCH, EPOCH + 10 * HOUR)

    assert (alone["down_ms"], alone["as_measured"]) == (HOUR, None)
    assert (found["down_ms"], found["excluded_ms"]) == (0, HOUR)
    assert found["as_measured"]["down_ms"] == HOUR
    assert "fault_rate" in found["flipped"]
