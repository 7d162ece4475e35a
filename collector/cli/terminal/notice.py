"""Notices that are held, and messages, in lines of one table."""

from collections.abc import Callable, Mapping
from typing import Any

from collector.incident_words import EVENTS, HELD
from collector.printed import instant
from collector.reports.words import named
from collector.sentences import said
from collector.texts import Translator

Item = Mapping[str, Any]


def _not_before(item: Item, tz: str, words: Translator) -> str:
    """Until when it is held, or when a message is tried next."""
    if item["state"] == "held":
        return words("nobody knows") if item["until"] is None else instant(item["until"], tz)
    return instant(item["next"], tz) if item["state"] == "waiting" else ""


def _sent(item: Item, tz: str, words: Translator) -> str:
    return instant(item["sent"], tz) if item.get("sent") else ""


def _message(item: Item, tz: str, words: Translator) -> str:
    if item["state"] != "held":
        return str(item["title"])
    return f"[{item['incident']}] {named(EVENTS, item['event'], words)}: {said(item['summary'], words)}"


def _answer(item: Item, tz: str, words: Translator) -> str:
    """What the channel said, or why it is held."""
    return named(HELD, item["why"], words) if item["state"] == "held" else str(item["answer"])


COLUMNS: tuple[tuple[str, Callable[..., str]], ...] = (
    ("ID", lambda item, tz, words: item["id"]),
    ("Channel", lambda item, tz, words: item["channel"]),
    ("State", lambda item, tz, words: words(item["state"])),
    ("Not before", _not_before),
    ("Sent", _sent),
    ("Message", _message),
    ("Answer", _answer),
)
"""Each with its heading, in the language of the program; what stands there is told by a zone and in a language."""
