"""Files of reports are given out as they were first made, or not at all."""

import threading
from pathlib import Path

import pytest

from collector.reports import formats
from collector.reports.archive import HOLDS, Archive
from collector.reports.formats import csv
from collector.store import reports
from collector.store.reports import Issued
from rules.errors import Broken
from tests.collector.reports.test_archive import MONTH, TZ
from tests.collector.rooms import ADMIN, Rooms
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
def issued(archive: Archive) -> Issued:
    return archive.issue("month", MONTH, TZ, ADMIN)


@pytest.fixture
def kept(found: Watched, issued: Issued) -> Path:
    return Path(found.settings.data / "reports" / issued.id)


def render_another_way(monkeypatch: pytest.MonkeyPatch) -> None:
    """As a later release would: never the same bytes twice."""
    real, times = csv.render, iter(range(100))
    monkeypatch.setattr(formats.find("csv"), "render", lambda *of: real(*of) + b" " * next(times))


def test_a_file_is_never_rendered_again(archive: Archive, issued: Issued, monkeypatch: pytest.MonkeyPatch) -> None:
    render_another_way(monkeypatch)

    assert archive.file(issued.id, "csv", "en") == archive.file(issued.id, "csv", "en")


def test_a_file_that_was_changed_is_not_given_out(archive: Archive, issued: Issued, kept: Path) -> None:
    archive.file(issued.id, "csv", "en")
    (kept / "report.en.csv").write_bytes(b"forged")

    with pytest.raises(Broken, match="changed it"):
        archive.file(issued.id, "csv", "en")


def test_nothing_is_rendered_from_sealed_data_that_were_changed(archive: Archive, issued: Issued, kept: Path) -> None:
    sealed = kept / "report.json"
    sealed.write_bytes(sealed.read_bytes().replace(b"600000", b"000000"))

    with pytest.raises(Broken, match="changed it"):
        archive.file(issued.id, "html", "en")


def test_a_lost_file_is_told_with_what_to_do(archive: Archive, issued: Issued, kept: Path) -> None:
    (kept / "report.json").unlink()

    with pytest.raises(Broken, match="from a backup"):
        archive.document(issued.id)


def test_a_file_whose_maker_was_killed_holds_when_it_is_asked_for_again(
    archive: Archive, issued: Issued, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    render_another_way(monkeypatch)
    with monkeypatch.context() as patch:
        patch.setattr(reports, "add_file", killed)
        with pytest.raises(KeyboardInterrupt):
            archive.file(issued.id, "csv", "en")

    assert archive.verify(archive.file(issued.id, "csv", "en")[0])["verdict"] == HOLDS


def test_two_who_ask_at_once_get_the_same_file(
    archive: Archive, issued: Issued, monkeypatch: pytest.MonkeyPatch
) -> None:
    render_another_way(monkeypatch)
    both = threading.Barrier(2)
    got: list[bytes] = []

    def ask() -> None:
        both.wait()
        got.append(archive.file(issued.id, "csv", "en")[0])

    asking = [threading.Thread(target=ask) for _ in range(2)]
    for one in asking:
        one.start()
    for one in asking:
        one.join()

    assert [archive.verify(content)["verdict"] for content in got] == [HOLDS, HOLDS]
