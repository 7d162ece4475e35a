"""Statistics over HTTP: of the timelines behind the figures, for those who may see them."""

from typing import Any

import pytest

from collector.app import House
from collector.client import Client
from collector.store import targets
from rules.errors import Invalid, Missing
from tests.collector.api.asking import Door
from tests.collector.rooms import GivenClock
from tests.collector.watched import MINUTE


@pytest.fixture
def period(house: House) -> dict[str, Any]:
    """The two hours that were watched."""
    with house.state.read() as tx:
        began = targets.resolve(tx, "core-1").in_service_from
    assert began is not None
    return {"from": began, "to": began + 119 * MINUTE}


def test_statistics_and_figures_tell_of_the_same_time(client: Client, period: dict[str, Any]) -> None:
    found = client.get("statistics", target=["core-1"], **period)
    figures = client.get("availability", target=["core-1"], **period)["fleet"]

    assert found["exposure"]["down_ms"] == figures["down_ms"] == 10 * MINUTE
    assert found["exposure"]["up_ms"] == figures["up_ms"]
    assert found["mtbf"]["point_h"] == figures["mtbf_h"]
    assert found["mtbf"]["lower_h"]["0.9"] == pytest.approx(figures["mtbf_lower90_h"])
    assert found["repair"]["observed"]["mean_h"] == figures["mttr_h"]


def test_without_names_they_are_of_all(client: Client, period: dict[str, Any]) -> None:
    assert client.get("statistics", **period) == client.get("statistics", target=["core-1"], **period)


def test_only_the_part_that_has_passed_is_looked_at(client: Client, house: House, period: dict[str, Any]) -> None:
    ahead = {**period, "to": house.clock.now() + 1000 * MINUTE}

    assert client.get("statistics", **ahead)["period"]["to"] <= house.clock.now()


def test_without_an_agreement_the_house_promises(client: Client, period: dict[str, Any]) -> None:
    method = client.get("statistics", **period)["method"]

    assert method["agreement"] == {"name": "house", "version": None}
    assert method["targets"]["mtbf"] == "500h"


def test_the_one_agreement_of_all_promises(client: Client, period: dict[str, Any]) -> None:
    agreement = {"name": "gold", "selector": "name=core-1", "parameters": {"targets": {"mtbf": "15m"}}}
    client.post("agreements", {**agreement, "valid_from": period["from"]})
    found = client.get("statistics", **period)
    client.delete("agreements/gold")

    assert found["method"]["agreement"] == {"name": "gold", "version": 1}
    assert (found["mtbf"]["target_h"], found["mtbf"]["demonstrated"]) == (0.25, True)


def test_a_period_without_anything_has_no_figures(client: Client) -> None:
    found = client.get("statistics", **{"from": "2020-01-01", "to": "2020-02-01"})

    assert found["exposure"]["objects"] == 0
    assert found["mtbf"]["point_h"] is None


def test_an_unknown_target_is_missing(client: Client, period: dict[str, Any]) -> None:
    with pytest.raises(Missing):
        client.get("statistics", target=["none"], **period)


def test_a_wrong_period_is_refused(client: Client) -> None:
    with pytest.raises(Invalid):
        client.get("statistics", **{"from": 2, "to": 1})


def test_a_stranger_is_not_answered(door: Door) -> None:
    assert door.ask_as("", "GET", "statistics?from=1&to=2").status_code == 401


def test_a_scope_narrows_what_all_means(house: House, period: dict[str, Any]) -> None:
    door = Door(house, GivenClock())
    asked = f"statistics?from={period['from']}&to={period['to']}"

    def objects(token: str) -> int:
        answer = door.ask_as(token, "GET", asked)
        assert answer.is_success, answer.text
        found: int = answer.json()["exposure"]["objects"]
        return found

    assert (objects(door.token("viewer")), objects(door.token("viewer", site="elsewhere"))) == (1, 0)
