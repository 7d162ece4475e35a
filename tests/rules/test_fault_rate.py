"""The readings of the fault rate: what each counts, which one is judged, and how they hang together."""

from typing import Any

import pytest

from rules.fault_rate import WORDS
from rules.parameters import FaultRate, Parameters
from rules.period import Period
from rules.record import read_record
from rules.replay import replay
from tests.rules.stories import line, results, seconds, steady, target

HOUR = 3600


def figures(lines: list[str], hours: float, **settings: Any) -> dict[str, Any]:
    """The figures of so many hours."""
    period = Period(seconds(0), seconds(hours * HOUR), "Asia/Shanghai")
    return replay(read_record(lines), period, Parameters().with_settings(settings))


def looked_at(story: str, **more: Any) -> list[str]:
    return [*target(**more), *results(story)]


def test_hurried_looks_during_a_fault_do_not_raise_the_share_of_failed_looks() -> None:
    """TV-03: down for one hour of a day, looked at each 60 s while up and each 10 s while down."""
    story = "U@30..43170/60 D@43230..46770/10 U@46830..86370/60"

    rates = figures(looked_at(story), 24)["fleet"]["fault_rates"]

    assert rates["R3"] == rates["R1"] == 1 / 24


def test_a_failed_look_that_nothing_confirmed_weighs_an_interval() -> None:
    fleet = figures(looked_at("U@30..570/60 D@630,640 U@650,690..3570/60"), 1)["fleet"]

    assert (fleet["glitches"], fleet["down_ms"], fleet["unconfirmed_ms"]) == (1, 0, 60_000)
    assert fleet["fault_rates"]["R3"] == 60 / 3600
    assert fleet["fault_rates"]["R1"] == 0


def test_failed_looks_on_the_planned_grid_weigh_an_interval_each() -> None:
    story = "U@30..570/60 D@630,690 U@750..3570/60"

    fleet = figures([*looked_at(story)], 1, retry_interval="60s")["fleet"]

    assert fleet["unconfirmed_ms"] == 120_000


def test_a_failed_look_that_another_agent_contradicts_is_no_unconfirmed_time() -> None:
    lines = [
        *target(),
        *results("U@30..570/60 D@630 U@640,690..3570/60", agent="a1"),
        *results("U@30..3570/60", agent="a2"),
    ]

    assert figures(lines, 1)["fleet"]["unconfirmed_ms"] == 0


def test_unconfirmed_time_in_maintenance_counts_for_nothing() -> None:
    lines = looked_at("U@30..570/60 D@630 U@640,690..3570/60")
    lines.append(line("maintenance", targets=["core-1"], from_=seconds(600), to=seconds(700), approved_at=seconds(0)))

    assert figures(lines, 1)["fleet"]["unconfirmed_ms"] == 0


def test_only_counted_requests_have_a_share_that_failed() -> None:
    assert figures(looked_at("U@30..3570/60"), 1)["fleet"]["fault_rates"]["R5"] is None


@pytest.mark.parametrize("definition", list(FaultRate))
def test_the_headline_is_the_reading_that_was_chosen_in_its_own_words(definition: FaultRate) -> None:
    story = "U@30..570/60 D@630..1770/60 U@1830..3570/60"

    fleet = figures(looked_at(story), 1, fault_rate_definition=definition.value)["fleet"]

    assert fleet["headline"] == {
        "definition": definition.value,
        "value": fleet["fault_rates"][definition.value],
        "words": WORDS[definition],
    }


def test_a_service_is_judged_as_it_was_delivered_and_nobody_looks_at_it() -> None:
    lines = [*looked_at("U@30..3570/60"), line("service", name="web", needs={"all_of": ["core-1"]})]

    web = figures(lines, 1, fault_rate_definition="R3")["objects"][1]

    assert web["headline"]["definition"] == "R1'"
    assert (web["fault_rates"]["R3"], web["unconfirmed_ms"]) == (None, None)


def test_failed_looks_can_be_what_is_judged() -> None:
    story = "U@30..570/60 D@630 U@640,690..3570/60"

    verdicts = [figures(looked_at(story), 1, fault_rate_definition=one)["fleet"]["verdicts"] for one in ("R1", "R3")]

    assert [each["fault_rate"] for each in verdicts] == ["met", "missed"]


def test_planned_downtime_lowers_only_the_operational_availability() -> None:
    lines = looked_at("U@30..570/60 D@630..1770/60 U@1830..3570/60")
    lines.append(line("maintenance", targets=["core-1"], from_=seconds(300), to=seconds(2100), approved_at=seconds(0)))

    fleet = figures(lines, 1)["fleet"]

    assert (fleet["availability"], fleet["planned_down_ms"]) == (1, 1_200_000)
    assert (fleet["availability_operational"], fleet["operational_ms"]) == (2400 / 3600, 3_600_000)


def test_time_outside_of_service_hours_is_operational_too() -> None:
    lines = [
        line("calendar", name="first-half", tz="Asia/Shanghai", weekly={"mon-sun": ["00:00-00:30"]}),
        *looked_at("U@30..1770/60 D@1830..3570/60", calendar="first-half"),
    ]

    fleet = figures(lines, 1)["fleet"]

    assert (fleet["agreed_ms"], fleet["availability"]) == (1_800_000, 1)
    assert fleet["availability_operational"] == 0.5


def test_the_worst_are_told_by_their_share_of_time_and_those_over_the_bound_counted() -> None:
    lines = [line for name in "abc" for line in target(name)]
    for name, down in (("a", 0), ("b", 20), ("c", 600)):
        lines += results(steady(0, 3_600_000, 10_000, [(0, down * 1000)]), check=f"{name}/ping")

    fleet = figures(lines, 1, confirm_down=1, confirm_up=1)["fleet"]

    assert [one["name"] for one in fleet["worst"]] == ["c", "b"]
    assert fleet["worst"][0] == {"name": "c", "fault_rate": 1 / 6, "down_ms": 600_000, "known_ms": 3_600_000}
    assert (fleet["objects_missing"], fleet["objects_missing_share"]) == (1, 1 / 3)


def test_weights_by_priority_give_a_second_line_and_change_no_other() -> None:
    lines = [*target("a", priority="urgent"), *target("b")]
    lines += results(steady(0, 3_600_000, 10_000, [(0, 600_000)]), check="a/ping")
    lines += results(steady(0, 3_600_000, 10_000), check="b/ping")

    alike = figures(lines, 1)["fleet"]
    weighed = figures(lines, 1, weights={"urgent": 3.0})["fleet"]

    assert alike["fault_rate_weighted"] is None
    assert weighed["fault_rate_weighted"] == pytest.approx(3 * 600 / (3 * 3600 + 3600))
    assert weighed["fault_rate"] == alike["fault_rate"] == 600 / 7200


@pytest.mark.parametrize("definition", ["R2", "R4"])
def test_an_hour_of_a_month_meets_nothing(definition: str) -> None:
    """Counting failures needs as much to be seen as measuring time does; one that was seen is enough to miss."""
    calm, broken = "U@30..3570/60", "U@30..570/60 D@630..930/60 U@990..3570/60"
    verdicts = [
        replay(
            read_record([*target("a"), *results(story, check="a/ping")]),
            Period(seconds(0), seconds(30 * 86_400), "Asia/Shanghai"),
            Parameters().with_settings({"fault_rate_definition": definition}),
        )["objects"][0]["verdicts"]["fault_rate"]
        for story in (calm, broken)
    ]

    assert verdicts == ["insufficient_data", "missed"]
