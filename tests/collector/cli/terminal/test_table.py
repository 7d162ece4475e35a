"""Tables are aligned by what a terminal shows."""

from collector.cli.terminal.table import facts, table, width


def test_chinese_characters_take_two_cells() -> None:
    assert width("核心-1") == 6


def test_combining_marks_take_none() -> None:
    assert width("e\u0301") == 1


def test_columns_are_aligned_over_chinese_names() -> None:
    lines = table(("名", "n"), [("核心", "1"), ("edge-1", "22")], right=(1,)).splitlines()

    assert [width(line) for line in lines] == [10, 10, 10]


def test_what_does_not_exist_is_a_dash() -> None:
    assert table(("a", "b"), [("x", None)]).splitlines()[1] == "x  –"


def test_a_name_cannot_move_the_cursor() -> None:
    assert "\x1b" not in table(("a",), [("\x1b[2J",)])


def test_facts_stand_in_two_columns() -> None:
    assert facts([("对象", "x"), ("a", 1)]) == "对象  x\na     1"
