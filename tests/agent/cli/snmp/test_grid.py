"""Tables of a device as tables for people."""

import pytest

from agent.cli.snmp.asking.grid import Grid, blocks
from agent.cli.terminal.table import width
from agent.snmp.ber import Tag, VarBind
from agent.snmp.names import shipped
from rules.errors import Missing

IF = (1, 3, 6, 1, 2, 1, 2, 2, 1)


def filled(*chosen: str) -> Grid:
    grid = Grid(shipped(), "ifTable", chosen)
    grid.take(VarBind((*IF, 2, 1), Tag.OCTET_STRING, "上联端口".encode("gb18030")))
    grid.take(VarBind((*IF, 2, 2), Tag.OCTET_STRING, b"eth0"))
    grid.take(VarBind((*IF, 8, 1), Tag.INTEGER, 1))
    grid.take(VarBind((*IF, 10, 2), Tag.COUNTER32, 12))
    return grid


def test_columns_are_aligned_by_what_a_terminal_shows() -> None:
    lines = blocks(*filled().lines(False), None).splitlines()

    assert lines[0].split() == ["index", "ifDescr", "ifOperStatus", "ifInOctets"]
    assert [width(line[: line.index("up(1)")]) for line in lines[1:2]] == [lines[0].index("ifOperStatus")]


def test_what_a_row_lacks_is_a_dash() -> None:
    assert filled().lines(False)[1] == [["1", "上联端口", "up(1)", None], ["2", "eth0", None, "12"]]


def test_chosen_columns_keep_their_order() -> None:
    assert filled("ifOperStatus", "IF-MIB::ifDescr").lines(False)[0] == ["index", "ifOperStatus", "ifDescr"]


def test_a_column_the_table_has_not_is_told() -> None:
    with pytest.raises(Missing, match="did you mean 'ifDescr'"):
        filled("ifDesc")


def test_a_table_wider_than_the_terminal_comes_in_parts_with_the_index() -> None:
    parts = blocks(*filled().lines(False), 24).split("\n\n")

    assert len(parts) == 3
    assert all(part.startswith("index") for part in parts)
    assert all(width(line) <= 24 for part in parts for line in part.splitlines())
