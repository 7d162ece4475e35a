"""Columns of a spreadsheet: neither too narrow for their texts nor wider than a screen."""

import pytest

from collector.reports.sheet_width import LEAST, MOST, width


@pytest.mark.parametrize(
    ("texts", "wide"),
    [
        ([], LEAST),
        (["ok"], LEAST),
        (["2026-09-01 00:00:00", "short"], 21),
        (["数据完整率大于"], 16),
        (["word " * 40], MOST),
    ],
)
def test_a_column_is_as_wide_as_its_longest_text(texts: list[str], wide: int) -> None:
    assert width(texts) == wide
