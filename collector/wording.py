"""What is told of an incident, in the receiver's language: one line and a text, made from the facts alone.

Pure: the same facts give the same words at every try.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from collector import texts
from collector.sentences import said

_LINE = 200
_MOST = 8_000

_LEADS = {
    "acknowledged": "Acknowledged",
    "resolved": "Resolved",
    "reopened": "Again",
    "closed": "Closed",
    "updated": "Note",
    "warning": "Deadline",
    "escalated": "Escalated",
    "parked": "Not delivered",
    "voided": "Void",
    "merged": "Merged",
    "test": "Test",
}


@dataclass(frozen=True, slots=True)
class Wording:
    """How one receiver is spoken to: ``language`` of LANGUAGES, ``tz`` of the clock on which instants are told.

    ``public_url`` is where the pages are reached, "" when nobody said.
    """

    language: str
    tz: str
    public_url: str = ""

    def title(self, facts: Mapping[str, Any], event: str) -> str:
        """One line of at most 200 characters: which incident, what happened to it, what it is about.

        ``facts`` are those of a Telling; ``event`` one of a Telling or of a notice.
        """
        incident = facts.get("incident") or {}
        words = texts.translator(self.language)
        summary = said(" ".join(str(incident.get("summary") or facts.get("text") or "").split()), words)
        lead = _LEADS.get(event, "")
        line = f"[{incident.get('number', '')}] " + (f"{words(lead)}: " if lead else "") + summary
        return line if len(line) <= _LINE else line[: _LINE - 1] + "…"

    def body(self, facts: Mapping[str, Any], event: str) -> str:
        """Several lines of plain text, at most 8 000 characters: what happened and, where a fault begins, the brief.

        Ends without a line break.
        """
        text = f"{self.title(facts, event)}\n\n{facts.get('text') or ''}".rstrip()
        return text if len(text) <= _MOST else text[: _MOST - 1] + "…"
