"""What people write for many addresses: a CIDR block, a range, a single address. Pure text and arithmetic."""

import ipaddress
import socket

from rules.errors import Invalid

_FAMILIES = ((socket.AF_INET, 4, 32), (socket.AF_INET6, 16, 128))


def expand(word: str, most: int) -> list[str] | None:
    """The addresses that ``word`` stands for, in order, or None when it is a name.

    - ``192.0.2.7``, ``2001:db8::7``, ``[2001:db8::7]``, ``fe80::1%eth0``: that address.
    - ``192.0.2.0/24``: its hosts; network and broadcast address are left out where there are any (RFC 3021: a /31 has
      none), for IPv6 the subnet-router anycast address (RFC 4291 §2.6.1; a /127 has none, RFC 6164). Host bits may be
      set: 192.0.2.7/24 is the block 192.0.2.7 is in.
    - ``192.0.2.10-192.0.2.20``, ``192.0.2.10-20``, ``2001:db8::1-2001:db8::ff``: from one to the other, both included.

    Raises Invalid when it is none of these and no name either, or stands for more than ``most`` addresses.
    """
    if word.isascii():
        try:
            socket.inet_pton(socket.AF_INET, word)
            return [word]
        except (OSError, ValueError):
            pass
    word = word.strip()
    if word.startswith("[") and word.endswith("]"):
        word = word[1:-1]
    first, slash, length = word.partition("/")
    if slash:
        return _block(word, first, length, most)
    first, dash, last = word.partition("-")
    if dash and (begin := _number(first)) is not None:
        return _range(word, begin, last, most)
    return _single(word)


def _single(word: str) -> list[str] | None:
    address, _, zone = word.partition("%")
    if _number(address) is not None:
        if zone and ":" not in address:
            raise Invalid(f"{word!r} is no address: only an IPv6 address has a zone.")
        return [word]
    if ":" in word or address.replace(".", "").isdigit():
        raise Invalid(f"{word!r} is no address: {_fault(address)}.")
    return None


def _block(word: str, first: str, length: str, most: int) -> list[str]:
    number = _number(first)
    if number is None:
        raise Invalid(f"{word!r} is no block: {_fault(first)}. A block is written 192.0.2.0/24 or 2001:db8::/120.")
    family, value = number
    bits = _FAMILIES[family][2]
    if not (length.isascii() and length.isdigit() and int(length) <= bits):
        raise Invalid(f"{word!r} is no block: behind the stroke stands a whole number from 0 to {bits}.")
    size = 1 << (bits - int(length))
    start = value // size * size
    end = start + size - 1
    if size > 2:
        start += 1
        end -= 1 - family
    return _addresses(word, family, start, end, most)


def _range(word: str, begin: tuple[int, int], last: str, most: int) -> list[str]:
    family, start = begin
    if family == 0 and last.isascii() and last.isdigit():
        last = f"{word[: word.index('-')].rpartition('.')[0]}.{int(last)}"
    ended = _number(last)
    if ended is None:
        raise Invalid(
            f"{word!r} is no range: {_fault(last)}. A range is written 192.0.2.10-192.0.2.20 or 192.0.2.10-20."
        )
    if ended[0] != family:
        raise Invalid(f"{word!r} is no range: one end is IPv4 and the other IPv6.")
    if ended[1] < start:
        raise Invalid(f"{word!r} is no range: it ends before it begins.")
    return _addresses(word, family, start, ended[1], most)


def _addresses(word: str, family: int, start: int, end: int, most: int) -> list[str]:
    count = end - start + 1
    if count > most:
        raise Invalid(
            f"{word!r} stands for {count:,} addresses; at most {most:,} can be asked at once. Give a smaller one."
        )
    kind, size, _ = _FAMILIES[family]
    return [socket.inet_ntop(kind, value.to_bytes(size, "big")) for value in range(start, end + 1)]


def _number(address: str) -> tuple[int, int] | None:
    """Family (0 for IPv4, 1 for IPv6) and value of an address without zone."""
    for family, (kind, _, _) in enumerate(_FAMILIES):
        try:
            return family, int.from_bytes(socket.inet_pton(kind, address), "big")
        except (OSError, ValueError):
            continue
    return None


def _fault(address: str) -> str:
    """What is wrong with something that should be an address."""
    if ":" not in address:
        try:
            ipaddress.IPv4Address(address)
        except ValueError as wrong:
            return str(wrong).replace("'", "")
    return f"{address or 'nothing'} is neither an IPv4 nor an IPv6 address"
