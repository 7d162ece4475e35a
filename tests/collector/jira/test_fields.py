"""Fields of an issue with templates in them."""

import pytest

from collector.jira import fields
from rules.errors import Invalid
from tests.collector.tickets.telling import telling


def test_texts_are_filled_wherever_they_stand() -> None:
    given = {"a": "{target.name}", "b": {"value": "{target.labels.site}"}, "c": [{"name": "{key}"}, 3, True]}

    assert fields.written(given, telling()) == {
        "a": "core-1",
        "b": {"value": "杭州"},
        "c": [{"name": "nineward:n1:i_abc"}, 3, True],
    }


def test_what_says_nothing_is_not_sent() -> None:
    given = {"a": "{target.labels.rack}", "b": {"value": "{check.name}"}, "c": [{"name": ""}], "d": 0}

    assert fields.written(given, telling()) == {"d": 0}


def test_a_mistake_is_told_with_its_field() -> None:
    with pytest.raises(Invalid, match=r"fields\.b: expected a text"):
        fields.read("fields", {"a": "{key}", "b": [{"name": "{key"}]})
