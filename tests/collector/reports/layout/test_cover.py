"""The cover says which of three a report is: a draft, provisional, or frozen."""

from typing import Any

from collector.reports.layout.blocks import Cover
from collector.reports.layout.lay import lay
from rules.period import parse_instant
from tests.collector.reports.stories import HOUR, MONTH, TZ, document

FREEZES = parse_instant("2026-10-03T12:00", TZ)
"""Day 3 of the following month, at noon."""


def cover(now: int, lang: str = "en") -> Cover:
    return lay(document(now=now), lang).cover


def facts(now: int) -> dict[str, Any]:
    return dict(cover(now).facts)


def test_before_the_end_it_is_a_draft() -> None:
    assert cover(MONTH.end - HOUR).draft == "Draft"


def test_from_the_end_to_the_freeze_it_is_provisional() -> None:
    assert [cover(now).draft for now in (MONTH.end, FREEZES - 1)] == ["Provisional", "Provisional"]


def test_frozen_it_has_no_mark() -> None:
    assert cover(FREEZES).draft == ""
    assert "Provisional" not in facts(FREEZES)


def test_the_cover_says_when_the_figures_are_frozen() -> None:
    said = "the figures can still change; they are frozen on 2026-10-03 12:00:00"
    assert facts(FREEZES - 1)["Provisional"] == said


def test_the_mark_is_said_in_chinese() -> None:
    assert [cover(FREEZES - 1, lang).draft for lang in ("zh-CN", "zh-TW")] == ["暂定", "暫定"]


def test_an_older_shape_does_not_tell_when_it_freezes() -> None:
    older = document(now=FREEZES - 1)
    del older["report"]["freezes_at"]

    assert lay(older, "en").cover.draft == ""
