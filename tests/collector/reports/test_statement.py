"""What the manager says of a report as a whole stands in the summary of the next one, sealed, proved by the log."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from collector.reports.archive import BROKEN, HOLDS
from rules.errors import Forbidden, Invalid
from tests.collector.api.asking import Door
from tests.collector.reports.misissued import told_otherwise
from tests.collector.reports.served import FROZEN, MONTH, issue, of, serving
from tests.collector.rooms import ADMIN, SECOND

SAID = "A calm month.\nThe roof was mended; ask olga@acme.example."


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Door]:
    with serving(tmp_path) as found:
        yield found


def statement(served: Door, key: str) -> Any:
    return served.house.archive.document(key)["report"]["statement"]


def test_it_stands_in_the_next_report_and_not_in_the_one_before(served: Door) -> None:
    house = served.house
    draft = issue(house.archive, None)
    house.remarks.comment(draft, "", SAID, ADMIN)
    at = served.clock.at
    served.clock.at = FROZEN

    final = issue(house.archive, None)

    assert statement(served, draft) is None
    assert statement(served, final) == {"text": SAID, "by": "ada", "at": at}
    page = house.archive.file(final, "html", "en")[0].decode()
    assert "<p>A calm month.</p>" in page
    assert "Remark of ada" in page
    assert house.archive.verify(house.archive.file(final, "json", "en")[0])["verdict"] == HOLDS


def test_what_is_said_later_stands_in_its_place(served: Door) -> None:
    house = served.house
    draft = issue(house.archive, None)
    house.remarks.comment(draft, "", SAID, ADMIN)
    served.clock.at += 1000
    house.remarks.comment(draft, "", "Two outages.", SECOND)
    served.clock.at += 1000

    assert statement(served, issue(house.archive, None))["text"] == "Two outages."


def test_an_edition_has_its_own_and_names_nobody(served: Door) -> None:
    house, acme = served.house, of(served.house, select="customer=acme")
    house.remarks.comment(issue(house.archive, None), "", "For the house.", ADMIN)
    house.remarks.comment(issue(house.archive, acme), "", SAID, ADMIN)
    served.clock.at += 1000

    assert statement(served, issue(house.archive, None))["text"] == "For the house."
    told = statement(served, issue(house.archive, acme))
    assert (told["text"], told["by"]) == ("A calm month.\nThe roof was mended; ask …@….", "")
    assert statement(served, issue(house.archive, of(house, select="customer=beta"))) is None
    assert statement(served, issue(house.archive, None, "year", MONTH[:4])) is None


def test_a_statement_that_nobody_made_is_refuted_by_the_log(served: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    house = served.house
    made_up = {"text": "All is well.", "by": "ada", "at": served.clock.at}
    with told_otherwise(monkeypatch, lambda data: data.update(statement=made_up)):
        key = issue(house.archive, None)

    said = house.archive.verify(house.archive.file(key, "json", "en")[0])

    assert (said["verdict"], "statement" in said["reasons"][0]) == (BROKEN, True)


def test_it_alone_makes_no_revision_of_a_frozen_period(served: Door) -> None:
    house = served.house
    served.clock.at = FROZEN
    first = issue(house.archive, None)
    house.remarks.comment(first, "", SAID, ADMIN)
    served.clock.at += 1000

    assert issue(house.archive, None) == first


def test_it_needs_words_and_the_right_to_say_them(served: Door) -> None:
    key = issue(served.house.archive, None)

    with pytest.raises(Invalid):
        served.house.remarks.comment(key, "", " ", ADMIN)
    answer = served.ask_as(served.token("viewer"), "POST", f"reports/{key}/comments", {"text": "x"})
    assert answer.status_code == Forbidden.status
