"""What lists and pages tell of many objects is what the figures tell of them."""

from collections.abc import Iterator

import pytest

from collector.brief import brief, verdicts_of
from collector.settled import Settled
from collector.store import agreements, targets
from rules.period import Period
from tests.collector.rooms import rooms
from tests.scenarios.test_live_equals_replay import BEGIN, END, HOUR, Fleet, fleet, take_in

TZ = "Asia/Shanghai"
PERIOD = Period(BEGIN, END, TZ)
HERE_ALONE = {"id", "repair_ms", "affected"}
NOW = END + HOUR


@pytest.fixture(scope="module")
def one(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    with rooms(tmp_path_factory.mktemp("house")) as found:
        made = fleet(found, 42, 2)
        take_in(made)
        found.clock.at = NOW
        yield made


def settled(one: Fleet) -> Settled:
    found = one.rooms
    return Settled(found.state, found.tracks, found.clock, found.settings)


@pytest.mark.parametrize("kept", [False, True])
def test_it_says_what_the_figures_say(one: Fleet, kept: bool) -> None:
    if kept:
        settled(one).refresh(60)
    calculation = one.rooms.settings.calculation
    said = brief(settled(one), PERIOD, NOW, calculation)
    document = one.timelines.figures(None, PERIOD, NOW)

    assert said["period"] == document["period"]
    assert [entry["name"] for entry in said["objects"]] == [entry["name"] for entry in document["objects"]]
    for entry, figures in zip(said["objects"], document["objects"], strict=True):
        shared = entry.keys() - HERE_ALONE
        assert {key: entry[key] for key in shared} == {key: figures[key] for key in shared}
        assert verdicts_of(entry, calculation) == figures["verdicts"]
    shared = said["fleet"].keys() - HERE_ALONE
    assert {key: said["fleet"][key] for key in shared} == {key: document["fleet"][key] for key in shared}
    assert document["fleet"]["failures"] > 0


def test_only_those_asked_for_are_told(one: Fleet) -> None:
    with one.rooms.state.read() as tx:
        keys = [targets.resolve(tx, "far").id, next(iter(agreements.services(tx))).id]

    said = brief(settled(one), PERIOD, NOW, one.rooms.settings.calculation, keys)

    assert {entry["id"] for entry in said["objects"]} == set(keys)
    assert said["fleet"]["objects"] == 1


def test_before_there_was_anything_nothing_is_told(one: Fleet) -> None:
    before = Period(BEGIN - 5 * HOUR, BEGIN - 4 * HOUR, TZ)

    said = brief(settled(one), before, NOW, one.rooms.settings.calculation)

    assert said["objects"] == []
    assert (said["fleet"]["objects"], said["fleet"]["availability"]) == (0, None)
    assert said["fleet"]["verdicts"] == dict.fromkeys(("fault_rate", "mtbf", "mttr"), "not_applicable")


def test_a_running_period_ends_now(one: Fleet) -> None:
    said = brief(settled(one), Period(BEGIN, NOW + HOUR, TZ), NOW, one.rooms.settings.calculation)

    assert said["period"]["to"] == NOW
