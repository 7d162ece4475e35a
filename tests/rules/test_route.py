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
        ({"events": (Event.ESCALATED,)}, False),
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


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (
            {"priorities": ["urgent", "imporant"]},
            "priorities: expected some of urgent, important, general, found 'imporant', did you mean 'important'?",
        ),
        ({"priorities": ["high"]}, "priorities: expected some of urgent, important, general, found 'high'"),
        ({"match": "site=hz,incident=outge"}, "did you mean 'outage'?"),
        ({"match": "incident=outge"}, "match: incident=outge: expected one of outage, degraded, threshold"),
        ({"match": "priority=high"}, "match: priority=high: expected one of urgent, important, general"),
        ({"events": ["resolved"]}, "events: expected at least one of opened, warning, escalated, reopened, parked"),
    ],
)
def test_what_could_never_take_anything_is_refused_with_what_is_known(given: dict[str, object], told: str) -> None:
    with pytest.raises(Invalid) as caught:
        read(Route, {"channels": ["ops"], **given})

    assert told in str(caught.value)


@pytest.mark.parametrize("match", ["incident=agent_*", "incident=s*,priority=?rgent", "kind=anything,shelf=7"])
def test_patterns_of_known_words_and_any_label_may_be_matched(match: str) -> None:
    assert read(Route, {"channels": ["ops"], "match": match}).match == match


def test_names_that_are_not_there_are_told() -> None:
    routes = (Route(("ops", "opps"), rota="net"),)

    assert misnamed(routes, {"ops": {}}, {}) == [
        "routes[0]: there is no [notices.opps]",
        "routes[0]: there is no [rota.net]",
    ]
