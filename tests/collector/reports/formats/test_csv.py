"""Tables for a spreadsheet, in a zip."""

import csv
import io
import zipfile
from typing import Any

import pytest

from collector.reports.formats.csv import render
from collector.reports.layout.lay import lay
from tests.collector.reports.stories import document


def files(sealed: dict[str, Any] | None = None, lang: str = "en") -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(render(sealed or document(), lang))) as found:
        return {name: found.read(name) for name in found.namelist()}


def rows(name: str, sealed: dict[str, Any] | None = None, lang: str = "en") -> list[list[str]]:
    return list(csv.reader(io.StringIO(files(sealed, lang)[f"{name}.csv"].decode("utf-8-sig"))))


def test_each_table_with_rows_is_a_file() -> None:
    assert set(files()) == {f"{table.name}.csv" for table in lay(document(), "en").tables() if table.rows}


def test_each_begins_with_a_byte_order_mark() -> None:
    assert all(content.startswith(b"\xef\xbb\xbf") for content in files().values())


def test_states_sum_to_the_period() -> None:
    head, *found = rows("objects")
    states = [column for column, name in enumerate(head) if name.endswith("[s]")]

    for row in found[:-1]:
        assert sum(float(row[column]) for column in states) == 30 * 86400


def test_shares_are_not_rounded() -> None:
    entries = {entry["name"]: entry for entry in document()["report"]["objects"]}

    for row in rows("objects")[1:-1]:
        assert float(row[1]) == entries[row[0]]["availability"]


def test_an_outage_that_lasts_is_open_and_as_long_as_it_has_lasted() -> None:
    lasting = document()
    first_of_all = lasting["report"]["outages"][0]
    first_of_all["end"] = None
    so_far = (lasting["report"]["period"]["until"] - first_of_all["start"]) // 1000

    first = rows("outages", lasting)[1]

    assert (first[2], first[3]) == ("Open", str(so_far))


def test_headings_are_in_the_readers_language() -> None:
    assert rows("scope", lang="zh-CN")[0][:2] == ["对象", "类型"]


def test_a_name_cannot_become_a_formula() -> None:
    bad = document()
    bad["report"]["objects"][0]["name"] = "=1+1"

    assert rows("objects", bad)[1][0] == "'=1+1"


def test_the_zip_does_not_tell_when_it_was_made() -> None:
    with zipfile.ZipFile(io.BytesIO(render(document(), "en"))) as found:
        assert {entry.date_time for entry in found.infolist()} == {(1980, 1, 1, 0, 0, 0)}


@pytest.mark.parametrize("sign", ["=", "\n", "＝", "＋", "－", "＠"])
def test_a_text_is_no_formula_in_whatever_width(sign: str) -> None:
    sealed = document()
    sealed["report"]["mutes"][0]["reason"] = f"{sign}1+1"

    assert f"'{sign}1+1" in rows("mutes", sealed)[1]
