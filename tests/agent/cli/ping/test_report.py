"""What a sweep found, for people and for programs."""

import json
from collections import Counter
from typing import Any

import pytest

from agent.cli.ping import report
from agent.cli.ping.report import State
from agent.cli.terminal.target_list import Aim
from agent.icmp.destination import destination
from agent.icmp.sweep import Fate

ALIVE = Fate(3, 3, 10_000_000, 11_000_000.0, 12_000_000, 816_496.6)
SILENT = Fate(3, 0, None, None, None, None)
UNASKED = Fate(0, 0, None, None, None, None)
UNABLE = Fate(0, 0, None, None, None, None, 0, 0, "could not look: no buffer space available (ENOBUFS)", True)


def rows(*fates: Fate) -> list[report.Row]:
    aims = [Aim(f"192.0.2.{at}", destination(f"192.0.2.{at}")) for at in range(1, 1 + len(fates))]
    return report.rows(aims, fates)


@pytest.mark.parametrize(
    ("fates", "code"),
    [
        ((ALIVE,), 0),
        ((ALIVE, SILENT), 1),
        ((ALIVE, UNASKED), 1),
        ((SILENT, UNABLE), 3),
    ],
)
def test_the_exit_code_tells_the_worst(fates: tuple[Fate, ...], code: int) -> None:
    assert report.exit_code(Counter(row.state for row in rows(*fates))) == code


def test_a_name_without_address_is_exit_code_2() -> None:
    assert report.exit_code(Counter([State.ALIVE, State.UNREACHABLE, State.UNRESOLVED])) == 2


def test_a_table_for_people_tells_every_figure() -> None:
    assert report.table(rows(ALIVE, SILENT), once=False).splitlines() == [
        "Target     Sent  Received  Loss  Min ms     Avg     Max   Mdev",
        "192.0.2.1     3         3    0%  10.000  11.000  12.000  0.816",
        "192.0.2.2     3         0  100%       -       -       -      -  no answer",
    ]


def test_asked_once_a_target_has_one_round_trip() -> None:
    told = rows(Fate(1, 1, 412_300, 412_300.0, 412_300, 0.0), Fate(1, 0, None, None, None, None))

    assert report.table(told, once=True).splitlines() == [
        "Target     RTT ms",
        "192.0.2.1   0.412",
        "192.0.2.2       -  no answer",
    ]


def answered_once(rtt_ns: int, **more: Any) -> Fate:
    return Fate(1, 1, rtt_ns, float(rtt_ns), rtt_ns, 0.0, **more)


@pytest.mark.parametrize(
    "rtts_ns", [(412_300,), (4_000, 999_999_999), (1, 499, 500, 1_500, 2_500), (12_345_678_901, 5_000)]
)
def test_all_answered_once_the_table_looks_as_with_one_that_did_not(rtts_ns: tuple[int, ...]) -> None:
    """The quick way of laying out the usual table and the way for all others must agree on every line."""
    all_well = [answered_once(rtt_ns) for rtt_ns in rtts_ns]
    quick = report.table(rows(*all_well), once=True).splitlines()

    *slow, last = report.table(rows(*all_well, Fate(1, 0, None, None, None, None)), once=True).splitlines()

    assert quick == slow
    assert last.endswith("no answer")


@pytest.mark.parametrize("odd", [{"late": 1}, {"duplicates": 1}, {"trouble": "a damaged answer came"}])
def test_a_remark_is_told_though_all_answered(odd: dict[str, Any]) -> None:
    told = rows(answered_once(5_000), answered_once(6_000, **odd))

    assert report.remark(told[1]) in report.table(told, once=True).splitlines()[2]


def test_a_wide_name_is_aligned_by_the_cells_it_takes() -> None:
    aims = [Aim("机房", destination("192.0.2.1")), Aim("rack", destination("192.0.2.2"))]

    _, first, second = report.table(report.rows(aims, [answered_once(5_000)] * 2), once=True).splitlines()

    assert (first, second) == ("机房     0.005", "rack     0.005")


def test_late_and_repeated_answers_are_remarked() -> None:
    (row,) = rows(Fate(3, 2, 1, 1.0, 1, 0.0, late=1, duplicates=2))

    assert report.remark(row) == "1 late, 2 duplicates"


def test_a_name_is_shown_with_the_address_that_was_asked() -> None:
    told = report.rows([Aim("web", destination("192.0.2.1"))], [ALIVE])

    assert report.table(told, once=True, named=True).splitlines()[1].split() == ["web", "192.0.2.1", "10.000"]


def test_no_name_moves_the_cursor() -> None:
    told = report.rows([Aim("a\x1b[2Jb", destination("192.0.2.1"))], [ALIVE])

    assert "\x1b" not in report.table(told, once=True)


def test_the_summary_adds_up() -> None:
    told = rows(ALIVE, SILENT, UNABLE)

    assert report.line(report.summary(told, 1.234, complete=True)) == (
        "3 targets, 1 alive, 1 unreachable, 1 error, 6 sent, 3 received (50.0% loss), 1.23 s"
    )


def test_without_anything_sent_there_is_no_loss() -> None:
    told = rows(UNASKED)
    found = json.loads(report.document(told, report.summary(told, 0.1, complete=False)))

    assert found["targets"][0]["loss"] is None
    assert found["summary"]["loss"] is None
    assert "nothing sent" in report.line(report.summary(told, 0.1, complete=False))
