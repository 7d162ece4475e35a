"""Indexes of rows as people read them."""

import pytest

from agent.snmp.index_words import index_words


@pytest.mark.parametrize(
    ("index", "forms", "told"),
    [
        ((7,), ("number",), "7"),
        ((3, 192, 0, 2, 1), ("number", "address"), "3 192.0.2.1"),
        ((0, 26, 43, 60, 77, 94), ("mac",), "00:1a:2b:3c:4d:5e"),
        ((2, 104, 105, 9), ("text", "number"), "hi 9"),
        ((104, 105), ("implied text",), "hi"),
        ((2, 1, 3), ("oid",), "1.3"),
        ((3, 1, 2, 3), ("octets",), "01 02 03"),
        ((5, 104, 105), ("text",), "5.104.105"),
        ((1, 2), ("number",), "1.2"),
        ((1,), ("number", "text"), "1"),
        ((2, 104, 999), ("text",), "104.999"),
        ((4, 5), (), "4.5"),
    ],
)
def test_an_index_reads_as_its_table_says_or_else_as_it_is(
    index: tuple[int, ...], forms: tuple[str, ...], told: str
) -> None:
    assert index_words(index, forms) == told
