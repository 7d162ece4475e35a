"""Comments and approvals stand in the log, beside what is sealed; and who may make them."""

import json
from collections.abc import Callable
from dataclasses import replace

import pytest

from collector.access import SYSTEM, Principal, local, require_approver
from collector.reports.archive import HOLDS, Archive
from collector.reports.remarks import LONGEST, Remarks
from collector.roles import Role
from collector.store import reports
from collector.store.reports import Issued
from rules.errors import Conflicting, Forbidden, Invalid, Missing
from tests.collector.reports.test_revisions import FROZEN, HOUR, MONTH, TZ, corrected
from tests.collector.rooms import ADMIN, SECOND, Rooms
from tests.collector.watched import Watched, an_outage, watched


@pytest.fixture
def found(rooms: Rooms) -> Watched:
    made = watched(rooms)
    an_outage(made)
    return made


@pytest.fixture
def archive(found: Watched) -> Archive:
    return Archive(found, found.log, found.fold, found.intake, found.clock, found.settings)


@pytest.fixture
def remarks(found: Watched, archive: Archive) -> Remarks:
    return Remarks(archive, found.rooms.registry.journal, found.settings)


def issue(found: Watched, archive: Archive, author: Principal = ADMIN, at: int = FROZEN) -> Issued:
    found.rooms.clock.at = at
    return archive.issue("month", MONTH, TZ, author)


def test_somebody_else_approves_and_it_is_shown_by_name(found: Watched, archive: Archive, remarks: Remarks) -> None:
    issued = issue(found, archive)

    made = remarks.approve(issued.id, SECOND)

    assert (made.by, made.sha256) == ("grace", issued.sha256)
    assert [one["by"] for one in remarks.of(issued.id)["approvals"]] == ["grace"]


def test_twice_is_the_same_as_once(found: Watched, archive: Archive, remarks: Remarks) -> None:
    issued = issue(found, archive)
    first = remarks.approve(issued.id, SECOND)
    found.rooms.clock.at += HOUR

    assert remarks.approve(issued.id, SECOND) == first


def test_the_author_does_not_approve_unless_one_person_is_set(
    found: Watched, archive: Archive, remarks: Remarks
) -> None:
    issued = issue(found, archive)
    alone = Remarks(archive, found.rooms.registry.journal, replace(found.settings, one_person=True))

    with pytest.raises(Forbidden):
        remarks.approve(issued.id, ADMIN)
    assert alone.approve(issued.id, ADMIN).by == "ada"


@pytest.mark.parametrize("who", [local("root"), Principal("token", "t_1", "script", Role.ADMIN)])
def test_no_token_and_no_local_command_approves(
    found: Watched, archive: Archive, remarks: Remarks, who: Principal
) -> None:
    with pytest.raises(Forbidden):
        remarks.approve(issue(found, archive).id, who)


def test_what_the_collector_issued_anybody_may_approve_who_may_approve(
    found: Watched, archive: Archive, remarks: Remarks
) -> None:
    assert remarks.approve(issue(found, archive, SYSTEM).id, ADMIN).by == "ada"


def test_what_is_not_frozen_is_not_approved(found: Watched, archive: Archive, remarks: Remarks) -> None:
    with pytest.raises(Conflicting, match="not frozen"):
        remarks.approve(issue(found, archive, at=FROZEN - 1).id, SECOND)


def test_what_is_told_in_another_zone_is_not_approved(found: Watched, archive: Archive, remarks: Remarks) -> None:
    found.rooms.clock.at = FROZEN + 24 * HOUR
    elsewhere = archive.issue("month", MONTH, "UTC", ADMIN)

    with pytest.raises(Conflicting, match=TZ):
        remarks.approve(elsewhere.id, SECOND)


def test_what_was_revised_is_not_approved_any_more(found: Watched, archive: Archive, remarks: Remarks) -> None:
    first = issue(found, archive)
    corrected(found)
    second = issue(found, archive, at=FROZEN + HOUR)

    with pytest.raises(Conflicting, match=second.id):
        remarks.approve(first.id, SECOND)


def test_no_revision_comes_between_the_look_and_the_approval(
    found: Watched, archive: Archive, remarks: Remarks, monkeypatch: pytest.MonkeyPatch
) -> None:
    held: list[bool] = []

    def watched_over(real: Callable[..., None]) -> Callable[..., None]:
        def look(*of: object) -> None:
            held.append(archive.in_force.locked())
            real(*of)

        return look

    monkeypatch.setattr(reports, "begin", watched_over(reports.begin))
    monkeypatch.setattr("collector.reports.remarks.require_approver", watched_over(require_approver))

    remarks.approve(issue(found, archive).id, SECOND)

    assert held == [True, True]


def test_a_missed_measure_is_commented_on(found: Watched, archive: Archive, remarks: Remarks) -> None:
    issued = issue(found, archive)

    remarks.comment(issued.id, "mtbf", "the carrier replaced the line", SECOND)

    assert remarks.missed(issued.id) == ["mtbf"]
    (one,) = remarks.of(issued.id)["comments"]
    assert (one["measure"], one["text"], one["by"]) == ("mtbf", "the carrier replaced the line", "grace")


@pytest.mark.parametrize(
    ("measure", "text"), [("mttr", "met"), ("none", "x"), ("mtbf", " "), ("mtbf", "x" * (LONGEST + 1))]
)
def test_what_makes_no_sense_is_refused(
    found: Watched, archive: Archive, remarks: Remarks, measure: str, text: str
) -> None:
    with pytest.raises(Invalid):
        remarks.comment(issue(found, archive).id, measure, text, ADMIN)


def test_a_viewer_says_nothing(found: Watched, archive: Archive, remarks: Remarks) -> None:
    issued = issue(found, archive)
    viewer = Principal("person", "u_v", "vera", Role.VIEWER)

    with pytest.raises(Forbidden):
        remarks.comment(issued.id, "mtbf", "x", viewer)
    with pytest.raises(Forbidden):
        remarks.approve(issued.id, viewer)


def test_nothing_of_it_enters_the_sealed_data(found: Watched, archive: Archive, remarks: Remarks) -> None:
    issued = issue(found, archive)
    before = archive.file(issued.id, "json", "en")[0]
    remarks.comment(issued.id, "mtbf", "the carrier", SECOND)
    remarks.approve(issued.id, SECOND)

    assert archive.file(issued.id, "json", "en")[0] == before
    assert archive.verify(before)["verdict"] == HOLDS
    assert issue(found, archive, at=FROZEN + HOUR).id == issued.id


def test_both_are_recorded_in_the_log(found: Watched, archive: Archive, remarks: Remarks) -> None:
    issued = issue(found, archive)
    remarks.comment(issued.id, "mtbf", "the carrier", ADMIN)
    remarks.approve(issued.id, SECOND)

    entries = [json.loads(entry.body) for entry in found.log.read(issued.entry)]

    told = [
        (change["noun"], change["verb"], entry["actor"]["name"]) for entry in entries for change in entry["changes"]
    ]
    assert told == [("report_comment", "comment", "ada"), ("report_approval", "approve", "grace")]


def test_an_unknown_report_has_no_remarks(remarks: Remarks) -> None:
    with pytest.raises(Missing):
        remarks.of("r_none")
