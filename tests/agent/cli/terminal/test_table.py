"""Tables as a terminal shows them."""

from agent.cli.terminal.table import cells, table, width


def test_columns_are_aligned_and_numbers_stand_to_the_right() -> None:
    assert table(("Name", "Sent"), [("a", 3), ("bb", 12)], right={1}) == "Name  Sent\na        3\nbb      12"


def test_a_chinese_character_is_two_cells_wide() -> None:
    assert width("核心-1") == 6
    assert table(("N", "S"), [("核心", "x"), ("web", "y")]).splitlines()[1:] == ["核心  x", "web   y"]


def test_what_would_move_the_cursor_is_shown_as_a_dot() -> None:
    assert cells(["a\x1b[2J", "b"]) == ["a·[2J", "b"]


def test_nothing_is_a_dash() -> None:
    assert table(("A",), [(None,)]).splitlines()[1] == "–"
