"""Reports are issued once, kept as they were, and can be proved from the log or shown to be false."""

import errno
import json
import os

import pytest

from collector.reports.archive import BROKEN, ELSEWHERE, HOLDS, Archive
from collector.reports.environment import made_with
from collector.reports.formats.json import render
from collector.reports.seal import seal
from collector.reports.verification import Verification
from collector.store.reports import Issued
from rules.errors import Invalid, Missing, Unavailable
from rules.period import local
from rules.result import Outcome
from tests.collector.rooms import ADMIN, START, Rooms
from tests.collector.watched import Watched, an_outage, watched

TZ = "Asia/Shanghai"
MONTH = local(START, TZ).strftime("%Y-%m")


@pytest.fixture
def found(rooms: Rooms) -> Watched:
    made = watched(rooms)
    an_outage(made)
    return made


@pytest.fixture
def archive(found: Watched) -> Archive:
    return Archive(found, found.log, found.fold, found.intake, found.clock, found.settings)


@pytest.fixture
def issued(archive: Archive) -> Issued:
    return archive.issue("month", MONTH, TZ, ADMIN)


def document(archive: Archive, issued: Issued) -> dict[str, object]:
    return json.loads(archive.file(issued.id, "json", "en")[0])  # type: ignore[no-any-return]


def test_a_report_tells_what_was_measured_to_the_second(archive: Archive, issued: Issued) -> None:
    data = document(archive, issued)["report"]

    (outage,) = data["outages"]  # type: ignore[index]
    assert outage["target"] == "core-1"
    assert outage["end"] - outage["start"] == 600_000
    assert data["fleet"]["down_ms"] == 600_000  # type: ignore[index]


def test_a_month_in_progress_gives_a_draft(issued: Issued) -> None:
    assert issued.status == "draft"


@pytest.mark.parametrize("form", ["json", "html"])
def test_an_issued_file_holds(archive: Archive, issued: Issued, form: str) -> None:
    content, _ = archive.file(issued.id, form, "zh-CN")

    assert archive.verify(content) == {
        "verdict": HOLDS,
        "reasons": [],
        "sha256": issued.sha256,
        "signature": {"state": "none", "key": None},
        "notes": [],
        "issue": {"id": issued.id, "entry": issued.entry, "revision": 0, "recorded_later": False},
        "newer": None,
    }


def test_it_holds_after_the_log_has_grown(found: Watched, archive: Archive, issued: Issued) -> None:
    content, _ = archive.file(issued.id, "json", "en")
    found.looked((minute, Outcome.FAILED) for minute in range(61, 120))

    assert archive.verify(content)["verdict"] == HOLDS


def test_a_changed_figure_breaks_the_seal(archive: Archive, issued: Issued) -> None:
    changed = document(archive, issued)
    changed["report"]["fleet"]["down_ms"] = 0  # type: ignore[index]

    assert archive.verify(render(changed, "en"))["verdict"] == BROKEN


def test_a_figure_changed_and_sealed_anew_was_not_issued_here(archive: Archive, issued: Issued) -> None:
    forged = document(archive, issued)
    forged["report"]["fleet"]["down_ms"] = 0  # type: ignore[index]
    forged = seal(forged["report"], forged["seal"]["log"], made_with())  # type: ignore[arg-type, index]

    said = archive.verify(render(forged, "en"))

    assert said["verdict"] == ELSEWHERE
    assert "who issued it" in said["reasons"][0]


def test_a_page_that_says_other_than_its_data_is_broken(archive: Archive, issued: Issued) -> None:
    content, _ = archive.file(issued.id, "html", "en")

    said = archive.verify(content.replace(b"0:10:00", b"0:01:00", 1))

    assert said["verdict"] == BROKEN


def test_a_report_of_another_log_was_not_issued_here(archive: Archive, issued: Issued) -> None:
    other = document(archive, issued)
    other = seal(other["report"], {**other["seal"]["log"], "head": "00" * 32})  # type: ignore[arg-type, index]

    assert archive.verify(render(other, "en"))["verdict"] == ELSEWHERE


def test_something_else_is_broken_and_says_what_it_is_not(archive: Archive) -> None:
    assert archive.verify(b"hello")["verdict"] == BROKEN


def test_reports_are_listed_newest_first(found: Watched, archive: Archive, issued: Issued) -> None:
    found.rooms.clock.at += 1000
    second = archive.issue("month", MONTH, TZ, ADMIN)

    assert [one.id for one in archive.listed(10)] == [second.id, issued.id]


def test_a_month_that_has_not_begun_has_no_report(archive: Archive) -> None:
    with pytest.raises(Invalid, match="not begun"):
        archive.issue("month", "2099-01", TZ, ADMIN)


def test_an_unknown_report_is_missing(archive: Archive) -> None:
    with pytest.raises(Missing):
        archive.file("r_none", "html", "en")


def test_targets_that_never_answered_are_listed_and_enter_no_figure(found: Watched, archive: Archive) -> None:
    from collector.specs import TargetSpec

    found.rooms.registry.add_target(TargetSpec("typo", "192.0.2.77"), ADMIN)

    data = document(archive, archive.issue("month", MONTH, TZ, ADMIN))["report"]

    assert "typo" in {row["name"] for row in data["pending"]}  # type: ignore[index]
    assert "typo" not in {entry["name"] for entry in data["objects"]}  # type: ignore[index]


def test_a_full_disk_keeps_no_half_of_a_report(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(Unavailable, match="disk space"):
            archive.issue("month", MONTH, TZ, ADMIN)

    issued = archive.issue("month", MONTH, TZ, ADMIN)
    assert [one.id for one in archive.listed(10)] == [issued.id]


def test_no_report_goes_without_what_has_arrived(
    found: Watched, archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(found.fold, "wait_for", lambda position: position <= found.fold.position)
    monkeypatch.setattr(found.log, "head", lambda: (found.fold.position + 1, b""))

    with pytest.raises(Unavailable, match="worked through"):
        archive.issue("month", MONTH, TZ, ADMIN)


def test_one_file_is_verified_at_a_time(archive: Archive, issued: Issued, monkeypatch: pytest.MonkeyPatch) -> None:
    content = archive.file(issued.id, "json", "en")[0]
    refused: list[str] = []

    def another(*_: object) -> dict[str, object]:
        try:
            archive.verify(content)
        except Unavailable as busy:
            refused.append(busy.message)
        return {}

    monkeypatch.setattr("collector.reports.archive._PATIENCE_S", 0)
    monkeypatch.setattr(Verification, "verify", another)
    archive.verify(content)

    assert ["Another file is being verified" in said for said in refused] == [True]


def test_the_collector_goes_on_while_a_report_is_computed_of_one_position(found: Watched, archive: Archive) -> None:
    """What arrives meanwhile is folded, an outage of half an hour, and is in the next report, not in this one."""
    began, minutes = found.fold.position, iter(range(61, 600))

    def arriving(_done: int, _whole: int) -> None:
        found.looked((next(minutes), Outcome.FAILED) for _ in range(30))

    issued = archive.issue("month", MONTH, TZ, ADMIN, arriving)

    assert began == issued.position < found.fold.position
    assert document(archive, issued)["report"]["fleet"]["down_ms"] == 600_000  # type: ignore[index]
    assert archive.verify(archive.file(issued.id, "json", "en")[0])["verdict"] == HOLDS
