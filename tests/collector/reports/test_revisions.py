"""A month that is frozen is never rewritten: what changes it afterwards gives a revision that says what and why."""

import json
from typing import Any

import pytest

from collector.reports import archive as issuing
from collector.reports.archive import BROKEN, HOLDS, Archive
from collector.reports.difference import differences
from collector.specs import CorrectionSpec, TargetSpec
from collector.store.reports import Issued
from rules.errors import Invalid
from rules.period import local, month
from rules.result import Outcome
from tests.collector.rooms import ADMIN, SECOND, START, Rooms
from tests.collector.watched import MINUTE, Watched, an_outage, watched

TZ = "Asia/Shanghai"
MONTH = local(START, TZ).strftime("%Y-%m")
END = month(MONTH, TZ).end
HOUR = 60 * MINUTE
FROZEN = END + 60 * HOUR
"""Day 3, 12:00."""


@pytest.fixture
def found(rooms: Rooms) -> Watched:
    made = watched(rooms)
    an_outage(made)
    return made


@pytest.fixture
def archive(found: Watched) -> Archive:
    return Archive(found, found.log, found.fold, found.intake, found.clock, found.settings)


def issue(found: Watched, archive: Archive, at: int) -> Issued:
    found.rooms.clock.at = at
    return archive.issue("month", MONTH, TZ, ADMIN)


def sealed(archive: Archive, issued: Issued) -> dict[str, Any]:
    return json.loads(archive.file(issued.id, "json", "en")[0])  # type: ignore[no-any-return]


def corrected(found: Watched) -> int:
    """Exclude the outage, by two persons; the number of the correction."""
    overlays = found.rooms.registry.overlays
    spec = CorrectionSpec("core-1", START, START + HOUR, "excluded", "the carrier's fault", responsible="carrier")
    number = overlays.propose(spec, ADMIN).number
    overlays.approve_correction(number, SECOND)
    assert found.fold.wait_for(found.log.head()[0])
    return number


def test_before_the_month_is_frozen_each_report_is_computed_anew(found: Watched, archive: Archive) -> None:
    first, second = issue(found, archive, FROZEN - 2), issue(found, archive, FROZEN - 1)

    assert first.id != second.id
    assert (first.status, first.revision, second.revision) == ("final", 0, 0)


def test_a_frozen_month_that_did_not_change_has_one_report(found: Watched, archive: Archive) -> None:
    first, second = issue(found, archive, FROZEN), issue(found, archive, FROZEN + HOUR)

    assert (first.id, first.revision) == (second.id, 1)


def test_what_bears_on_no_figure_of_the_month_revises_nothing(found: Watched, archive: Archive) -> None:
    first = issue(found, archive, FROZEN)
    found.rooms.registry.add_target(TargetSpec("new", "192.0.2.9"), ADMIN)
    found.rooms.registry.set_target("core-1", {"address": "192.0.2.7"}, ADMIN)

    assert issue(found, archive, FROZEN + HOUR).id == first.id


def test_a_correction_gives_a_revision_that_says_what_changed_and_why(found: Watched, archive: Archive) -> None:
    first = issue(found, archive, FROZEN)
    number = corrected(found)

    second = issue(found, archive, FROZEN + HOUR)

    told = sealed(archive, second)["report"]["revision"]
    assert (second.revision, told["number"]) == (2, 2)
    assert (told["previous"]["number"], told["previous"]["sha256"]) == (1, first.sha256)
    changes = {(row["part"], row["name"], row["key"]): (row["before"], row["after"]) for row in told["differences"]}
    assert changes["object", "core-1", "down_ms"] == changes["fleet", "", "down_ms"] == (10 * MINUTE, 0)
    assert changes["object", "core-1", "excluded_ms"][0] == 0
    ((before, after),) = [sides for (part, _, _), sides in changes.items() if part == "outage"]
    assert (before[1] - before[0], after) == (10 * MINUTE, None)
    assert [(row["kind"], row["name"], row["what"], row["by"]) for row in told["reasons"]] == [
        ("correction", str(number), "propose", "ada"),
        ("correction", str(number), "approve", "grace"),
    ]


def test_the_report_that_was_revised_stays_as_it_was_issued(found: Watched, archive: Archive) -> None:
    first = issue(found, archive, FROZEN)
    before = archive.file(first.id, "json", "en")[0]
    corrected(found)
    issue(found, archive, FROZEN + HOUR)

    assert archive.file(first.id, "json", "en")[0] == before
    assert archive.verify(before)["verdict"] == HOLDS


def test_late_results_give_a_revision_too(found: Watched, archive: Archive) -> None:
    last = (END - START) // MINUTE
    found.looked((minute, Outcome.OK) for minute in range(last - 200, last - 100))
    first = issue(found, archive, FROZEN)
    found.rooms.clock.at = FROZEN + HOUR
    found.looked((minute, Outcome.FAILED) for minute in range(last - 90, last - 60))

    second = issue(found, archive, FROZEN + 2 * HOUR)

    told = sealed(archive, second)["report"]["revision"]
    assert (first.revision, second.revision) == (1, 2)
    assert [(row["kind"], row["name"]) for row in told["reasons"]] == [("late_results", "a1")]
    assert ("object", "core-1", "down_ms") in {(row["part"], row["name"], row["key"]) for row in told["differences"]}


def test_the_first_report_of_a_frozen_month_says_what_changed_since_the_one_before(
    found: Watched, archive: Archive
) -> None:
    issue(found, archive, FROZEN - HOUR)
    corrected(found)

    told = sealed(archive, issue(found, archive, FROZEN))["report"]["revision"]

    assert (told["number"], told["previous"]["number"]) == (1, 0)
    assert told["differences"] != []


@pytest.mark.parametrize("form", ["json", "html"])
def test_a_revision_holds(found: Watched, archive: Archive, form: str) -> None:
    issue(found, archive, FROZEN)
    corrected(found)
    content, _ = archive.file(issue(found, archive, FROZEN + HOUR).id, form, "zh-CN")

    assert archive.verify(content)["verdict"] == HOLDS


def test_a_listing_that_leaves_out_a_difference_is_refuted_by_the_log(
    found: Watched, archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    issue(found, archive, FROZEN)
    corrected(found)
    with monkeypatch.context() as patch:
        patch.setattr(issuing, "differences", lambda *given, alike: differences(*given, alike=alike)[1:])
        wrong = issue(found, archive, FROZEN + HOUR)

    said = archive.verify(archive.file(wrong.id, "json", "en")[0])

    assert (said["verdict"], "revision" in said["reasons"][0]) == (BROKEN, True)


def test_the_page_lists_the_differences(found: Watched, archive: Archive) -> None:
    issue(found, archive, FROZEN)
    corrected(found)
    page = archive.file(issue(found, archive, FROZEN + HOUR).id, "html", "zh-CN")[0].decode()

    assert "取代" in page
    assert "0:10:00" in page[page.index("的差异") : page.index("此后进入记录的内容")]


def test_the_page_shows_what_was_measured_beside_what_corrections_made_of_it(found: Watched, archive: Archive) -> None:
    plain = archive.file(issue(found, archive, FROZEN).id, "html", "en")[0].decode()
    corrected(found)
    page = archive.file(issue(found, archive, FROZEN + HOUR).id, "html", "en")[0].decode()

    assert "table-as_measured" not in plain
    assert "→" in page[page.index("table-as_measured") :]


def test_a_month_before_the_records_began_is_refused_in_plain_words(archive: Archive) -> None:
    with pytest.raises(Invalid, match="2026-01 was over before the records of this installation began on 20"):
        archive.issue("month", "2026-01", TZ, ADMIN)


@pytest.mark.parametrize("lost", [True, False], ids=["lost", "changed"])
def test_a_revision_is_compared_with_the_log_where_the_file_before_it_is_gone(
    found: Watched, archive: Archive, lost: bool
) -> None:
    first = issue(found, archive, FROZEN)
    kept = found.settings.data / "reports" / first.id / "report.json"
    kept.unlink() if lost else kept.write_bytes(kept.read_bytes().replace(b"600000", b"000000"))
    corrected(found)

    second = issue(found, archive, FROZEN + HOUR)

    told = sealed(archive, second)["report"]["revision"]
    assert any(row["before"] == 600_000 for row in told["differences"])
    assert archive.verify(archive.file(second.id, "json", "en")[0])["verdict"] == HOLDS


def test_a_draft_has_the_budget_of_its_whole_month(found: Watched, archive: Archive) -> None:
    """Whenever it is issued: 1 % of one target's agreed time."""
    early, late = (sealed(archive, issue(found, archive, at))["report"] for at in (END - 20 * 24 * HOUR, END))

    whole = (END - max(START, month(MONTH, TZ).start)) // 100
    assert [one["budget"]["allowed_ms"] for one in (early, late)] == [whole, whole]


def test_a_period_has_one_history_however_its_name_is_written(found: Watched, archive: Archive) -> None:
    quarter = f"{MONTH[:4]}-Q{(int(MONTH[5:]) + 2) // 3}"
    found.rooms.clock.at = FROZEN + 100 * 24 * HOUR

    first, second = (archive.issue("quarter", name, TZ, ADMIN) for name in (quarter, quarter.lower()))

    assert (first.name, second.id) == (quarter, first.id)


def test_only_the_zone_of_the_installation_is_frozen(found: Watched, archive: Archive) -> None:
    found.rooms.clock.at = FROZEN + 2 * 24 * HOUR

    assert archive.issue("month", MONTH, "UTC", ADMIN).revision == 0
    assert archive.issue("month", MONTH, TZ, ADMIN).revision == 1
