"""A seal holds exactly as long as nothing was changed."""

import copy
import json
from typing import Any

import pytest

from collector.reports.seal import canonical, opened, seal
from rules.errors import Broken, Invalid

LOG = {"first": 1, "last": 9, "head": "00"}


def test_the_canonical_form_does_not_depend_on_the_order_of_keys() -> None:
    assert canonical({"b": 1, "a": [1.5, None, "核"]}) == canonical({"a": [1.5, None, "核"], "b": 1})


def test_the_canonical_form_survives_being_read_back() -> None:
    value = {"a": 0.1 + 0.2, "b": ["核", 1e-7, 10**15]}

    assert canonical(json.loads(canonical(value))) == canonical(value)


def test_what_is_no_number_cannot_be_sealed() -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        canonical(float("nan"))


def test_a_whole_seal_opens() -> None:
    report, closing = opened(seal({"a": 1}, LOG))

    assert report == {"a": 1}
    assert closing["log"] == LOG


@pytest.mark.parametrize(
    "change",
    [
        lambda document: document["report"].update(a=2),
        lambda document: document["report"].update(b=None),
        lambda document: document["seal"]["log"].update(last=8),
        lambda document: document["seal"]["log"].update(head="01"),
        lambda document: document["seal"].update(sha256="0" * 64),
        lambda document: document["seal"]["made_with"].update(numpy="1"),
        lambda document: document["seal"].pop("made_with"),
    ],
)
def test_any_change_breaks_it(change: Any) -> None:
    document = copy.deepcopy(seal({"a": 1}, LOG))
    change(document)

    with pytest.raises(Broken):
        opened(document)


@pytest.mark.parametrize("value", [None, [], {}, {"report": 1, "seal": {}}, {"report": {}, "seal": {"log": {}}}])
def test_something_else_is_no_sealed_report(value: object) -> None:
    with pytest.raises(Invalid):
        opened(value)
