"""The document itself."""

import json

from collector.reports.formats.json import render
from collector.reports.seal import opened
from tests.collector.reports.stories import document


def test_what_is_rendered_opens_again() -> None:
    report, _ = opened(json.loads(render(document(), "en")))

    assert report == document()["report"]
