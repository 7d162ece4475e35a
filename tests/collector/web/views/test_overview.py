"""The overview's table: the most urgent first, pages, filters that keep each other."""

from collector.store.targets import Target
from collector.timelines import Current
from collector.web.views.overview import PAGE, Filters, shown
from rules.state import State


def target(number: int, **fields: object) -> Target:
    return Target(f"t_{number}", f"n{number:04}", in_service_from=1, **fields)  # type: ignore[arg-type]


def test_trouble_comes_first_and_names_decide_among_equals() -> None:
    fleet = [target(1), target(2), target(3), target(4)]
    now = {"t_2": Current(State.DOWN), "t_3": Current(State.DEGRADED), "t_1": Current(State.UP)}
    now["t_4"] = Current(State.UP)

    page, _ = shown(fleet, now, Filters())

    assert [one.id for one in page] == ["t_2", "t_3", "t_1", "t_4"]


def test_a_target_nobody_knows_the_state_of_is_unknown() -> None:
    page, count = shown([target(1)], {}, Filters(state="unknown"))

    assert (len(page), count) == (1, 1)


def test_a_long_list_is_cut_into_pages() -> None:
    fleet = [target(number) for number in range(PAGE + 5)]
    now = {one.id: Current(State.UP) for one in fleet}

    page, count = shown(fleet, now, Filters(page=2))

    assert ([one.name for one in page], count) == ([f"n{PAGE + number:04}" for number in range(5)], PAGE + 5)


def test_trouble_is_a_filter_of_four_states() -> None:
    fleet = [target(number) for number in range(8)]
    now = {f"t_{number}": Current(state) for number, state in enumerate(State)}

    page, _ = shown(fleet, now, Filters(state="trouble"))

    assert {now[one.id].state for one in page} == {"down", "unreachable", "degraded", "unknown"}


def test_pending_targets_are_listed_apart() -> None:
    page, count = shown([Target("t_1", "new")], {"t_1": Current("pending")}, Filters())

    assert (page, count) == ([], 0)


def test_filters_keep_each_other_in_the_query_string() -> None:
    filters = Filters(state="down", label="site=hz", text="core & co")

    assert filters.query(state="up") == "?state=up&label=site%3Dhz&q=core+%26+co"
    assert Filters().query() == "?"


def test_a_label_filter_may_name_the_key_alone() -> None:
    assert Filters(label="site").admit(target(1, labels={"site": "hz"}))
    assert not Filters(label="site=sh").admit(target(1, labels={"site": "hz"}))
    assert not Filters(label="owner").admit(target(1, labels={"site": "hz"}))
