"""Percentages that nobody could trust or explain."""

import itertools

import pytest

from rules.period import parse_instant
from tests.complaints.door import Replay
from tests.rules.stories import EPOCH, HOUR, line, results, steady, target

MINUTE = 60_000
DAY = 24 * HOUR


def test_a_failure_nobody_confirmed_lowers_no_percentage_and_is_shown(replay: Replay) -> None:
    """uptime-kuma #688 (less than 100 % and no "down" recorded), #3881 (retries are not counted), #5401."""
    looks = [(60 * n, "failed" if n == 30 else "ok") for n in range(60)]
    found = replay.one([*target(), *results(looks)], EPOCH, EPOCH + HOUR)

    assert (found["availability"], found["failures"]) == (1, 0)
    assert (found["glitches"], found["unconfirmed_ms"]) == (1, MINUTE)


def test_seconds_are_counted_however_often_anybody_looked(replay: Replay) -> None:
    """uptime-kuma #919 (20 s down are 50 %), Sentry #97078 (counted checks make the percentage useless)."""
    seldom = [(10 * n, "failed" if 30 <= n < 36 else "ok") for n in range(360)]
    often = sorted({*seldom, *((300 + 2 * n, "failed") for n in range(26))})
    shares = [
        replay.one([*target(interval="10s"), *results(looks)], EPOCH, EPOCH + HOUR)["fault_rate"]
        for looks in (seldom, often)
    ]

    assert shares[0] == pytest.approx(60 / 3595, rel=0.001)
    assert shares[1] == pytest.approx(shares[0], rel=0.08)


def test_time_in_which_the_monitor_was_away_is_neither_up_nor_down(replay: Replay) -> None:
    """uptime-kuma #2401 (its own downtime lowers the percentage), #6475 (it is skipped, and shows 100 %)."""
    away = [(10 * MINUTE, 40 * MINUTE)]
    found = replay.one([*target(), *results(steady(0, HOUR, MINUTE, silent=away))], EPOCH, EPOCH + HOUR)

    assert found["unknown_ms"] == 30 * MINUTE
    assert (found["availability"], found["coverage"]) == (1, 0.5)
    assert (found["availability_low"], found["availability_high"]) == (0.5, 1)
    assert found["verdicts"]["fault_rate"] == "insufficient_data"


def test_the_days_of_a_month_add_up_to_the_month_its_last_day_included(replay: Replay) -> None:
    """thruk #519 (100 % in spite of long critical states), #1172 (the last day is missing), #1177."""
    # September in Shanghai begins at EPOCH; one outage an hour before it ends, one over a midnight.
    cuts = [(30 * DAY - HOUR, 30 * DAY), (10 * DAY - HOUR, 10 * DAY + HOUR)]
    lines = [*target(interval="10m"), *results(steady(0, 30 * DAY, 10 * MINUTE, down=cuts))]
    whole = replay.one(lines, "2026-09-01", "2026-10-01")
    days = [replay.one(lines, EPOCH + n * DAY, EPOCH + (n + 1) * DAY) for n in (0, 9, 10, 28, 29)]

    assert whole["down_ms"] == 3 * HOUR
    assert [day["down_ms"] for day in days] == [0, HOUR, HOUR, 0, HOUR]
    halves = [replay.one(lines, a, b) for a, b in itertools.pairwise(("2026-09-01", "2026-09-13", "2026-10-01"))]
    for key in ("up_ms", "down_ms", "unknown_ms", "failures"):
        assert halves[0][key] + halves[1][key] == whole[key]


def test_without_a_single_look_there_is_no_percentage_and_no_verdict(replay: Replay) -> None:
    """thruk #103 (undetermined counts as 100 %), #294, #1119 (two numbers, both 100 %)."""
    found = replay.one(target(), EPOCH, EPOCH + HOUR)

    assert (found["availability"], found["coverage"]) == (None, 0)
    assert (found["unknown_ms"], found["up_ms"]) == (HOUR, 0)
    assert found["verdicts"]["fault_rate"] == "insufficient_data"


def test_overlapping_windows_and_corrections_never_leave_the_bounds(replay: Replay) -> None:
    """icinga-core #1193 (1158050441 days), icinga-reports #59 (still down after the window), idoreports PR #58."""
    windows = [
        line("maintenance", targets=["core-1"], from_=EPOCH + a * MINUTE, to=EPOCH + b * MINUTE, approved_at=EPOCH - 1)
        for a, b in ((5, 30), (20, 25), (28, 40), (1, 90))
    ]
    looks = results(steady(0, 2 * HOUR, MINUTE, down=[(10 * MINUTE, 100 * MINUTE)]))
    found = replay.one([*target(), *windows, *looks], EPOCH, EPOCH + 2 * HOUR)

    assert (found["maintenance_ms"], found["down_ms"]) == (89 * MINUTE, 10 * MINUTE)
    assert 0 <= found["availability"] <= 1
    (outage,) = found["outages"]
    assert outage["cause"] == "maintenance_overrun"


def test_what_existed_for_half_a_year_is_judged_by_that_half(replay: Replay) -> None:
    """icingadb #834 (which time is the denominator?)."""
    born = EPOCH + 2 * HOUR
    looks = results(steady(2 * HOUR, 4 * HOUR, MINUTE, down=[(3 * HOUR, 4 * HOUR - 30 * MINUTE)]))
    found = replay.one([*target(in_service=[born, None]), *looks], EPOCH, EPOCH + 4 * HOUR)

    assert (found["out_of_service_ms"], found["agreed_ms"]) == (2 * HOUR, 2 * HOUR)
    assert found["availability"] == 0.75


def test_degraded_time_has_a_column_of_its_own(replay: Replay) -> None:
    """icingadb #647 (warnings are not counted), ZBXNEXT-10547 (from which severity on?)."""
    looks = [(60 * n, "degraded" if 20 <= n < 40 else "ok") for n in range(60)]
    found = replay.one([*target(), *results(looks)], EPOCH, EPOCH + HOUR - 30_000)

    assert (found["degraded_ms"], found["down_ms"]) == (20 * MINUTE, 0)
    assert found["availability"] == 1


def test_planned_downtime_is_told_apart_and_only_what_was_approved_before_counts(replay: Replay) -> None:
    """icingadb #1023 (which downtime matters for the SLA?), Thruk discussion #1312 (was it planned?)."""
    cut = results(steady(0, HOUR, MINUTE, down=[(20 * MINUTE, 40 * MINUTE)]))
    window = {"targets": ["core-1"], "from_": EPOCH + 15 * MINUTE, "to": EPOCH + 45 * MINUTE}
    lines = [*target(), *cut]
    early = replay.one([*lines, line("maintenance", **window, approved_at=EPOCH)], EPOCH, EPOCH + HOUR)
    late = replay.one([*lines, line("maintenance", **window, approved_at=EPOCH + HOUR)], EPOCH, EPOCH + HOUR)

    assert (early["down_ms"], early["planned_down_ms"], early["maintenance_ms"]) == (0, 20 * MINUTE, 30 * MINUTE)
    assert early["availability_operational"] < early["availability"]
    assert (late["down_ms"], late["planned_down_ms"]) == (20 * MINUTE, 0)


def test_several_hosts_asked_together_are_each_as_if_asked_alone(replay: Replay) -> None:
    """idoreports #61 and #48, icinga reporting #93 (wrong values when several hosts are selected)."""
    names = ["a", "b", "c"]
    own = {
        name: [
            *target(name),
            *results(steady(0, HOUR, MINUTE, down=[(n * 10 * MINUTE, (n * 10 + 5) * MINUTE)]), check=f"{name}/ping"),
        ]
        for n, name in enumerate(names, start=1)
    }
    together = replay.named(itertools.chain.from_iterable(own.values()), EPOCH, EPOCH + HOUR)

    assert together == {name: replay.one(own[name], EPOCH, EPOCH + HOUR) for name in names}


def test_a_window_that_still_runs_counts_already(replay: Replay) -> None:
    """idoreports #3 (active downtimes are left out, and the value changes when they end)."""
    running = line("maintenance", targets=["core-1"], from_=EPOCH + 30 * MINUTE, to=EPOCH + 3 * HOUR, approved_at=EPOCH)
    looks = list(results(steady(0, 4 * HOUR, MINUTE, down=[(40 * MINUTE, 100 * MINUTE)])))
    now = [*target(), running, *(text for text in looks if f'"t": {EPOCH + HOUR}' > text[text.index('"t":') :])]
    found = replay.one(now, EPOCH, EPOCH + HOUR)
    afterwards = replay.one([*target(), running, *looks], EPOCH, EPOCH + HOUR)

    assert (found["maintenance_ms"], found["down_ms"]) == (30 * MINUTE, 0)
    assert (afterwards["maintenance_ms"], afterwards["down_ms"]) == (30 * MINUTE, 0)


@pytest.mark.parametrize(
    ("start", "end", "tz", "hours"),
    [
        ("2026-02-01", "2026-03-01", "Asia/Shanghai", 672),
        ("2026-03-01", "2026-04-01", "Europe/Berlin", 743),
        ("2026-10-01", "2026-11-01", "Europe/Berlin", 745),
    ],
)
def test_a_month_is_a_calendar_month_of_its_zone(replay: Replay, start: str, end: str, tz: str, hours: int) -> None:
    """sloth #656, #348, #332, #749, #242 (managers want months, not thirty days that roll)."""
    begin, finish = parse_instant(start, tz), parse_instant(end, tz)
    found = replay(target(), begin, finish)

    assert found["fleet"]["agreed_ms"] == hours * HOUR


def test_an_open_outage_counts_in_any_period_asked_for(replay: Replay) -> None:
    """librenms #15947, PRs #16040, #15545 (open outages vanish), #11784 (only fixed periods)."""
    lines = [*target(), *results(steady(0, 3 * HOUR, MINUTE, down=[(2 * HOUR, 3 * HOUR)]))]
    found = replay.one(lines, EPOCH + HOUR, EPOCH + 2 * HOUR + 10 * MINUTE)

    assert (found["down_ms"], found["open"], found["failures"]) == (10 * MINUTE, 1, 1)
    assert found["mttr_h"] is None


def test_an_outage_over_the_end_of_a_month_is_one_failure(replay: Replay) -> None:
    """healthchecks #874, #773 (how is a percentage calculated? the outage is an event of both months)."""
    end = 30 * DAY
    lines = [
        *target(interval="10m"),
        *results(steady(end - DAY, end + DAY, 10 * MINUTE, down=[(end - 2 * HOUR, end + 3 * HOUR)])),
    ]
    first = replay.one(lines, "2026-09-01", "2026-10-01")
    second = replay.one(lines, "2026-10-01", "2026-11-01")

    assert (first["down_ms"], first["failures"], first["restored"]) == (2 * HOUR, 1, 0)
    assert (second["down_ms"], second["failures"], second["mttr_h"]) == (3 * HOUR, 0, 5)
