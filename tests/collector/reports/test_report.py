"""A report's data says what the figures say, and names what they lack."""

from collector.reports import report
from collector.reports.chapters import headline
from tests.collector.reports.stories import DAY, MONTH, document, evidence


def test_a_report_after_the_period_is_final() -> None:
    assert document()["report"]["status"] == "final"


def test_a_report_before_the_end_is_a_draft_up_to_now() -> None:
    data = report.build("month", "2026-09", MONTH, MONTH.end - DAY, evidence())

    assert data["status"] == "draft"
    assert data["period"]["until"] == MONTH.end - DAY


def test_the_headline_is_that_of_the_fleet() -> None:
    data = document()["report"]
    rows = {row["measure"]: row for row in data["headline"]}

    assert rows["fault_rate"]["actual"] == data["fleet"]["fault_rate"]
    assert rows["fault_rate"]["verdict"] == data["fleet"]["verdicts"]["fault_rate"]
    assert rows["mtbf"]["target"] == 500.0
    assert rows["mttr"]["target"] == 4.0


def test_every_figure_with_a_target_has_its_exposure() -> None:
    for row in document()["report"]["headline"]:
        assert list(row["exposure"].values()) != [None]


def test_without_a_period_before_there_is_no_figure_of_it() -> None:
    assert {row["before"] for row in document()["report"]["headline"]} == {None}


def test_the_period_before_is_shown_beside() -> None:
    fleet = evidence().figures["fleet"]

    rows = headline.rows(evidence(before=fleet))

    assert rows[0]["before"] == fleet["fault_rate"]


def test_an_outage_names_the_incident_whose_fault_it_was() -> None:
    numbers = {(row["target"], row["incident"]) for row in document()["report"]["outages"]}

    assert ("core-1", "INC-2026-000001") in numbers
    assert ("core-1", None) in numbers
    assert ("web-门户", None) in numbers


def test_outages_are_listed_in_order_of_time() -> None:
    starts = [row["start"] for row in document()["report"]["outages"]]

    assert starts == sorted(starts)
    assert len(starts) == 5


def test_the_same_evidence_gives_the_same_seal() -> None:
    assert document()["seal"]["sha256"] == document()["seal"]["sha256"]


def test_of_two_targets_of_one_name_each_has_its_own_address() -> None:
    """The second came into service on the 21st."""
    figures = evidence().figures
    first = figures["objects"][0]
    later = MONTH.start + 20 * DAY
    second = {**first, "partition": [[MONTH.start, later, "out_of_service"], [later, MONTH.end, "up"]], "outages": []}
    figures = {**figures, "objects": [second, {**first, "partition": [[MONTH.start, MONTH.end, "up"]], "outages": []}]}
    about = {"labels": {}, "priority": "", "no_outside_witness": False, "name": first["name"]}
    known = [
        {**about, "address": "192.0.2.1", "since": MONTH.start - DAY},
        {**about, "address": "192.0.2.77", "since": later},
    ]

    objects = report.build("month", "2026-09", MONTH, MONTH.end + DAY, evidence(figures=figures, targets=known))[
        "objects"
    ]

    assert [entry["about"]["address"] for entry in objects] == ["192.0.2.77", "192.0.2.1"]
