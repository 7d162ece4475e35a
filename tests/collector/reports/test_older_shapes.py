"""A report of an older shape is no false one: what holds of it is said, and which figures are made otherwise now."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from collector.reports import report
from collector.reports.archive import ELSEWHERE, HOLDS
from collector.reports.formats.json import render
from collector.reports.seal import canonical, seal
from collector.specs import CorrectionSpec
from tests.collector.api.asking import Door
from tests.collector.reports.served import FROZEN, HOUR, issue, serving
from tests.collector.rooms import ADMIN, SECOND, START
from tests.collector.watched import MINUTE

NEWER = ("complaints", "edition", "looks", "review", "since", "statement")
"""What a report of the shape before has not."""


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Door]:
    with serving(tmp_path) as found:
        yield found


def older(data: dict[str, Any], **figures: Any) -> dict[str, Any]:
    """The data in the shape before, with other ``figures`` in the first row of the headline."""
    first, *others = data["headline"]
    kept = {key: value for key, value in data.items() if key not in NEWER}
    return {**kept, "schema": report.SCHEMA - 1, "headline": [{**first, **figures}, *others]}


def issued_then(served: Door, monkeypatch: pytest.MonkeyPatch, **figures: Any) -> bytes:
    """A file that a release of the shape before issued here."""
    build = report.build
    with monkeypatch.context() as patch:
        patch.setattr(report, "build", lambda *given, **more: older(build(*given, **more), **figures))
        key = issue(served.house.archive, None)
        return served.house.archive.file(key, "json", "en")[0]


def test_it_holds_and_says_by_which_shape_it_was_made(served: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    said = served.house.archive.verify(issued_then(served, monkeypatch))

    assert (said["verdict"], said["reasons"]) == (HOLDS, [])
    assert said["notes"] == [
        "The seal, the place in the log and the chain up to it hold. Its figures were made by version "
        f"{report.SCHEMA - 1} of the report's shape; here it is version {report.SCHEMA}.",
        "Its headline figures are those that the log gives now.",
    ]


def test_headline_figures_that_are_made_otherwise_now_are_listed(served: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    said = served.house.archive.verify(issued_then(served, monkeypatch, actual=0.25, verdict="missed"))

    assert (said["verdict"], said["reasons"]) == (HOLDS, [])
    assert said["notes"][1].startswith("fault_rate: it says 0.25 (missed), the log gives 0.0")


def test_one_that_was_not_issued_here_never_holds_whatever_shape_it_says_it_has(served: Door) -> None:
    document = served.house.archive.document(issue(served.house.archive, None))
    log, made_with = document["seal"]["log"], document["seal"]["made_with"]

    said = served.house.archive.verify(render(seal(older(document["report"]), log, made_with), "en"))

    assert said["verdict"] == ELSEWHERE


def test_what_is_sealed_but_no_report_was_not_issued_and_crashes_nothing(served: Door) -> None:
    document = served.house.archive.document(issue(served.house.archive, None))
    for part in ({"schema": 1}, {"schema": report.SCHEMA, "method": {"version": "1"}}, {"schema": 1, "method": []}):
        said = served.house.archive.verify(render(seal(part, document["seal"]["log"]), "en"))

        assert said["verdict"] == ELSEWHERE


def test_a_page_of_an_older_shape_must_be_one_that_was_issued_here(served: Door) -> None:
    archive = served.house.archive
    key = issue(archive, None)
    page, document = archive.file(key, "html", "en")[0].decode(), archive.document(key)
    other = seal(older(document["report"]), document["seal"]["log"], document["seal"]["made_with"])
    start = page.index('id="sealed">') + len('id="sealed">')
    forged = page[:start] + canonical(other).decode() + page[page.index("</script>", start) :]

    said = archive.verify(forged.encode())

    assert said["verdict"] == ELSEWHERE


def test_a_frozen_month_of_an_older_shape_is_revised_for_its_figures_alone(
    served: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = served.house
    served.clock.at = FROZEN
    issued_then(served, monkeypatch, actual=0.25)
    served.clock.at += HOUR
    (first,) = house.archive.listed(10)

    assert issue(house.archive, None) == first.id

    overlays = house.registry.overlays
    spec = CorrectionSpec("shop-1", START + 25 * MINUTE, START + 30 * MINUTE, "excluded", "the carrier")
    overlays.approve_correction(overlays.propose(spec, ADMIN).number, SECOND)
    revised = house.archive.document(issue(house.archive, None))
    told = revised["report"]["revision"]
    assert (told["number"], told["previous"]["schema"]) == (2, report.SCHEMA - 1)
    assert "headline" not in {row["part"] for row in told["differences"]}
    assert house.archive.verify(render(revised, "en"))["verdict"] == HOLDS
