"""Templates reach what is told and nothing else."""

import pytest

from collector.remote.templates import checked, filled
from rules.errors import Invalid
from tests.collector.tickets.telling import telling


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("{incident.number} at {target.labels.site}", "INC-2026-000001 at 杭州"),
        ("{key}", "nineward:n1:i_abc"),
        ("{target}", "core-1"),
        ("{check.name}{target.nothing.there}", ""),
        ("{{literally}} {event}", "{literally} opened"),
        ("plain", "plain"),
        ("{incident.__class__}{event.upper}", ""),
    ],
)
def test_a_template_is_filled_from_what_is_told(template: str, expected: str) -> None:
    assert filled(template, telling()) == expected


@pytest.mark.parametrize("template", ["{", "}", "{}", "{a..b}", "{incident.number!r}", "{incident.number:>9}"])
def test_a_template_that_cannot_be_read_is_told_with_its_field(template: str) -> None:
    with pytest.raises(Invalid, match=r"fields\.Site: expected a text such as"):
        checked("fields", {"Site": template})
