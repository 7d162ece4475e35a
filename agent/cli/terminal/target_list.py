"""Which targets a person means: words of the command line, lines of files, blocks, ranges and names."""

import asyncio
import codecs
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from agent.address_blocks import expand
from agent.names import Unresolved, resolve, version
from rules.errors import Invalid

MOST = 262_144
"""The most targets of one command: four blocks of /16."""
MOST_BYTES = 32 << 20
"""The largest file that is read."""
_MOST_MISTAKES = 20
_ASKED_AT_ONCE = 32
_LINES = "Give a file with a target on each line: an address, a name, a block or a range; # begins a remark."


class Word(NamedTuple):
    """A word that stands for targets, and where it stands; empty for the command line itself."""

    text: str
    where: str


class Aim(NamedTuple):
    """One target: what the person calls it, and its address; without an address ``trouble`` tells why."""

    name: str
    address: str
    trouble: str = ""


def read(given: Sequence[str], files: Sequence[str]) -> list[Word]:
    """The words of a command line and of its files (``-`` is standard input), in order.

    Of a line the first word counts, so that /etc/hosts will do; ``#`` begins a remark. UTF-8 with or without its mark,
    or UTF-16 with one. Raises Invalid for what cannot be read or names nothing.
    """
    words = [Word(text, "") for text in given]
    for file in files:
        found = list(_lines(file))
        if not found:
            raise Invalid(f"{_called(file)} names no target. {_LINES}")
        words += found
    if not words:
        raise Invalid("There is no target. Name one or more, or give --file FILE (- for standard input).")
    return words


async def aims(words: Iterable[Word], family: str = "any", *, every: bool = False) -> tuple[list[Aim], int]:
    """The targets behind the words, each once, and how many words were there more than once.

    ``family`` is ``any``, ``ipv4`` or ``ipv6``. A name stands for the first of its addresses, or for ``every`` one.
    One that does not resolve becomes an Aim without address. Raises Invalid, with every mistake and its place, for
    words that can be no target, and for more than ``MOST`` targets.
    """
    mistakes: list[str] = []
    found: dict[str, list[Aim] | None] = {}
    again = count = 0
    for word in words:
        if word.text in found:
            again += 1
            continue
        try:
            addresses = expand(word.text, MOST)
            if addresses is not None and family != "any":
                _same_family(word.text, addresses, family)
        except Invalid as mistake:
            mistakes.append(f"{word.where}{mistake}")
            continue
        found[word.text] = None if addresses is None else [Aim(address, address) for address in addresses]
        count += 1 if addresses is None else len(addresses)
        if count > MOST:
            raise Invalid(f"These are more than {MOST:,} targets, the most of one command. Give them in parts.")
    if mistakes:
        more = len(mistakes) - _MOST_MISTAKES
        shown = (*mistakes[:_MOST_MISTAKES], *([f"and {more:,} more"] if more > 0 else ()))
        raise Invalid("Nothing was sent, because of:", shown)
    await _resolve(found, family, every)
    unique: dict[tuple[str, str], Aim] = {}
    for listed in found.values():
        for aim in listed or ():
            unique.setdefault((aim.name, aim.address), aim)
    if len(unique) > MOST:
        raise Invalid(f"These are more than {MOST:,} targets, the most of one command. Give them in parts.")
    return list(unique.values()), again + sum(len(listed or ()) for listed in found.values()) - len(unique)


async def _resolve(found: dict[str, list[Aim] | None], family: str, every: bool) -> None:
    names = iter([name for name, listed in found.items() if listed is None])

    async def work() -> None:
        for name in names:
            try:
                addresses = await resolve(name, family)
            except Unresolved as trouble:
                found[name] = [Aim(name, "", str(trouble))]
            else:
                found[name] = [Aim(name, address) for address in (addresses if every else addresses[:1])]

    await asyncio.gather(*(work() for _ in range(_ASKED_AT_ONCE)))


def _same_family(word: str, addresses: Sequence[str], family: str) -> None:
    if addresses and version(addresses[0].partition("%")[0].strip("[]")) != int(family[-1]):
        raise Invalid(f"{word!r} is no IPv{family[-1]} address, and no other was asked for.")


def _called(file: str) -> str:
    return "standard input" if file == "-" else file


def _lines(file: str) -> Iterator[Word]:
    called = _called(file)
    for number, line in enumerate(_text(file, called).splitlines(), 1):
        words = line.partition("#")[0].split(None, 1)
        if words:
            yield Word(words[0], f"{called} line {number}: ")


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
