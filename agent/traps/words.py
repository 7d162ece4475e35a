"""What stands in a notification, in words: objects by their names, values with their units and enumerations."""

from typing import Any

from agent.snmp import names
from agent.snmp.ber import Oid

LONGEST = 300


def name_of(oid: Oid) -> str:
    """The notification's or object's name with its index, or its numbers when nobody knows it."""
    return _line(names.named(oid)) if oid else ""


def worded(oid: Oid, tag: int, value: Any) -> tuple[str, str]:
    """An object's name and its value, each as one printable line of bounded length."""
    return _line(names.named(oid)), _line(names.worded(oid, tag, value))


def _line(text: str) -> str:
    shown = "".join(letter if letter.isprintable() else " " for letter in text)
    return shown if len(shown) <= LONGEST else shown[: LONGEST - 1] + "…"
