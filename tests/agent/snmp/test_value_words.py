"""Values as people read them."""

import pytest

from agent.snmp import names
from agent.snmp.ber import Oid, Tag, Value
from agent.snmp.value_words import type_name, words

IF: Oid = (1, 3, 6, 1, 2, 1, 2, 2, 1)
UNNAMED: Oid = (1, 3, 6, 1, 4, 1, 99_999, 1, 0)


@pytest.mark.parametrize(
    ("oid", "tag", "value", "told"),
    [
        ((*IF, 8, 1), Tag.INTEGER, 2, "down(2)"),
        ((*IF, 8, 1), Tag.INTEGER, 99, "99"),
        ((*IF, 5, 1), Tag.GAUGE32, 1_000_000_000, "1000000000"),
        ((*IF, 6, 1), Tag.OCTET_STRING, b"\x00\x1a\x2b\x3c\x4d\x5e", "00:1a:2b:3c:4d:5e"),
        ((*IF, 6, 1), Tag.OCTET_STRING, b"", ""),
        ((*IF, 2, 1), Tag.OCTET_STRING, b"GigabitEthernet0/0/1\0", "GigabitEthernet0/0/1"),
        ((*IF, 2, 1), Tag.OCTET_STRING, "上联".encode("gb18030"), "上联"),
        ((*IF, 2, 1), Tag.OCTET_STRING, "上联".encode(), "上联"),
        ((1, 3, 6, 1, 2, 1, 1, 3, 0), Tag.TIME_TICKS, 104_794_567, "12d 03:05:45.67 (104794567)"),
        ((1, 3, 6, 1, 2, 1, 1, 2, 0), Tag.OBJECT_IDENTIFIER, (1, 3, 6, 1, 4, 1, 9, 1), "SNMPv2-SMI::cisco.1"),
        ((1, 3, 6, 1, 2, 1, 4, 20, 1, 1, 1), Tag.IP_ADDRESS, b"\xc0\x00\x02\x01", "192.0.2.1"),
        ((1, 3, 6, 1, 2, 1, 33, 1, 2, 5, 0), Tag.INTEGER, 273, "27.3"),
        ((1, 3, 6, 1, 2, 1, 33, 1, 2, 6, 0), Tag.INTEGER, -5, "-0.5"),
        ((1, 3, 6, 1, 2, 1, 25, 3, 5, 1, 2, 1), Tag.OCTET_STRING, b"\x48", "noPaper(1) doorOpen(4) [48]"),
        ((1, 3, 6, 1, 2, 1, 25, 3, 5, 1, 2, 1), Tag.OCTET_STRING, b"\x00", "[00]"),
        (
            (1, 3, 6, 1, 2, 1, 25, 1, 2, 0),
            Tag.OCTET_STRING,
            bytes([7, 0xEA, 11, 21, 6, 0, 5, 3, ord("+"), 8, 0]),
            "2026-11-21 06:00:05.3 +08:00",
        ),
        (
            (1, 3, 6, 1, 2, 1, 25, 1, 2, 0),
            Tag.OCTET_STRING,
            bytes([7, 0xEA, 11, 21, 6, 0, 5, 3]),
            "2026-11-21 06:00:05.3",
        ),
        ((1, 3, 6, 1, 2, 1, 25, 1, 2, 0), Tag.OCTET_STRING, b"\x01\x02", "01 02"),
        ((1, 3, 6, 1, 6, 3, 10, 2, 1, 1, 0), Tag.OCTET_STRING, b"\x80\x00", "80 00"),
        (UNNAMED, Tag.OCTET_STRING, b"plain text", "plain text"),
        (UNNAMED, Tag.OCTET_STRING, "机房温度".encode("gb18030"), "机房温度"),
        (UNNAMED, Tag.OCTET_STRING, b"\x00\xe0\xfc\x12\x34\x56", "00:e0:fc:12:34:56"),
        (UNNAMED, Tag.OCTET_STRING, b"\x81\x30\xff\x00\x02", "81 30 ff 00 02"),
        (UNNAMED, Tag.OPAQUE, b"\x9f\x78\x04", "9f 78 04"),
        (UNNAMED, Tag.COUNTER64, 2**64 - 1, "18446744073709551615"),
        (UNNAMED, Tag.NO_SUCH_OBJECT, None, "no such object"),
        (UNNAMED, Tag.NO_SUCH_INSTANCE, None, "no such instance"),
        (UNNAMED, Tag.END_OF_MIB_VIEW, None, "end of the view"),
    ],
)
def test_a_value_reads_as_its_object_says(oid: Oid, tag: Tag, value: Value, told: str) -> None:
    assert names.worded(oid, tag, value) == told


def test_without_a_name_an_object_that_is_a_value_is_a_number() -> None:
    assert words(None, Tag.OBJECT_IDENTIFIER, (1, 3, 6)) == "1.3.6"


def test_every_type_of_a_value_has_a_name() -> None:
    without = {Tag.NULL, Tag.SEQUENCE, Tag.NO_SUCH_OBJECT, Tag.NO_SUCH_INSTANCE, Tag.END_OF_MIB_VIEW}

    assert {tag for tag in Tag if not type_name(tag)} == without
