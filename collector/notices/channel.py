"""What every channel promises: to take a message for people, to say what it answered, to show what it would send."""

import json
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from collector.languages import LANGUAGES
from collector.remote.telling import RemoteError
from rules.errors import Invalid
from rules.priority import check_priorities
from rules.quiet import Quiet
from rules.rota import Contact
from rules.secret import Secret

Now = Callable[[], int]
"""Tells the instant in ms UTC."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message for people, the same at every try.

    ``id`` names it to receivers that know repeats; ``at`` is when it was composed (ms UTC). ``lines`` follow the
    ``title``; ``link`` leads to our page, or is empty. ``key`` is the correlation key of the incident that it is about,
    empty where there are several. ``mentions`` are people to be called by name. ``entries`` say the same for programs:
    JSON-ready facts, one for each incident.
    """

    id: str
    at: int
    title: str
    lines: tuple[str, ...]
    link: str = ""
    key: str = ""
    urgent: bool = False
    mentions: tuple[tuple[str, Contact], ...] = ()
    entries: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class Manner:
    """What any ``[notices.NAME]`` may say beside the options of its kind."""

    language: str = ""
    """Language of what is written there: en, zh-CN or zh-TW; empty for the setting language of the collector."""
    quiet: Quiet | None = None
    """Quiet hours by days of the week: { "mon-sun" = ["00:00-07:00", "22:00-24:00"] }. What happens then is told when
    they end, in one message."""
    awake: tuple[str, ...] = ("urgent",)
    """Priorities that are told in quiet hours as well."""
    limit: int = field(default=0)
    """How many messages a minute may go there; 0 for what the channel is known to bear. Beyond that, news is
    gathered in one message. A quarter is kept for what is urgent."""

    def __post_init__(self) -> None:
        if self.language and self.language not in LANGUAGES:
            raise Invalid(f"language: expected one of {', '.join(LANGUAGES)}")
        if self.limit < 0:
            raise Invalid("limit: expected 0 or more")
        check_priorities("awake", self.awake)


class Channel(ABC):
    """Knows messages and its own system; neither the store nor the clock of retries.

    A subclass stands in the file named like its kind and is called ``Sender``; it has ``Options``, a frozen dataclass
    read by ``rules.settings``; it is made from them and a function that tells the instant in ms UTC. Used by one
    thread at a time. At least once, every try of one message with the same id where the system has room for one.
    """

    LIMIT: int = 60
    """How many messages a minute it is known to bear."""

    SIZE: int = 20_000
    """How many bytes (UTF-8) of title and lines fit into one message."""

    LINE: int = 2
    """How many bytes each line costs besides its text: some systems want a blank line between lines."""

    PERSONAL: bool = False
    """Whether it reaches single people, who may be asked how content they are."""

    @abstractmethod
    def send(self, message: Message) -> str:
        """Hand it over; the raw answer for a person, once it says that it was taken. Raises RemoteError."""

    @abstractmethod
    def preview(self, message: Message) -> str:
        """What would be sent, for a person: method, place and body, secrets left out."""

    def close(self) -> None:
        """Give back connections."""
        return


def checked_limit(channel: type[Channel], manner: Manner) -> int:
    """How many messages a minute may go there. What a system punishes is never exceeded, whatever is set."""
    return min(manner.limit or channel.LIMIT, channel.LIMIT)


def endpoint(url: Secret) -> str:
    """The address of a robot. It is a secret: whoever has it can write there. Raises Invalid, which never shows it."""
    parts = urlsplit(url.reveal())
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise Invalid("url: expected an address that begins with https://")
    return url.reveal()


def posted(place: str, body: Any) -> str:
    """A POST of JSON, as a person reads it."""
    return f"POST {place}\n{json.dumps(body, ensure_ascii=False, indent=2)}"


def answered(place: str, text: str) -> Mapping[str, Any]:
    """The JSON object that a robot answers with; anything else is no success. Raises RemoteError, uncertain."""
    try:
        table = json.loads(text)
    except ValueError:
        table = None
    if not isinstance(table, dict):
        raise RemoteError(f"{place} answered with something that is no JSON object: {text[:200]}", uncertain=True)
    return table


def fitted(lines: tuple[str, ...], size: int, more: Callable[[int], str], each: int = 2) -> tuple[str, ...]:
    """As many of the lines as fit into ``size`` bytes; ``more(n)`` stands for the n that do not.

    ``each`` is what a line costs besides its text.
    A single line that is too long is cut.
    """
    costs = [len(line.encode()) + each for line in lines]
    if sum(costs) <= size:
        return lines
    kept: list[str] = []
    left = size - len(more(len(lines)).encode()) - each
    for line, cost in zip(lines, costs, strict=True):
        if cost > left:
            break
        kept.append(line)
        left -= cost
    if not kept:
        return (lines[0].encode()[: max(0, left)].decode("utf-8", "ignore") + "…",)
    return (*kept, more(len(lines) - len(kept)))
