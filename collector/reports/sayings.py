"""What verification says, and how far a letter has come, in words. English wordings are the keys of the catalogue."""

from collections.abc import Mapping
from typing import Any

from collector.printed import instant
from collector.texts import Translator

VERIFIED = {
    "holds": "The report holds: its seal is whole, and the log gives the same figures again.",
    "broken": "The report is broken.",
    "not issued here": "The log of this installation has no issue of this report: it was not issued here, or never.",
    "evidence expired": "The seal is whole, but part of the log it was computed from has been deleted by retention.",
}

SIGNED = {
    "none": "It is not signed.",
    "own": "It is signed with a key of this installation, {key}.",
    "other": "It is signed with another key, {key}. Compare it with the one that its issuer names.",
    "broken": "Its signature does not hold.",
}

RECORDED_LATER = "The log got the entry of its issue later: it vouches for the report from then on, not from its issue."

LETTERS = {"waiting": "waiting", "sending": "sending", "sent": "sent", "parked": "parked"}
"""How far the letter of a report has come."""


def besides(found: Mapping[str, Any], tz: str, words: Translator) -> list[str]:
    """What is to be known of a verified report beside its verdict, in words; instants on the wall clock of ``tz``."""
    told = []
    if (newer := found["newer"]) is not None:
        at, number, sha256 = instant(newer["issued_at"], tz), newer["revision"], newer["sha256"]
        told.append(
            words("It was replaced by revision {number}, issued {at}: {sha256}", number=number, at=at, sha256=sha256)
        )
    if found["issue"] is not None and found["issue"]["recorded_later"]:
        told.append(words(RECORDED_LATER))
    return [*told, *(words(note) for note in found["notes"])]
