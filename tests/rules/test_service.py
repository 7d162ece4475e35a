"""Services composed of targets, checks and services."""

import pytest

from tests.rules.stories import check, line, results, seconds, target
from tests.rules.test_timeline import DOWN_MIDDLE, UP, partition, told


def pair(first: str, second: str) -> list[str]:
    return [*target("a"), *target("b"), *results(first, check="a/ping"), *results(second, check="b/ping")]


def needs(word: str, *parts: object, **more: object) -> str:
    return line("service", name="s", needs={word: list(parts)}, **more)


@pytest.mark.parametrize(("word", "state"), [("all_of", "down"), ("any_of", "up")])
def test_one_of_two_parts_down(word: str, state: str) -> None:
    lines = [*pair(UP, DOWN_MIDDLE), needs(word, "a", "b")]

    assert (300, 900, state) in partition(lines, "s") or partition(lines, "s") == [(0, 1200, state)]


def test_needs_nest() -> None:
    lines = [*pair(UP, DOWN_MIDDLE), needs("all_of", "a", {"any_of": ["a", "b"]})]

    assert partition(lines, "s") == [(0, 1200, "up")]


def test_a_service_may_need_a_service_and_a_check() -> None:
    lines = [
        *pair(UP, UP),
        check("a", kind="cpu"),
        *results(DOWN_MIDDLE, check="a/cpu"),
        needs("all_of", "inner", "a/cpu"),
        line("service", name="inner", needs={"any_of": ["a", "b"]}),
    ]

    assert partition(lines, "s") == [(0, 300, "up"), (300, 900, "down"), (900, 1200, "up")]


@pytest.mark.parametrize(("spares", "state"), [([], "down"), (["maintenance"], "up")])
def test_a_part_in_maintenance_is_down_unless_the_contract_spares_it(spares: list[str], state: str) -> None:
    window = line("maintenance", targets=["b"], from_=seconds(300), to=seconds(900), approved_at=0)

    found = partition([*pair(UP, UP), window, needs("all_of", "a", "b", spares=spares)], "s")

    assert found == ([(0, 300, "up"), (300, 900, "down"), (900, 1200, "up")] if state == "down" else [(0, 1200, "up")])


def test_a_part_that_is_unreachable_makes_the_service_so() -> None:
    lines = [*target("p"), *target("b", parents=["p"]), needs("all_of", "b")]
    lines += [*results(DOWN_MIDDLE, check="p/ping"), *results(DOWN_MIDDLE, check="b/ping")]

    entry = told(lines, "s")

    assert partition(lines, "s") == [(0, 300, "up"), (300, 900, "unreachable"), (900, 1200, "up")]
    assert (entry["failures"], entry["fault_rate"], entry["fault_rate_delivered"]) == (0, 0.0, 0.5)
    assert entry["verdicts"]["fault_rate"] == "missed"


def test_an_unreachable_part_that_is_not_needed_is_no_matter() -> None:
    lines = [*target("p"), *target("b", parents=["p"]), *target("a"), needs("any_of", "a", "b")]
    lines += [
        *results(DOWN_MIDDLE, check="p/ping"),
        *results(DOWN_MIDDLE, check="b/ping"),
        *results(UP, check="a/ping"),
    ]

    assert partition(lines, "s") == [(0, 1200, "up")]


def test_needs_that_change_hold_from_their_instant() -> None:
    lines = [*pair(UP, DOWN_MIDDLE), needs("all_of", "a"), needs("all_of", "a", "b", since=seconds(600))]

    assert partition(lines, "s") == [(0, 600, "up"), (600, 900, "down"), (900, 1200, "up")]


def test_an_outage_keeps_the_brackets_of_the_part_that_made_it() -> None:
    (outage,) = told([*pair(UP, DOWN_MIDDLE), needs("all_of", "a", "b")], "s")["outages"]

    assert outage["start_bracket"] == [seconds(270), seconds(330)]
    assert outage["end_bracket"] == [seconds(870), seconds(930)]


def test_a_service_has_windows_of_its_own() -> None:
    window = line("maintenance", targets=["s"], from_=seconds(300), to=seconds(900), approved_at=0)

    entry = told([*pair(UP, DOWN_MIDDLE), needs("all_of", "a", "b"), window], "s")

    assert (entry["down_ms"], entry["maintenance_ms"]) == (0, 600_000)
