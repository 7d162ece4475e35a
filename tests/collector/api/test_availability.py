"""Figures and evidence over HTTP: the answers of the one engine, for those who may see them."""

from typing import Any

import pytest

from collector.app import House
from collector.client import Client
from collector.store import targets
from rules.errors import Invalid, Missing
from rules.period import local, month
from tests.collector.watched import MINUTE


@pytest.fixture
def period(house: House) -> dict[str, Any]:
    """The two hours that were watched."""
    with house.state.read() as tx:
        began = targets.resolve(tx, "core-1").in_service_from
    assert began is not None
    return {"from": began, "to": began + 119 * MINUTE}


def test_a_target_by_name_and_by_id_has_the_same_figures(client: Client, house: House, period: dict[str, Any]) -> None:
    with house.state.read() as tx:
        key = targets.resolve(tx, "core-1").id

    assert client.get("targets/core-1/availability", **period) == client.get(f"targets/{key}/availability", **period)


def test_figures_have_the_public_keys(client: Client, period: dict[str, Any]) -> None:
    figures = client.get("availability", target=["core-1"], **period)

    assert set(figures) >= {"period", "method", "objects", "fleet"}
    assert figures["objects"][0]["down_ms"] == 10 * MINUTE


def test_the_timeline_tiles_the_period(client: Client, period: dict[str, Any]) -> None:
    partition = client.get("targets/core-1/timeline", **period)["partition"]

    assert [tile[0] for tile in partition] + [period["to"]] == [period["from"]] + [tile[1] for tile in partition]
    assert "down" in {tile[2] for tile in partition}


def test_samples_are_the_raw_results(client: Client, period: dict[str, Any]) -> None:
    items = client.get("targets/core-1/samples", **period)["items"]

    assert len(items) == 119
    assert {item["outcome"] for item in items} == {"ok", "failed"}


def test_a_metric_nobody_measured_has_no_samples(client: Client, period: dict[str, Any]) -> None:
    assert client.get("targets/core-1/samples", metric="rtt_us", **period)["items"] == []


def test_outages_come_as_a_list(client: Client, period: dict[str, Any]) -> None:
    (outage,) = client.get("outages", **period)["items"]

    assert (outage["target"], outage["end"] - outage["start"]) == ("core-1", 10 * MINUTE)


def test_a_local_time_is_read_in_the_zone_given(client: Client) -> None:
    found = client.get("availability", **{"from": "2026-01-01", "to": "2026-01-02", "tz": "Europe/Berlin"})

    assert found["period"] == {"from": 1_767_222_000_000, "to": 1_767_308_400_000, "tz": "Europe/Berlin"}


@pytest.mark.parametrize("given", [{"from": "yesterday", "to": "0"}, {"from": 2, "to": 1}, {"from": 1}])
def test_a_wrong_period_is_refused(client: Client, given: dict[str, Any]) -> None:
    with pytest.raises(Invalid):
        client.get("availability", **given)


def test_an_unknown_target_is_missing(client: Client, period: dict[str, Any]) -> None:
    with pytest.raises(Missing):
        client.get("targets/none/availability", **period)


def test_an_instant_is_explained(client: Client, period: dict[str, Any]) -> None:
    assert client.get("explain", target="core-1", t=period["from"] + 25 * MINUTE)["state"] == "down"


def test_an_instant_to_come_is_refused(client: Client, house: House) -> None:
    with pytest.raises(Invalid, match="not come yet"):
        client.get("explain", target="core-1", t=house.clock.now() + MINUTE)


def test_a_group_pools_the_targets_by_a_label(client: Client, period: dict[str, Any]) -> None:
    figures = client.get("availability", group="site", **period)

    assert [(group["label"], group["value"]) for group in figures["groups"]] == [("site", None)]
    assert figures["groups"][0]["down_ms"] == figures["fleet"]["down_ms"]


def test_a_month_can_be_asked_for_by_its_name(client: Client, house: House, period: dict[str, Any]) -> None:
    whole = month(f"{local(period['from'], 'UTC'):%Y-%m}", "UTC")
    now = house.clock.now()

    figures = client.get("availability", **{"from": f"{local(period['from'], 'UTC'):%Y-%m}", "tz": "UTC"})

    assert figures["period"]["from"] == whole.start
    assert figures["period"]["to"] in (whole.end, now) or figures["period"]["to"] > now


def test_a_start_without_an_end_must_be_a_period(client: Client) -> None:
    with pytest.raises(Invalid, match="has no end"):
        client.get("availability", **{"from": "2026-10-01T00:00"})


def test_an_object_names_the_agreement_it_is_judged_by(client: Client, period: dict[str, Any]) -> None:
    figures = client.get("availability", **period)

    named = figures["objects"][0]["agreement"]
    assert named["name"] == "house"
    assert named in [{"name": one["name"], "version": one["version"]} for one in figures["agreements"]]
