"""Holidays in tables: CSV, TOML and JSON, in English and Chinese."""

from datetime import date
from pathlib import Path

import pytest

from collector.holidays import read
from collector.holidays.day import Day, Kind
from rules.errors import Invalid

FOUND = (
    Day(date(2026, 10, 1), Kind.CLOSED, "国庆节"),
    Day(date(2026, 10, 2), Kind.CLOSED, "国庆节"),
    Day(date(2026, 10, 10), Kind.OPEN, "国庆节", ("09:00-12:00", "13:30-18:00")),
)

FORMS = {
    "english.csv": "date,until,kind,name,hours\n2026-10-01,2026-10-02,closed,国庆节,\n"
    '2026-10-10,,open,国庆节,"09:00-12:00, 13:30-18:00"\n,,,,\n',
    "chinese.csv": "日期,类型,名称,工作时间\n2026年10月1日,放假,国庆节,\n2026/10/2,休,国庆节,\n"
    "20261010,补班,国庆节,9:00 - 12:00；13:30至18:00\n",
    "list.toml": '[[days]]\ndate = 2026-10-01\nuntil = 2026-10-02\nkind = "closed"\nname = "国庆节"\n'
    '[[days]]\ndate = "2026-10-10"\nkind = "open"\nname = "国庆节"\nhours = ["09:00-12:00", "13:30-18:00"]\n',
    "list.json": '[{"date": "2026-10-01", "until": "2026-10-02", "kind": "off", "name": "国庆节"},'
    ' {"date": "2026-10-10", "kind": "work", "name": "国庆节", "hours": "09:00-12:00 13:30-18:00"}]',
}


@pytest.mark.parametrize("name", FORMS)
def test_each_form_says_the_same(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_text(FORMS[name], encoding="utf-8")

    found = read(str(path))

    assert (found.days, found.years) == (FOUND, (2026,))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_each_encoding_people_have_is_read(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes(FORMS["chinese.csv"].encode(encoding))

    assert read(str(path)).days == FOUND


def test_the_form_with_is_off_day_is_known(tmp_path: Path) -> None:
    path = tmp_path / "2027.json"
    path.write_text(
        '{"year": 2027, "days": [{"name": "元旦", "date": "2026-12-27", "isOffDay": false},'
        ' {"name": "元旦", "date": "2027-01-01", "isOffDay": true}]}',
        encoding="utf-8",
    )

    found = read(str(path))

    assert [(day.date.isoformat(), day.kind) for day in found.days] == [
        ("2026-12-27", Kind.OPEN),
        ("2027-01-01", Kind.CLOSED),
    ]
    assert found.years == (2027,)  # the one day of 2026 does not mean that all of 2026 is told


def test_the_form_with_an_object_of_days_is_known(tmp_path: Path) -> None:
    path = tmp_path / "year.json"
    path.write_text(
        '{"code": 0, "holiday": {"01-01": {"holiday": true, "name": "元旦", "wage": 3, "date": "2026-01-01"},'
        ' "01-04": {"holiday": false, "name": "元旦后补班", "after": true, "date": "2026-01-04"}}}',
        encoding="utf-8",
    )

    assert [day.kind for day in read(str(path)).days] == [Kind.CLOSED, Kind.OPEN]


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("a.csv", "day\n2026-10-01\n", "kind"),
        ("a.csv", "date,kind\n2026-10-32,closed\n", "line 2"),
        ("a.csv", "date,kind\n202610,closed\n", "line 2"),
        ("a.csv", "date,kind\n2026-10-01,调休\n", "either"),
        ("a.csv", "date,kind\n2026-10-01,maybe\n", "closed or open"),
        ("a.csv", "date,kind,hours\n2026-10-01,open,nine to six\n", "hours"),
        ("a.csv", "date,until,kind\n2026-10-08,2026-10-01,closed\n", "no stretch"),
        ("a.csv", "date,kind\n2026-10-01,closed\n2026-10-01,open\n", "twice"),
        ("a.toml", "[", "cannot be read"),
        ("a.json", "3", "no list"),
        ("a.json", '{"year": "2026", "days": []}', "years"),
        ("a.txt", "", "known kind"),
    ],
)
def test_what_cannot_be_understood_is_told(tmp_path: Path, name: str, text: str, told: str) -> None:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")

    with pytest.raises(Invalid) as refused:
        read(str(path))

    assert told in "\n".join([refused.value.message, *refused.value.mistakes])


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="cannot be read"):
        read(str(tmp_path / "none.csv"))


def test_bytes_that_are_no_text_are_told(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"\xff\xff\xff")

    with pytest.raises(Invalid, match="GB18030"):
        read(str(path))
