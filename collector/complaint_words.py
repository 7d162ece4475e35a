"""What is said of a complaint, for pages and the command line alike."""

from collections.abc import Mapping
from typing import Any

from collector.incident_words import AREAS
from collector.printed import instant
from collector.reports.words import named
from collector.texts import Translator

Found = Mapping[str, Any]


def standing(found: Found, tz: str, words: Translator) -> str:
    """How far it is: until when an answer is due, whether it came in time, when it ended. ``tz`` is of the times."""
    if found["closed_at"] is not None:
        return words("closed {instant}", instant=instant(found["closed_at"], tz, seconds=False))
    if found["replied_at"] is not None:
        at = instant(found["replied_at"], tz, seconds=False)
        late = found["in_time"] is False
        return words("answered late, {instant}", instant=at) if late else words("answered {instant}", instant=at)
    if found["reply_due"] is None:
        return words("open")
    due = instant(found["reply_due"], tz, seconds=False)
    if found["in_time"] is False:
        return words("overdue since {instant}", instant=due)
    return words("to be answered until {instant}", instant=due)


def cause(found: Found, words: Translator) -> str:
    """Where the cause has to be mended, empty while nobody said so."""
    return named(AREAS, found["area"], words) if found["area"] else ""
