"""Settings in layers: names, values, and which of two wins. Pure, so told in tables."""

import pytest

from collector.assign import read as read_agents
from collector.layers import clean, effective, rows, shipped
from rules.errors import Invalid
from rules.selector import Selector


def come_to(kind: str, *layers: dict[str, object], priority: str = "general") -> dict[str, object]:
    stack = [("shipped", shipped(kind, priority, vital=True)), *(("target", clean(layer)) for layer in layers)]
    return effective(rows(kind, stack), {})


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ({"interval": "90s"}, {"interval": "1m30s"}),
        ({"retry": "500ms"}, {"retry_interval": "500ms"}),
        ({"confirm_down": "4"}, {"confirm_down": 4}),
        ({"ping.interval": "5s"}, {"ping.interval": "5s"}),
        ({"option.count": 5}, {"option.count": 5}),
        ({"http.option.status": "200"}, {"http.option.status": "200"}),
        ({"threshold.free_ratio[/var.d].warn": "0.1"}, {"threshold.free_ratio[/var.d].warn": 0.1}),
        ({"vital": "no"}, {"vital": False}),
    ],
)
def test_a_setting_has_one_way_of_writing(given: dict[str, object], kept: dict[str, object]) -> None:
    assert clean(given) == kept


@pytest.mark.parametrize(
    "given",
    [
        {"intervall": "5s"},
        {"interval": 5},
        {"interval": "0s"},
        {"confirm_down": 0},
        {"confirm_down": True},
        {"threshold.used.wrn": 1},
        {"threshold.warn": 1},
        {"option.": 1},
        {"Ping.interval": "5s"},
        {"vital": "perhaps"},
        {"interval": None},
    ],
)
def test_what_is_no_setting_is_refused(given: dict[str, object]) -> None:
    with pytest.raises(Invalid):
        clean(given)


def test_the_name_with_a_kind_wins_over_the_general_one_of_its_layer() -> None:
    assert come_to("ping", {"ping.interval": "5s", "interval": "30s"})["interval"] == 5_000
    assert come_to("http", {"ping.interval": "5s", "interval": "30s"})["interval"] == 30_000


def test_a_higher_layer_wins_even_by_the_general_name() -> None:
    assert come_to("ping", {"ping.interval": "5s"}, {"interval": "30s"})["interval"] == 30_000


def test_the_gap_follows_the_interval_unless_it_is_set() -> None:
    assert come_to("ping", {"interval": "10s"})["max_gap"] == 25_000
    assert come_to("ping", {"interval": "10s", "max_gap": "1m"})["max_gap"] == 60_000


def test_a_gap_shorter_than_the_interval_is_stretched_to_it() -> None:
    assert come_to("ping", {"max_gap": "10s"})["max_gap"] == 60_000


def test_no_preset_hurries_what_costs_the_host() -> None:
    assert come_to("cpu", priority="urgent")["interval"] == 60_000
    assert come_to("interface", priority="urgent")["interval"] == 60_000
    assert come_to("ping", priority="urgent")["interval"] == 5_000


@pytest.mark.parametrize(("priority", "after"), [("urgent", 0), ("important", 60_000), ("general", 300_000)])
def test_the_priority_says_when_a_ticket_is_due(priority: str, after: int) -> None:
    assert come_to("ping", priority=priority)["ticket_after"] == after


@pytest.mark.parametrize(
    ("text", "words", "meant"),
    [
        ("*", {}, True),
        ("site=hz", {"site": "hz"}, True),
        ("site=hz", {"site": "sh"}, False),
        ("site=*", {}, False),
        ("site=h?,model=S57*", {"site": "hz", "model": "S5720"}, True),
        ("site=hz,model=S57*", {"site": "hz"}, False),
    ],
)
def test_a_selector_means_what_matches_all_of_it(text: str, words: dict[str, str], meant: bool) -> None:
    assert Selector.parse(text).matches(words) is meant


@pytest.mark.parametrize("text", ["", "site", "=hz", "site=", "site=hz,"])
def test_what_is_no_selector_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        Selector.parse(text)


@pytest.mark.parametrize("text", ["", "own", "outside", "hub", "hub, far", "any 3 of site=hz", "all of *"])
def test_agents_are_chosen_in_these_words(text: str) -> None:
    assert read_agents(text) == text


@pytest.mark.parametrize("text", ["any of site=hz", "any 0 of site=hz", "all site=hz", "any 2 of site"])
def test_what_chooses_no_agents_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        read_agents(text)
