"""Routes: what they take, and names that are not there."""

import pytest

from rules.errors import Invalid
from rules.route import Event, Route, misnamed
from rules.settings import read

WORDS = {"site": "hz", "name": "core-1", "kind": "switch", "priority": "urgent", "incident": "outage"}


@pytest.mark.parametrize(
    ("given", "taken"),
    [
        ({}, True),
        ({"match": "site=hz,kind=switch"}, True),
        ({"match": "site=bj"}, False),
        ({"match": "incident=agent_lost"}, False),
        ({"priorities": ("general",)}, False),
        ({"priorities": ("general", "urgent")}, True),
        ({"events": (Event.RESOLVED,)}, False),
        ({"events": (Event.OPENED,)}, True),
    ],
)
def test_everything_that_a_route_says_must_hold(given: dict[str, object], taken: bool) -> None:
    route = Route(("ops",), **given)  # type: ignore[arg-type]

    assert route.takes(Event.OPENED, "urgent", WORDS) is taken


def test_what_differs_in_the_words_is_another_parcel() -> None:
    route = Route(("ops",), group_by=("site", "owner"))

    assert route.parcel(WORDS) != route.parcel({**WORDS, "site": "bj"})
    assert route.parcel(WORDS) == route.parcel({**WORDS, "name": "core-2"})


@pytest.mark.parametrize(
    "table",
    [
        {},
        {"channels": []},
        {"channels": ["ops"], "match": "site"},
        {"channels": ["ops"], "events": ["exploded"]},
        {"channels": ["ops"], "during": "sometimes"},
    ],
)
def test_mistakes_are_refused(table: dict[str, object]) -> None:
    with pytest.raises(Invalid):
        read(Route, table)


def test_names_that_are_not_there_are_told() -> None:
    routes = (Route(("ops", "opps"), rota="net"),)

    assert misnamed(routes, {"ops": {}}, {}) == [
        "routes[0]: there is no [notices.opps]",
        "routes[0]: there is no [rota.net]",
    ]
