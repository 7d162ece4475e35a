"""Issued reports are mailed once each, files attached, against a real SMTP server; time is given."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from collector.access import SYSTEM, Principal
from collector.remote import smtp
from collector.remote.telling import RemoteError
from collector.reports.archive import Archive
from collector.reports.mailing import FIRST_PAUSE, PATIENCE, Mailing
from collector.store.reports import Issued
from rules.errors import Invalid, Missing
from tests.collector.reports.test_revisions import FROZEN, HOUR, MONTH, TZ, corrected
from tests.collector.rooms import ADMIN, Rooms
from tests.collector.tickets.smtp_server import Mailbox, smtp_server
from tests.collector.watched import Watched, an_outage, watched


@pytest.fixture
def box() -> Iterator[Mailbox]:
    with smtp_server() as found:
        yield found


@pytest.fixture
def found(rooms: Rooms) -> Watched:
    made = watched(rooms)
    an_outage(made)
    return made


@pytest.fixture
def archive(found: Watched) -> Archive:
    return Archive(found, found.log, found.fold, found.intake, found.clock, found.settings)


def mailing(found: Watched, archive: Archive, box: Mailbox, **more: Any) -> Mailing:
    table = {
        "host": "127.0.0.1",
        "port": box.port,
        "security": "none",
        "sender": "nineward@ops.example",
        "recipients": ["manager@example.com", "quality@example.com"],
        "formats": ["json", "csv"],
        **more,
    }
    made = Mailing(archive, found.state, found.clock, replace(found.settings, reports=table).at(found.settings.data))
    archive.listeners.append(made.queue)
    return made


def issue(found: Watched, archive: Archive, at: int = FROZEN, author: Principal = SYSTEM) -> Issued:
    found.rooms.clock.at = at
    return archive.issue("month", MONTH, TZ, author)


def test_a_frozen_report_goes_to_all_with_its_files(found: Watched, archive: Archive, box: Mailbox) -> None:
    room = mailing(found, archive, box, languages=["zh-CN", "en"])
    issued = issue(found, archive)

    room.work()

    (letter,) = box.letters
    assert box.recipients == [["manager@example.com", "quality@example.com"]]
    assert letter["Subject"] == f"服务质量报告 {MONTH}"
    files = {str(part.get_filename()): part.get_payload(decode=True) for part in letter.iter_attachments()}
    assert sorted(files) == [f"nineward-{MONTH}.{name}" for name in ("en.csv.zip", "json", "zh-CN.csv.zip")]
    assert files[f"nineward-{MONTH}.json"] == archive.file(issued.id, "json", "en")[0]
    body = letter.get_body()
    assert body is not None
    assert issued.sha256 in body.get_content()


def test_it_is_sent_once(found: Watched, archive: Archive, box: Mailbox) -> None:
    room = mailing(found, archive, box)
    issued = issue(found, archive)

    room.work()
    issue(found, archive, FROZEN + HOUR)
    room.work()
    mailing(found, archive, box).work()

    assert len(box.letters) == 1
    letter = room.of(issued.id)
    assert letter is not None
    assert letter.state == "sent"


def test_a_revision_is_a_letter_of_its_own(found: Watched, archive: Archive, box: Mailbox) -> None:
    room = mailing(found, archive, box)
    issue(found, archive)
    corrected(found)
    issue(found, archive, FROZEN + HOUR)

    room.work()

    assert [letter["Subject"] for letter in box.letters] == [
        f"Service quality report {MONTH}",
        f"Service quality report {MONTH}: revision 2",
    ]


@pytest.mark.parametrize(
    ("on", "author", "sent"), [(["final"], SYSTEM, 0), (["draft"], ADMIN, 0), (["draft"], SYSTEM, 1)]
)
def test_a_draft_is_sent_only_where_wished_and_issued_by_the_calendar(
    found: Watched, archive: Archive, box: Mailbox, on: list[str], author: Principal, sent: int
) -> None:
    room = mailing(found, archive, box, on=on)
    issue(found, archive, FROZEN - HOUR, author)

    room.work()

    assert len(box.letters) == sent


def test_what_the_server_refuses_for_now_is_tried_again(found: Watched, archive: Archive, box: Mailbox) -> None:
    room = mailing(found, archive, box)
    issue(found, archive)
    box.answers["MAIL"] = "451 later"
    room.work()
    assert not room.step(FROZEN + FIRST_PAUSE - 1)
    box.answers.clear()

    assert room.step(FROZEN + FIRST_PAUSE)

    assert len(box.letters) == 1


@pytest.mark.parametrize("answer", ["550 never", "451 later"])
def test_what_is_refused_for_good_or_for_too_long_is_parked(
    found: Watched, archive: Archive, box: Mailbox, answer: str
) -> None:
    room = mailing(found, archive, box)
    issued = issue(found, archive)
    box.answers["MAIL"] = answer
    room.step(FROZEN + PATIENCE)

    letter = room.of(issued.id)
    assert letter is not None
    assert (letter.state, answer in letter.answer) == ("parked", True)
    box.answers.clear()
    room.release(issued.id)
    room.work()
    assert len(box.letters) == 1


def test_where_nobody_knows_whether_it_was_taken_it_is_not_sent_again(
    found: Watched, archive: Archive, box: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = mailing(found, archive, box)
    issued = issue(found, archive)

    def lost(*_: object) -> str:
        raise RemoteError("mail.test could not be reached: it hung up.", uncertain=True)

    with monkeypatch.context() as patch:
        patch.setattr(smtp, "send", lost)
        room.work()
    found.rooms.clock.at += PATIENCE
    room.work()

    letter = room.of(issued.id)
    assert letter is not None
    assert (letter.state, "not known" in letter.answer, box.letters) == ("parked", True, [])


def test_what_a_process_that_ended_was_sending_is_not_sent_again(
    found: Watched, archive: Archive, box: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = mailing(found, archive, box)
    issued = issue(found, archive)

    def crash(*_: object) -> str:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(smtp, "send", crash)
        with pytest.raises(KeyboardInterrupt):
            room.work()
    again = mailing(found, archive, box)
    again.work()

    letter = again.of(issued.id)
    assert letter is not None
    assert (letter.state, box.letters) == ("parked", [])


def test_without_settings_nothing_is_sent(found: Watched, archive: Archive) -> None:
    room = Mailing(archive, found.state, found.clock, found.settings)
    archive.listeners.append(room.queue)
    issued = issue(found, archive)

    room.work()

    assert room.of(issued.id) is None
    with pytest.raises(Missing):
        room.release(issued.id)


@pytest.mark.parametrize(
    "wrong", [{"recipients": []}, {"formats": ["doc"]}, {"languages": ["tlh"]}, {"on": ["never"]}, {"hosts": "x"}]
)
def test_mistakes_in_the_settings_are_told_at_the_start(
    found: Watched, archive: Archive, box: Mailbox, wrong: dict[str, Any]
) -> None:
    with pytest.raises(Invalid):
        mailing(found, archive, box, **wrong)


def test_what_is_told_in_another_zone_is_for_whoever_asked(found: Watched, archive: Archive, box: Mailbox) -> None:
    made = mailing(found, archive, box, on=["draft", "final", "revision"])
    found.rooms.clock.at = FROZEN + 24 * HOUR

    elsewhere = archive.issue("month", MONTH, "UTC", SYSTEM)

    assert made.of(elsewhere.id) is None
