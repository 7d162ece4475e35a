"""What is done after a month is frozen revises what it bears on, and the revision says why."""

import json
from pathlib import Path
from typing import Any

from collector.reports.archive import Archive
from collector.reports.calendar import ReportCalendar
from collector.reports.reasons import reasons
from collector.store.reports import Issued
from rules.incident import Verb
from rules.parameters import DAY
from rules.period import month
from tests.collector.api.asking import door
from tests.collector.api.test_incidents import opened
from tests.collector.reports.test_revisions import END, FROZEN, HOUR, MONTH, TZ, corrected
from tests.collector.rooms import ADMIN, START, Rooms
from tests.collector.watched import an_outage, watched

NUMBER = "INC-2026-000001"


def told(archive: Archive, issued: Issued) -> dict[str, Any]:
    found = json.loads(archive.file(issued.id, "json", "en")[0])["report"]["revision"]
    return dict(found)


def test_an_incident_declared_void_after_the_freeze_revises_its_month(tmp_path: Path) -> None:
    with door(tmp_path) as asked:
        house = asked.house
        house.clocks.stop()
        target = asked.ok("POST", "targets", {"name": "core-1", "address": "192.0.2.1", "in_service_from": START})
        asked.clock.at = END - 2 * DAY
        opened(asked, target["id"])
        asked.clock.at = FROZEN
        house.archive.issue("month", MONTH, TZ, ADMIN)
        asked.clock.at += HOUR
        house.incidents.act(NUMBER, Verb.VOID, ADMIN, text="test alarm")
        ReportCalendar(house.archive, house.state, house.log, house.clock, house.settings).revise()
        newest, *_ = house.archive.listed(10)
        found = told(house.archive, newest)

    assert newest.revision == 2
    assert {"part": "handling", "name": "", "key": "changed", "before": None, "after": None} in found["differences"]
    assert [(row["kind"], row["name"], row["what"]) for row in found["reasons"]] == [("incident", NUMBER, "void")]


def test_a_correction_revises_the_month_after_too_and_says_so(rooms: Rooms) -> None:
    found = watched(rooms)
    an_outage(found)
    archive = Archive(found, found.log, found.fold, found.intake, found.clock, found.settings)
    following = month("2026-10", TZ)
    assert following.start == END
    rooms.clock.at = following.end + 60 * HOUR
    archive.issue("month", "2026-10", TZ, ADMIN)
    number = corrected(found)
    rooms.clock.at += HOUR

    second = archive.issue("month", "2026-10", TZ, ADMIN)

    revision = told(archive, second)
    before = {(row["name"], row["key"]): (row["before"], row["after"]) for row in revision["differences"]}
    assert second.revision == 2
    assert before["fault_rate", "before"][1] == 0
    assert ("correction", str(number), "approve") in {
        (row["kind"], row["name"], row["what"]) for row in revision["reasons"]
    }


def test_an_answer_is_a_reason_where_it_may_have_taken_the_place_of_another(tmp_path: Path) -> None:
    """Solved in September and answered in October: it bears on September, and on no month before."""
    with door(tmp_path) as asked:
        house = asked.house
        house.clocks.stop()
        target = asked.ok("POST", "targets", {"name": "core-1", "address": "192.0.2.1", "in_service_from": START})
        asked.clock.at = END - 2 * DAY
        opened(asked, target["id"])
        house.incidents.act(NUMBER, Verb.START, ADMIN)
        house.incidents.act(NUMBER, Verb.RESOLVE, ADMIN)
        asked.clock.at = FROZEN + DAY
        before = house.log.head()[0]
        house.follow_up.answer(house.follow_up.links.token("i_one"), 1, solved=False, text="bad")
        head = house.log.head()[0]
        with house.state.read() as tx:
            found = [reasons(tx, house.log, before, head, FROZEN, month(name, TZ)) for name in ("2026-08", MONTH)]

    assert [[(row["kind"], row["name"], row["what"]) for row in one] for one in found] == [
        [],
        [("satisfaction", NUMBER, "satisfaction")],
    ]
