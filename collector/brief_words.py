"""A brief in words: what the one who must fix a fault wants to know, as titled lists of lines."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from collector.texts import Translator


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a brief: its title and its lines, both in the reader's language."""

    title: str
    lines: tuple[str, ...]


def parts(brief: Mapping[str, Any], words: Translator, tz: str) -> Sequence[Part]:
    """The parts of a brief (``collector/briefing.py`` says what stands in it) that say something, in a fixed order.

    Instants are told on the clock of the zone ``tz``.
    """
    found = []
    commands = [str(command) for command in brief.get("commands", ())]
    if commands:
        found.append(Part(words("First commands to run"), tuple(commands)))
    return found
