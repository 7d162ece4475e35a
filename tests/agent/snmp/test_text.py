"""Octet strings as devices send them."""

import pytest

from agent.snmp.text import text


@pytest.mark.parametrize(
    ("octets", "read"),
    [
        (b"uplink to core-1", "uplink to core-1"),
        ("上联 核心交换机".encode(), "上联 核心交换机"),
        ("上联 核心交换机".encode("gb18030"), "上联 核心交换机"),
        (b"padded\0\0", "padded"),
        (b"", ""),
        (b"\x00\x1b\xff\x01", "00:1b:ff:01"),
    ],
)
def test_text_is_utf8_then_gb18030_then_hexadecimal(octets: bytes, read: str) -> None:
    assert text(octets) == read
