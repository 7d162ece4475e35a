"""Values of objects as people read them. Pure.

Enumerations in words, times as times, text as text (UTF-8, else GB18030), addresses as addresses, the rest in
hexadecimal. Nothing of a value is left out.
"""

import ipaddress
from collections.abc import Callable

from agent.snmp.ber import Oid, Tag, Value
from agent.snmp.node import Node
from agent.snmp.text import text
from agent.snmp.walk import shown

_ABSENT: dict[int, str] = {
    Tag.NO_SUCH_OBJECT: "no such object",
    Tag.NO_SUCH_INSTANCE: "no such instance",
    Tag.END_OF_MIB_VIEW: "end of the view",
    Tag.NULL: "NULL",
}
TYPES: dict[int, str] = {
    Tag.INTEGER: "INTEGER",
    Tag.OCTET_STRING: "STRING",
    Tag.OBJECT_IDENTIFIER: "OID",
    Tag.IP_ADDRESS: "IpAddress",
    Tag.COUNTER32: "Counter32",
    Tag.GAUGE32: "Gauge32",
    Tag.TIME_TICKS: "TimeTicks",
    Tag.OPAQUE: "Opaque",
    Tag.NSAP: "NSAP",
    Tag.COUNTER64: "Counter64",
    Tag.UNSIGNED32: "Unsigned32",
}
_DAY = 8_640_000


def type_name(tag: int) -> str:
    """The name of a value's type; empty for what is no value."""
    return TYPES.get(tag, "")


def words(node: Node | None, tag: int, value: Value, name_of: Callable[[Oid], str] = shown) -> str:
    """A value in words. ``node`` is the named place nearest to it; ``name_of`` names values that are objects."""
    if value is None:
        return _ABSENT.get(tag, "")
    if isinstance(value, tuple):
        return name_of(value)
    if isinstance(value, int):
        return _number(node, tag, value)
    return _octets(node, tag, value)


def ticks(hundredths: int) -> str:
    """TimeTicks (RFC 2578 §7.1.8) as days and a time: ``12d 03:04:05.67``."""
    days, rest = divmod(hundredths, _DAY)
    seconds, part = divmod(rest, 100)
    return f"{days}d {seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}.{part:02}"


def date(octets: bytes) -> str:
    """DateAndTime (RFC 2579): ``2026-11-21 06:00:05.3 +08:00``; hexadecimal for what is none.

    The form of 8 octets says nothing of its zone.
    """
    if len(octets) not in (8, 11):
        return octets.hex(" ")
    year, (month, day, hour, minute, second, tenth) = int.from_bytes(octets[:2], "big"), octets[2:8]
    told = f"{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}.{tenth}"
    if len(octets) == 8:
        return told
    sign = chr(octets[8]) if octets[8] in b"+-" else "?"
    return f"{told} {sign}{octets[9]:02}:{octets[10]:02}"


def _number(node: Node | None, tag: int, value: int) -> str:
    if tag == Tag.TIME_TICKS:
        return f"{ticks(value)} ({value})"
    if node is None:
        return str(value)
    state = node.states.get(value)
    if state is not None:
        return f"{state}({value})"
    if node.form.startswith("d-") and node.form[2:].isdecimal():
        places = int(node.form[2:])
        whole, part = divmod(abs(value), 10**places)
        return f"{'-' if value < 0 else ''}{whole}.{part:0{places}}"
    return str(value)


def _octets(node: Node | None, tag: int, value: bytes) -> str:
    if tag == Tag.IP_ADDRESS:
        return _address(value)
    if tag in (Tag.OPAQUE, Tag.NSAP):
        return value.hex(" ")
    form = node.form if node is not None else ""
    if form == "mac" or (not form and len(value) == 6 and not _plain(value)):
        return value.hex(":")
    if form == "octets":
        return value.hex(" ")
    if form == "date":
        return date(value)
    if form == "address":
        return _address(value)
    if node is not None and form == "bits":
        return _bits(node, value)
    if form == "text" or _plain(value) or _gb2312(value):
        return text(value)
    return value.hex(" ")


def _plain(value: bytes) -> bool:
    """Whether octets nobody described are UTF-8 text."""
    try:
        read = value.rstrip(b"\0").decode()
    except UnicodeDecodeError:
        return False
    return all(letter.isprintable() or letter in "\r\n\t" for letter in read)


def _gb2312(value: bytes) -> bool:
    """Whether octets nobody described are Chinese text: nearly any octets could be GB18030, few are GB 2312."""
    try:
        read = value.rstrip(b"\0").decode("gb2312")
    except UnicodeDecodeError:
        return False
    return len(value) > 3 and all(letter.isprintable() or letter in "\r\n\t" for letter in read)


def _address(value: bytes) -> str:
    return str(ipaddress.ip_address(value)) if len(value) in (4, 16) else value.hex(" ")


def _bits(node: Node, value: bytes) -> str:
    """BITS (RFC 2578 §7.1.4): bit 0 is the highest of the first octet."""
    told = (number for number in range(len(value) * 8) if value[number // 8] & 0x80 >> number % 8)
    set_bits = " ".join(node.states.get(number, "") + f"({number})" for number in told)
    return f"{set_bits} [{value.hex(' ')}]".lstrip()
