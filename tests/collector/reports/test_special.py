"""The report about one incident is about the days that incident had touched by then, and stays so."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from collector.reports.archive import HOLDS
from collector.store.reports import Issued
from tests.collector.api.asking import Door
from tests.collector.reports.served import HOUR, TZ, serving
from tests.collector.rooms import ADMIN

INCIDENT = "INC-2026-000001"
DAY = 24 * HOUR


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Door]:
    with serving(tmp_path) as found:
        yield found


def decided(served: Door, verb: str, **more: Any) -> None:
    actor = {"kind": "monitor", "name": "nineward"}
    said = {"verb": verb, "incident": "i_acme", "actor": actor, "text": "", "systems": [], **more}
    assert served.house.fold.wait_for(served.house.intake.record("incident", said).result(10))


def special(served: Door) -> Issued:
    return served.house.archive.issue("special", INCIDENT, TZ, ADMIN)


def test_it_holds_after_the_incident_went_on_and_so_does_the_revision(served: Door) -> None:
    archive, start = served.house.archive, served.clock.at
    decided(served, "recover", ended=start)
    served.clock.at = start + DAY
    first = special(served)
    served.clock.at = start + 3 * DAY
    decided(served, "reopen", since=start + 2 * DAY, detected=served.clock.at, due=served.clock.at)
    decided(served, "recover", ended=served.clock.at)
    served.clock.at = start + 5 * DAY
    second = special(served)

    lengths = [(data := archive.document(one.id)["report"]["period"])["to"] - data["from"] for one in (first, second)]
    assert ([one.revision for one in (first, second)], lengths) == ([1, 2], [DAY, 4 * DAY])
    for one in (first, second):
        said = archive.verify(archive.file(one.id, "json", "en")[0])
        assert (said["verdict"], said["reasons"]) == (HOLDS, [])
