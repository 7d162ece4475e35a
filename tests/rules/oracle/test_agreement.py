"""The engine agrees with the oracle on thousands of stories in which all overlays are mixed."""

import pytest

from tests.rules.oracle.agreement import differences, disagreement
from tests.rules.oracle.stories import Story

TOGETHER = 100


@pytest.mark.parametrize("first", range(0, 2_100, TOGETHER))
def test_second_by_second(first: int) -> None:
    told = [disagreement(seed) for seed in range(first, first + TOGETHER)]

    assert "".join(told) == ""


def test_a_mistake_of_the_engine_would_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rules.timeline.shadow", lambda *_: [])

    stories = [Story(seed) for seed in range(40)]
    assert any(differences(story, story.lines) for story in stories)
