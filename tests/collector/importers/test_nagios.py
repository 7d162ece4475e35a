"""Logs in the format of Nagios and Icinga, made after its documentation; ``tests/peers`` has a real Nagios."""

from pathlib import Path
from typing import Any

from tests.collector.importers.running import imported, judged, of_kind

START = 1_790_784_000
"""Seconds UTC."""
MINUTE = 60_000


def log(tmp_path: Path, *lines: tuple[int, str], name: str = "nagios.log") -> str:
    path = tmp_path / name
    path.write_text("".join(f"[{START + at}] {text}\n" for at, text in lines), encoding="utf-8")
    return str(path)


def found(lines: list[str], minutes: int) -> dict[str, dict[str, Any]]:
    return judged(lines, START * 1000, START * 1000 + minutes * MINUTE)


UP = (0, "CURRENT HOST STATE: web;UP;HARD;1;PING OK")
SOFT = (1800, "HOST ALERT: web;DOWN;SOFT;1;CRITICAL")
HARD = (1920, "HOST ALERT: web;DOWN;HARD;3;CRITICAL")
BACK = (3600, "HOST ALERT: web;UP;HARD;1;PING OK")
END = (7200, "LOG ROTATION: DAILY")


def test_a_failure_is_dated_back_to_its_first_soft_state(tmp_path: Path) -> None:
    _, lines, _ = imported("nagios", log(tmp_path, UP, SOFT, HARD, BACK, END), "--interval", "1m")

    web = found(lines, 120)["web"]
    (outage,) = web["outages"]
    assert outage["start"] == (START + 1770) * 1000
    assert outage["start_bracket"] == [(START + 1740) * 1000, (START + 1800) * 1000]
    assert outage["detected"] == (START + 1920) * 1000
    assert outage["end"] == (START + 3570) * 1000
    assert web["down_ms"] + web["up_ms"] == 120 * MINUTE


def test_soft_states_that_never_became_hard_are_no_failure(tmp_path: Path) -> None:
    recovered = (1860, "HOST ALERT: web;UP;SOFT;2;PING OK")
    _, lines, _ = imported("nagios", log(tmp_path, UP, SOFT, recovered, END))

    assert (found(lines, 120)["web"]["failures"], found(lines, 120)["web"]["down_ms"]) == (0, 0)


def test_time_in_which_the_program_was_stopped_is_unknown(tmp_path: Path) -> None:
    stopped = (4000, "Caught SIGTERM, shutting down...")
    done = (4001, "Successfully shutdown... (PID=99)")
    started = (5000, "Nagios 4.4.6 starting... (PID=100)")
    _, lines, _ = imported("nagios", log(tmp_path, UP, stopped, done, started, END))

    assert found(lines, 120)["web"]["unknown_ms"] == 1_000_000


def test_a_start_without_a_stop_was_a_crash_after_the_last_line(tmp_path: Path) -> None:
    last = (4000, "SERVICE ALERT: web;page;OK;SOFT;1;")
    started = (5000, "Nagios 4.4.6 starting... (PID=100)")
    _, lines, _ = imported("nagios", log(tmp_path, UP, last, started, END))

    assert found(lines, 120)["web"]["unknown_ms"] == 1_000_000


def test_services_are_checks_and_figures_of_their_own(tmp_path: Path) -> None:
    page = (0, "CURRENT SERVICE STATE: web;page;OK;HARD;1;")
    slow = (1200, "SERVICE ALERT: web;page;WARNING;HARD;3;")
    gone = (2400, "SERVICE ALERT: web;page;CRITICAL;HARD;3;")
    well = (4800, "SERVICE ALERT: web;page;OK;HARD;3;")
    _, lines, _ = imported("nagios", log(tmp_path, UP, page, slow, gone, well, END), "--interval", "2s")

    both = found(lines, 120)
    assert both["web: page"]["down_ms"] == 40 * MINUTE
    assert (both["web"]["down_ms"], both["web"]["degraded_ms"]) == (0, 60 * MINUTE)


def test_a_downtime_counts_as_approved_when_its_command_came_before_it(tmp_path: Path) -> None:
    asked = (600, f"EXTERNAL COMMAND: SCHEDULE_HOST_DOWNTIME;web;{START + 1500};{START + 4000};1;0;2500;me;patches")
    begun = (1500, "HOST DOWNTIME ALERT: web;STARTED; Host has entered a period of scheduled downtime")
    over = (4000, "HOST DOWNTIME ALERT: web;STOPPED; Host has exited from a period of scheduled downtime")
    _, lines, said = imported("nagios", log(tmp_path, UP, asked, begun, SOFT, HARD, BACK, over, END))

    web = found(lines, 120)["web"]
    assert (web["maintenance_ms"], web["down_ms"], web["failures"]) == (2_500_000, 0, 0)
    assert said == ""


def test_a_downtime_nobody_is_seen_to_enter_changes_nothing(tmp_path: Path) -> None:
    begun = (1500, "HOST DOWNTIME ALERT: web;STARTED; Host has entered a period of scheduled downtime")
    _, lines, said = imported("nagios", log(tmp_path, UP, begun, SOFT, HARD, BACK, END))

    assert (found(lines, 120)["web"]["maintenance_ms"], found(lines, 120)["web"]["failures"]) == (0, 1)
    assert "1 downtimes have no command" in said


ROUTER = (
    (0, "CURRENT HOST STATE: router;UP;HARD;1;"),
    (1740, "HOST ALERT: router;DOWN;HARD;3;"),
    (1800, "HOST ALERT: web;UNREACHABLE;HARD;3;"),
    (3600, "HOST ALERT: router;UP;HARD;1;"),
    (3660, "HOST ALERT: web;UP;HARD;1;"),
)


def test_unreachable_hosts_are_told_apart_by_their_parents(tmp_path: Path) -> None:
    objects = tmp_path / "objects.cache"
    objects.write_text(
        "define host {\n\thost_name\tweb\n\tparents\trouter\n\t}\ndefine host {\n\thost_name\trouter\n\t}\n",
        encoding="utf-8",
    )
    _, lines, _ = imported("nagios", log(tmp_path, UP, *ROUTER, END), "--objects", str(objects), "--interval", "1m")

    both = found(lines, 120)
    assert both["router"]["down_ms"] == 31 * MINUTE
    assert (both["web"]["unreachable_ms"], both["web"]["down_ms"]) == (31 * MINUTE, 0)


def test_without_the_parents_unreachable_is_unknown_and_told(tmp_path: Path) -> None:
    _, lines, said = imported("nagios", log(tmp_path, UP, *ROUTER, END), "--interval", "1m")

    assert found(lines, 120)["web"]["unknown_ms"] == 31 * MINUTE
    assert "UNREACHABLE of 1 lines" in said


def test_archives_come_in_any_order(tmp_path: Path) -> None:
    first = log(tmp_path, UP, SOFT, name="a.log")
    second = log(tmp_path, HARD, BACK, END, name="b.log")

    assert imported("nagios", first, second)[1] == imported("nagios", second, first)[1]


def test_text_that_is_no_log_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "syslog"
    path.write_text("Oct  1 00:00:00 host nagios: HOST ALERT: web;DOWN\n", encoding="utf-8")
    code, lines, said = imported("nagios", str(path))

    assert (code, lines) == (2, [])
    assert "such lines begin with" in said


def test_states_before_the_first_mention_are_unknown(tmp_path: Path) -> None:
    later = (3600, "CURRENT HOST STATE: web;UP;HARD;1;")
    _, lines, _ = imported("nagios", log(tmp_path, (0, "LOG VERSION: 2.0"), later, END))

    assert of_kind(lines, "span")[0]["from"] == (START + 3600) * 1000
    assert found(lines, 120)["web"]["unknown_ms"] == 60 * MINUTE


def test_the_last_line_counts_too(tmp_path: Path) -> None:
    _, lines, _ = imported("nagios", log(tmp_path, UP, SOFT, HARD, BACK), "--interval", "1m")

    (outage,) = found(lines, 60)["web"]["outages"]
    assert outage["end"] == (START + 3570) * 1000
