"""Which targets a person means: words of the command line, lines of files, blocks, ranges and names."""

import asyncio
import codecs
import sys
from collections.abc import Sequence
from itertools import repeat
from pathlib import Path
from typing import NamedTuple

from agent.address_blocks import expand
from agent.icmp.destination import Destination, destination, destinations
from agent.names import Unresolved, resolve
from rules.errors import Invalid

MOST = 262_144
"""The most targets of one command: four blocks of /16."""
MOST_BYTES = 32 << 20
"""The largest file that is read."""
_MOST_MISTAKES = 20
_ASKED_AT_ONCE = 32
_LINES = "Give a file with a target on each line: an address, a name, a block or a range; # begins a remark."


class Listing(NamedTuple):
    """Words that stand for targets, from the command line itself or from a ``file``, each with its line there."""

    words: Sequence[str]
    file: str = ""
    lines: Sequence[int] = ()

    def where(self, at: int) -> str:
        """The place of a word, as a message begins with it."""
        return f"{self.file} line {self.lines[at]}: " if self.file else ""


class Aim(NamedTuple):
    """One target: what the person calls it, and where requests go; without a destination ``trouble`` tells why."""

    name: str
    destination: Destination | None
    trouble: str = ""

    @property
    def address(self) -> str:
        """The address in words, with its zone; empty without one."""
        where = self.destination
        if where is None:
            return ""
        return where.sockaddr[0] if where.family == 4 else str(where)


def read(given: Sequence[str], files: Sequence[str]) -> list[Listing]:
    """The words of a command line and of its files (``-`` is standard input), in order.

    Of a line the first word counts, so that /etc/hosts will do; ``#`` begins a remark. UTF-8 with or without its mark,
    or UTF-16 with one. Raises Invalid for what cannot be read or names nothing.
    """
    listings = [Listing(given)] if given else []
    listings += [_listing(file) for file in files]
    if not listings:
        raise Invalid("There is no target. Name one or more, or give --file FILE (- for standard input).")
    return listings


class Meant(NamedTuple):
    """The targets behind some words, each once."""

    aims: list[Aim]
    again: int
    """How many were there more than once."""
    named: bool
    """Whether some were given by their names."""


async def meant(listings: Sequence[Listing], family: str = "any", *, every: bool = False) -> Meant:
    """The targets behind the words.

    ``family`` is ``any``, ``ipv4`` or ``ipv6``. A name stands for the first of its addresses, or for ``every`` one.
    One that does not resolve becomes an Aim without destination. Raises Invalid, with every mistake and its place, for
    words that can be no target, and for more than ``MOST`` targets.
    """
    found = _plain(listings) if family == "any" else None
    again = 0
    if found is None:
        found, again = _taken(listings, family)
    aims = [aim for aim in found.values() if aim is not None]
    named = len(aims) < len(found)
    if named:
        aims = await _resolved(found, family, every)
    if len(aims) > MOST:
        raise Invalid(f"These are more than {MOST:,} targets, the most of one command. Give them in parts.")
    return Meant(aims, again, named)


def _plain(listings: Sequence[Listing]) -> dict[str, Aim | None] | None:
    """The short way, which nearly every long list can go: addresses and nothing else, none twice. None if it is not."""
    words = listings[0].words if len(listings) == 1 else [word for listing in listings for word in listing.words]
    try:
        aims = map(tuple.__new__, repeat(Aim), zip(words, destinations(words), repeat(""), strict=False))
        found: dict[str, Aim | None] = dict(zip(words, aims, strict=True))
    except Invalid:
        return None
    return found if len(found) == len(words) else None


def _taken(listings: Sequence[Listing], family: str) -> tuple[dict[str, Aim | None], int]:
    """What the words stand for, None for a name, and how many were there more than once."""
    found: dict[str, Aim | None] = {}
    mistakes: list[str] = []
    again = 0
    for listing in listings:
        for at, word in enumerate(listing.words):
            if word in found:
                again += 1
                continue
            try:
                again += _take(found, word, family)
            except Invalid as mistake:
                mistakes.append(f"{listing.where(at)}{mistake}")
            if len(found) > MOST:
                break
    if mistakes:
        more = len(mistakes) - _MOST_MISTAKES
        shown = (*mistakes[:_MOST_MISTAKES], *([f"and {more:,} more"] if more > 0 else ()))
        raise Invalid("Nothing was sent, because of:", shown)
    return found, again


def _take(found: dict[str, Aim | None], text: str, family: str) -> int:
    """Put what a word stands for into ``found``, None for a name; how many were there already. Raises Invalid."""
    addresses = expand(text, MOST)
    if addresses is None:
        found[text] = None
        return 0
    again = 0
    for address in addresses:
        if address in found:
            again += 1
            continue
        aim = found[address] = Aim(address, destination(address))
        if family != "any" and aim.destination is not None and aim.destination.family != int(family[-1]):
            raise Invalid(f"{text!r} is no IPv{family[-1]} address, and no other was asked for.")
    return again


async def _resolved(found: dict[str, Aim | None], family: str, every: bool) -> list[Aim]:
    """The targets with those behind the names, a number of names asked for at a time."""
    behind: dict[str, list[Aim]] = {}
    names = iter([name for name, aim in found.items() if aim is None])

    async def work() -> None:
        for name in names:
            try:
                addresses = await resolve(name, family)
            except Unresolved as trouble:
                behind[name] = [Aim(name, None, str(trouble))]
            else:
                behind[name] = [Aim(name, destination(address)) for address in addresses[: None if every else 1]]

    await asyncio.gather(*(work() for _ in range(_ASKED_AT_ONCE)))
    return [one for name, aim in found.items() for one in ([aim] if aim is not None else behind[name])]


def _called(file: str) -> str:
    return "standard input" if file == "-" else file


def _listing(file: str) -> Listing:
    called = _called(file)
    text = _text(file, called)
    lines = text.splitlines()
    if lines and "#" not in text and text.split() == lines:
        return Listing(lines, called, range(1, len(lines) + 1))
    if "#" in text:
        lines = [line.partition("#")[0] for line in lines]
    split = [line.split(None, 1) for line in lines]
    words = [of[0] for of in split if of]
    if not words:
        raise Invalid(f"{called} names no target. {_LINES}")
    return Listing(words, called, [at for at, of in enumerate(split, 1) if of])


def _text(file: str, called: str) -> str:
    try:
        if file == "-":
            data = sys.stdin.buffer.read(MOST_BYTES + 1)
        else:
            with Path(file).open("rb") as opened:
                data = opened.read(MOST_BYTES + 1)
    except OSError as trouble:
        raise Invalid(f"{called} cannot be read: {trouble.strerror}.") from None
    if len(data) > MOST_BYTES:
        raise Invalid(f"{called} is larger than {MOST_BYTES >> 20} MiB, the most that is read. Give it in parts.")
    wide = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        return data.decode("utf-16" if wide else "utf-8-sig")
    except UnicodeDecodeError as wrong:
        raise Invalid(f"{called} is no text in UTF-8 (byte {wrong.start + 1:,}). {_LINES}") from None
