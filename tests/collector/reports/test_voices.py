"""What those said who asked counts in the period in which they said it."""

import json
from pathlib import Path
from typing import Any

from collector.store.reports import Issued
from rules.incident import Verb
from tests.collector.api.asking import Door, door
from tests.collector.api.test_incidents import opened
from tests.collector.reports.test_revisions import END, FROZEN, MONTH, TZ
from tests.collector.rooms import ADMIN, START

HOUR = 3_600_000
DAY = 24 * HOUR
NUMBER = "INC-2026-000001"


def told(asked: Door, issued: Issued) -> dict[str, Any]:
    found = json.loads(asked.house.archive.file(issued.id, "json", "en")[0])["report"]
    return dict(found["satisfaction"])


def test_an_answer_after_the_month_counts_in_the_next_one(tmp_path: Path) -> None:
    """Solved two days before the end, called back and answered on the day after it."""
    with door(tmp_path) as asked:
        house = asked.house
        house.clocks.stop()
        target = asked.ok("POST", "targets", {"name": "core-1", "address": "192.0.2.1", "in_service_from": START})
        asked.clock.at = END - 2 * DAY
        opened(asked, target["id"])
        house.incidents.act(NUMBER, Verb.START, ADMIN)
        house.incidents.act(NUMBER, Verb.RESOLVE, ADMIN)
        asked.clock.at = END + DAY
        house.follow_up.called_back(NUMBER, ADMIN, reached=True)
        house.follow_up.answer(house.follow_up.links.token("i_one"), 1, solved=False, text="bad")

        asked.clock.at = FROZEN
        before = told(asked, house.archive.issue("month", MONTH, TZ, ADMIN))
        asked.clock.at = FROZEN + 32 * DAY
        after = told(asked, house.archive.issue("month", "2026-10", TZ, ADMIN))

    assert [(one["answers"], one["tries"], one["heard"]) for one in (before, after)] == [(0, 0, 0), (1, 1, 1)]
    assert [row["incident"] for row in after["low"]] == [NUMBER]
