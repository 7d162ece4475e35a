"""Selectors: what they mean, and what nothing could meet."""

import pytest

from rules.errors import Invalid
from rules.selector import Selector

KNOWN = {"priority": ("urgent", "important", "general")}


@pytest.mark.parametrize(
    "text", ["*", "site=hz", "priority=urgent", "priority=*t", "site=h*,site=hz", "site=h*,site=*z", "name=a?,name=ab"]
)
def test_what_may_be_met_is_taken(text: str) -> None:
    Selector.parse(text).check(KNOWN)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("priority=high", "priority=high: expected one of urgent, important, general or a pattern of them"),
        ("priority=urgnt", "did you mean 'urgent'?"),
        ("site=hz,site=bj", "site: nothing is hz and bj at once"),
        ("site=h*,site=bj", "site: nothing is h\\* and bj at once"),
        ("priority=urgent,priority=general", "priority: nothing is urgent and general at once"),
    ],
)
def test_what_nothing_meets_is_refused(text: str, said: str) -> None:
    with pytest.raises(Invalid, match=said.replace("?", "\\?")):
        Selector.parse(text).check(KNOWN)
