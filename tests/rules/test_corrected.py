"""Corrections: the figures as they were measured stand beside those as corrected."""

from typing import Any

from rules.parameters import Parameters
from rules.period import Period
from rules.record import read_record
from rules.replay import replay
from tests.rules.stories import line, results, seconds, target

STORY = "U@30..570/60 D@630..1770/60 U@1830..3570/60"


def figures(lines: list[str]) -> dict[str, Any]:
    return replay(read_record(lines), Period(seconds(0), seconds(3600), "Asia/Shanghai"), Parameters())


def correction(start: float = 600, end: float = 1800, to: str = "excluded", approved_by: str = "bob") -> str:
    return line(
        "correction", target="a", from_=seconds(start), to=seconds(end), class_=to,
        proposed_by="ann", approved_by=approved_by, approved_at=seconds(4000),
    )  # fmt: skip


def lines(*more: str) -> list[str]:
    return [*target("a"), *results(STORY, check="a/ping"), *more]


def test_without_a_correction_there_is_one_side_only() -> None:
    found = figures(lines())

    assert [(one["as_measured"], one["flipped"]) for one in (*found["objects"], found["fleet"])] == [(None, [])] * 2


def test_both_sides_are_told_of_the_object_and_of_all() -> None:
    found = figures(lines(correction()))

    for entry in (*found["objects"], found["fleet"]):
        assert (entry["down_ms"], entry["as_measured"]["down_ms"]) == (0, 1_200_000)
        assert entry["as_measured"]["failures"] == 1


def test_a_verdict_that_a_correction_turned_round_is_named() -> None:
    entry = figures(lines(correction()))["objects"][0]

    assert (entry["as_measured"]["verdicts"]["fault_rate"], entry["verdicts"]["fault_rate"]) == ("missed", "met")
    assert "fault_rate" in entry["flipped"]


def test_a_correction_that_is_not_approved_by_another_has_no_other_side() -> None:
    assert figures(lines(correction(approved_by="ann")))["objects"][0]["as_measured"] is None


def test_a_correction_outside_the_period_has_no_other_side() -> None:
    assert figures(lines(correction(start=-900, end=-600)))["objects"][0]["as_measured"] is None


def test_as_measured_is_what_there_would_be_without_the_correction() -> None:
    plain, corrected = figures(lines()), figures(lines(correction(to="up")))

    for without, entry in zip(
        (*plain["objects"], plain["fleet"]), (*corrected["objects"], corrected["fleet"]), strict=True
    ):
        assert entry["as_measured"] == {key: without[key] for key in entry["as_measured"]}


def test_a_service_of_a_corrected_part_has_both_sides() -> None:
    web = line("service", name="web", needs={"all_of": ["a"]})

    entry = figures(lines(correction(to="up"), web))["objects"][1]

    assert (entry["down_ms"], entry["as_measured"]["down_ms"]) == (0, 1_200_000)


def test_the_fleet_as_measured_still_holds_those_that_nothing_corrected() -> None:
    other = [*target("b"), *results(STORY, check="b/ping")]

    fleet = figures(lines(correction(), *other))["fleet"]

    assert (fleet["down_ms"], fleet["as_measured"]["down_ms"]) == (1_200_000, 2_400_000)


def test_of_a_service_it_is_told_where_it_made_a_difference() -> None:
    record = read_record(lines(correction(), line("service", name="s", needs={"all_of": ["a"]}, spares=["excluded"])))
    (_, touched), (_, untouched) = (
        replay(record, Period(seconds(start), seconds(end), "Asia/Shanghai"), Parameters())["objects"]
        for start, end in ((0, 3600), (2000, 3600))
    )

    assert (touched["down_ms"], touched["as_measured"]["down_ms"]) == (0, 1_200_000)
    assert untouched["as_measured"] is None
