"""What-if over HTTP, for those who may see what they ask about."""

from typing import Any

import pytest

from collector.app import House
from collector.client import Client
from collector.store import targets
from rules.errors import Invalid, Missing
from tests.collector.watched import MINUTE


@pytest.fixture
def period(house: House) -> dict[str, Any]:
    with house.state.read() as tx:
        began = targets.resolve(tx, "core-1").in_service_from
    assert began is not None
    return {"from": str(began), "to": str(began + 110 * MINUTE)}


def test_a_scenario_is_answered(client: Client, period: dict[str, Any]) -> None:
    found = client.post("whatif", {"period": period, "scenario": {"parameters": {"confirm_down": 20}}})

    assert [row["what"] for row in found["outages"]] == ["lost"]
    assert found["fleet"]["was"]["down_ms"] == 10 * MINUTE
    assert found["fleet"]["would_be"]["down_ms"] == 0


def test_without_a_scenario_nothing_differs(client: Client, period: dict[str, Any]) -> None:
    found = client.post("whatif", {"period": period, "targets": ["core-1"]})

    assert (found["outages"], found["objects"]) == ([], [])


@pytest.mark.parametrize(
    ("question", "error"),
    [
        ({"period": {}}, Invalid),
        ({"period": {"from": "2026-10-01", "until": "2026-11-01"}}, Invalid),
        ({"period": {"from": "0", "to": "1000"}, "targets": ["nobody"]}, Missing),
        ({"period": {"from": "0", "to": "1000"}, "scenario": {"nonsense": 1}}, Invalid),
    ],
)
def test_a_question_that_makes_no_sense_is_refused(
    client: Client, question: dict[str, Any], error: type[Exception]
) -> None:
    with pytest.raises(error):
        client.post("whatif", question)


def test_no_work_is_under_way_when_nobody_waits(client: Client) -> None:
    assert client.get("progress")["items"] == []
