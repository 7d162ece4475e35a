"""Logged results by other thresholds: told from their values what the probe had said, and judged again."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from collector.pack import pack_closed
from collector.specs import PolicySpec, TargetSpec
from collector.whatif.answer import what_if
from collector.whatif.rejudged import Judge
from collector.whatif.scenario import read_scenario
from rules.period import Period
from rules.result import Outcome, Reading, Result
from rules.threshold import Memory, Threshold, judge
from rules.wire import Header, encode
from tests.collector.rooms import ADMIN, START, rooms
from tests.collector.watched import BOOT_AT, MINUTE, Watched, watched

OK, DEGRADED, FAILED, ERROR = Outcome.OK, Outcome.DEGRADED, Outcome.FAILED, Outcome.ERROR
SLOW = {"metric": "rtt_us", "warn": 1000}


def anew(outcome: Outcome, values: dict[str, float], text: str, *limits: dict[str, Any]) -> Outcome:
    return Judge(limits).outcome(0, outcome, values, text)


def test_what_a_limit_had_made_of_a_result_is_undone() -> None:
    assert anew(DEGRADED, {"rtt_us": 1500}, "rtt_us 1500, warn at 1000", {"metric": "rtt_us", "warn": 2000}) is OK


def test_a_lower_limit_degrades_what_was_well() -> None:
    assert anew(OK, {"rtt_us": 1500}, "", SLOW) is DEGRADED


def test_what_the_probe_itself_called_degraded_stays_so() -> None:
    assert anew(DEGRADED, {"rtt_us": 10}, "the certificate ends in 3 days", SLOW) is DEGRADED


def test_a_limit_that_the_probe_brings_itself_stays() -> None:
    assert anew(DEGRADED, {"free_ratio[/]": 0.01}, "free_ratio[/] 0.01, critical at 0.05", SLOW) is DEGRADED


def test_the_limit_of_a_part_is_told_by_its_metric() -> None:
    limit = {"metric": "free_ratio", "warn": 0.005, "below": True}

    assert anew(DEGRADED, {"free_ratio[/]": 0.01}, "free_ratio[/] 0.01, warn at 0.1", limit) is OK


@pytest.mark.parametrize("outcome", [FAILED, ERROR])
def test_what_failed_is_no_matter_of_limits(outcome: Outcome) -> None:
    assert anew(outcome, {"rtt_us": 5000}, "no answer", SLOW) is outcome


def test_a_limit_must_hold_for_its_time() -> None:
    judged = Judge([{**SLOW, "for_ms": 2 * MINUTE}])

    found = [judged.outcome(minute * MINUTE, OK, {"rtt_us": 5000}, "") for minute in range(4)]

    assert found == [OK, OK, DEGRADED, DEGRADED]


@pytest.mark.parametrize("warn", [500, 1500, 4000])
def test_judging_again_is_judging_what_the_probe_said(warn: float) -> None:
    logged_by, now = Threshold.from_plan(SLOW), Threshold.from_plan({"metric": "rtt_us", "warn": warn})
    again = Judge([{"metric": "rtt_us", "warn": warn}])
    memory: Memory = {}
    expected: Memory = {}
    for at, value in enumerate((100, 1200, 3000, 5000, 900, 1600)):
        said = Reading(OK, {"rtt_us": value}, "")
        logged, memory = judge((logged_by,), said, at, memory)
        wanted, expected = judge((now,), said, at, expected)
        assert again.outcome(at, logged.outcome, logged.values, logged.text) is wanted.outcome


@pytest.fixture(params=[False, True], ids=["loose", "packed"])
def slow(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Watched]:
    """An hour of pings that became slow after half of it, under a limit that made them degraded."""
    with rooms(tmp_path) as made:
        found = watched(made)
        made.registry.add_policy(PolicySpec("*", {"ping.threshold.rtt_us.warn": 1000}), ADMIN)
        results = []
        for minute in range(61):
            late = minute >= 30
            reading = Reading(
                DEGRADED if late else OK, {"rtt_us": 5000 if late else 500}, "rtt_us 5000, warn at 1000" if late else ""
            )
            results.append(Result(found.handle, MINUTE, -1, START + minute * MINUTE - BOOT_AT, reading))
        made.clock.at = START + 60 * MINUTE + 1000
        header = Header(found.agent.id, "b1", 1, sent_mono=float(made.clock.at - BOOT_AT), sent_wall=made.clock.at)
        made.intake.submit_batch(encode(header, results), found.agent, made.clock.at).result(10)
        assert made.fold.wait_for(made.log.head()[0])
        if request.param:
            made.clock.at += 2 * 86_400_000
            made.registry.add_target(TargetSpec("other", "192.0.2.9"), ADMIN)  # an entry on a later day ends this one
            assert pack_closed(made.log) != 0
        yield found


def degraded(slow: Watched, settings: dict[str, Any]) -> tuple[int, int]:
    period = Period(START, START + 60 * MINUTE)
    found = what_if(slow.rooms, read_scenario({"parameters": settings}), [slow.target.id], period, slow.now)
    if not found["objects"]:
        return (found["fleet"]["was"]["degraded_ms"],) * 2
    (entry,) = found["objects"]
    return entry["was"]["degraded_ms"], entry["would_be"]["degraded_ms"]


def test_a_higher_limit_would_have_degraded_nothing(slow: Watched) -> None:
    was, would = degraded(slow, {"ping.threshold.rtt_us.warn": 9000})

    assert was == 60 * MINUTE - 29 * MINUTE - 30_000
    assert would == 0


def test_a_lower_limit_would_have_degraded_all(slow: Watched) -> None:
    assert degraded(slow, {"threshold.rtt_us.warn": 400})[1] == 60 * MINUTE


def test_the_limit_that_held_changes_nothing(slow: Watched) -> None:
    was, would = degraded(slow, {"threshold.rtt_us.warn": 1000, "threshold.rtt_us.critical": 1_000_000})

    assert was == would
