"""Tables for a spreadsheet."""

import csv
import io
from typing import Any

from collector.reports.formats.csv import render
from tests.collector.reports.stories import document


def rows(lang: str = "en") -> list[list[str]]:
    return rows_of(document(), lang)


def rows_of(sealed: dict[str, Any], lang: str = "en") -> list[list[str]]:
    return list(csv.reader(io.StringIO(render(sealed, lang).decode("utf-8-sig"))))


def test_it_begins_with_a_byte_order_mark() -> None:
    assert render(document(), "en").startswith(b"\xef\xbb\xbf")


def test_states_sum_to_the_period() -> None:
    head, *found = rows()
    states = [column for column, name in enumerate(head) if name.endswith("[s]")]

    for row in found[: found.index([]) - 1]:
        assert sum(float(row[column]) for column in states) == 30 * 86400


def test_outages_follow_after_an_empty_row() -> None:
    found = rows()

    assert len(found[found.index([]) + 2 :]) == 5


def test_an_outage_that_lasts_is_open_and_has_no_length() -> None:
    lasting = document()
    lasting["report"]["outages"][0]["end"] = None

    first = rows_of(lasting)[-5]

    assert (first[2], first[3]) == ("Open", "")


def test_headings_are_in_the_readers_language() -> None:
    assert rows("zh-CN")[0][:2] == ["对象", "类型"]


def test_a_name_cannot_become_a_formula() -> None:
    bad = document()
    bad["report"]["objects"][0]["name"] = "=1+1"

    assert "'=1+1" in render(bad, "en").decode("utf-8-sig")
