"""Every issue is an entry of the log, and no crash leaves a report half issued."""

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from collector.rebuild import rebuild
from collector.reports.archive import BROKEN, HOLDS, Archive
from collector.reports.ledger import Ledger
from collector.reports.sayings import besides
from collector.store import reports
from collector.store.reports import Issued
from collector.texts import translator
from rules.errors import Missing, Unavailable
from tests.collector.api.asking import Door
from tests.collector.reports.served import FROZEN, HOUR, MONTH, TZ, serving
from tests.collector.rooms import ADMIN


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Door]:
    with serving(tmp_path) as found:
        found.clock.at = FROZEN
        yield found


def restarted(served: Door) -> Archive:
    """The archive of the next process on the same data."""
    house = served.house
    return Archive(house, house.log, house.fold, house.intake, house.clock, house.settings)


def issue(archive: Archive) -> Issued:
    return archive.issue("month", MONTH, TZ, ADMIN)


def sealed_file(served: Door, issued: Issued) -> Path:
    return served.house.settings.data / "reports" / issued.id / "report.json"


def differing(served: Door) -> list[tuple[str, str]]:
    found = rebuild(served.house, served.clock.now())["differences"]
    return [(row["table"], row["what"]) for row in found]


def test_an_issue_is_an_entry_of_the_log(served: Door) -> None:
    issued = issue(served.house.archive)
    entry = served.house.log.entry(issued.entry)

    assert entry is not None
    said = json.loads(entry.body)
    assert (entry.kind, said["verb"], said["actor"]["name"]) == ("report", "issue", "ada")
    assert (said["report"]["sha256"], said["report"]["position"]) == (issued.sha256, issued.position)
    assert (said["report"]["revision"], said["report"]["previous"], said["report"]["key"]) == (1, "", "")


def test_the_log_folded_again_gives_the_same_issues(served: Door) -> None:
    issue(served.house.archive)

    assert differing(served) == []


def test_a_history_that_somebody_erased_is_missed(served: Door) -> None:
    first = issue(served.house.archive)
    with served.house.state.write() as tx:
        tx.execute("DELETE FROM report WHERE id = ?", (first.id,))

    assert differing(served) == [("report", "missing")]


def test_a_second_first_revision_does_not_hold(served: Door) -> None:
    archive = served.house.archive
    first = issue(archive)
    with served.house.state.write() as tx:
        tx.execute("DELETE FROM report WHERE id = ?", (first.id,))
    served.clock.at += HOUR
    second = issue(archive)

    said = archive.verify(sealed_file(served, second).read_bytes())

    assert second.revision == 1
    assert (said["verdict"], "after revision 1" in said["reasons"][0]) == (BROKEN, True)


def test_what_was_recorded_and_not_told_is_told_once_at_the_next_start(
    served: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: Any) -> None:
        raise RuntimeError("killed here")

    with monkeypatch.context() as patch:
        patch.setattr(Ledger, "_finish", killed)
        with pytest.raises(RuntimeError):
            issue(served.house.archive)
    told: list[str] = []
    for _ in range(2):
        archive = restarted(served)
        archive.listeners.append(lambda _tx, issued: told.append(issued.id))
        archive.recover()

    (issued,) = served.house.archive.listed(10)
    assert told == [issued.id]
    assert served.house.archive.verify(sealed_file(served, issued).read_bytes())["verdict"] == HOLDS


def test_what_showed_too_late_is_told_with_the_next_report(served: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    archive, told = served.house.archive, list[str]()
    archive.listeners.append(lambda _tx, issued: told.append(issued.id))
    patient = served.house.fold.wait_for
    with monkeypatch.context() as patch:
        patch.setattr(
            served.house.fold, "wait_for", lambda position, timeout=10.0: patient(position, timeout) and timeout == 10.0
        )
        with pytest.raises(Unavailable, match="does not show it yet"):
            issue(archive)
    (late,) = archive.listed(10)

    served.clock.at += HOUR
    other = archive.issue("year", MONTH[:4], TZ, ADMIN)

    assert told == [late.id, other.id]


def test_a_file_that_no_entry_names_is_taken_back_at_the_next_start(
    served: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: Any) -> None:
        raise RuntimeError("killed here")

    with monkeypatch.context() as patch:
        patch.setattr(served.house.intake, "record", killed)
        with pytest.raises(RuntimeError):
            issue(served.house.archive)
    folder = served.house.settings.data / "reports"
    assert [path.name for path in folder.glob("*/*")] == ["report.json"]

    restarted(served).recover()

    assert list(folder.glob("*/*")) == []
    assert served.house.archive.listed(10) == []


def unrecorded(tx: sqlite3.Connection, issued: Issued) -> None:
    """Let a report be as a release left it that recorded no issues."""
    tx.execute("UPDATE report SET entry = 0, file = '', zone = '', head = '', shape = 0 WHERE id = ?", (issued.id,))


def test_what_an_older_release_issued_is_recorded_at_the_next_start_and_says_so(served: Door) -> None:
    issued = issue(served.house.archive)
    with served.house.state.write() as tx:
        unrecorded(tx, issued)

    again = restarted(served)
    again.recover()
    said = again.verify(sealed_file(served, issued).read_bytes())

    (row,) = again.listed(10)
    assert (row.later, row.entry > issued.entry, row.file, row.shape) == (True, True, issued.file, issued.shape)
    assert (said["verdict"], said["issue"]["recorded_later"]) == (HOLDS, True)
    assert "vouches for the report from then on" in besides(said, TZ, translator("en"))[0]


def test_a_row_that_appears_once_issues_are_recorded_is_never_recorded(served: Door) -> None:
    first = issue(served.house.archive)
    served.clock.at += HOUR
    second = served.house.archive.issue("year", MONTH[:4], TZ, ADMIN)
    with served.house.state.write() as tx:
        unrecorded(tx, second)

    restarted(served).recover()

    with served.house.state.read() as tx:
        assert [one.id for one in reports.unrecorded(tx)] == [second.id]
        assert reports.sealed_as(tx, first.sha256) is not None


def test_where_the_state_was_lost_the_log_still_knows_what_was_issued(served: Door) -> None:
    issued = issue(served.house.archive)
    body = served.house.log.entry(issued.entry)
    assert body is not None
    with served.house.state.write() as tx:
        tx.execute("DELETE FROM report")
        tx.execute("DELETE FROM report_file")
        with pytest.raises(Missing):
            reports.get(tx, issued.id)
        reports.apply(tx, issued.entry, body.at, json.loads(body.body))

    assert served.house.archive.verify(sealed_file(served, issued).read_bytes())["verdict"] == HOLDS
