"""Octet strings of devices as text."""


def text(octets: bytes) -> str:
    """The text of a DisplayString: UTF-8, else GB18030 (devices set up in Chinese), else hexadecimal."""
    plain = octets.rstrip(b"\0")
    for charset in ("utf-8", "gb18030"):
        try:
            read = plain.decode(charset)
        except UnicodeDecodeError:
            continue
        if read.isprintable() or all(letter.isprintable() or letter in "\r\n\t" for letter in read):
            return read.strip()
    return octets.hex(":")
