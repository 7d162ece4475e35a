"""Phrasing: an errand as a system is told it, in the language that its terms ask for."""

from collector.feedback_links import FeedbackLinks
from collector.place import address
from collector.remote.telling import Telling
from collector.settings import Settings
from collector.store.errands import Errand
from collector.ticket_terms import Terms
from collector.wording import Wording, solved

_ASKING = frozenset({"resolved", "closed"})
"""What may be solved: then whoever asked for it to be repaired is asked in turn."""


class Phrasing:
    """Makes tellings of errands: the same at every try of one errand, but for what is known of earlier tries."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._address = address(settings)
        self._links = FeedbackLinks(settings.key_file, self._address)

    def telling(self, errand: Errand, ticket: str, terms: Terms) -> Telling:
        """What is told. ``ticket`` is what the system calls its ticket, empty where it never told that."""
        body, facts = errand.body, dict(errand.body["facts"])
        if errand.event in _ASKING and solved(facts):
            facts["feedback"] = self._links.of(errand.incident)
        wording = Wording(terms.language or self._settings.language, self._settings.tz, self._address)
        return Telling(
            id=errand.id,
            key=body["key"],
            sequence=errand.sequence,
            event=errand.event,
            at=body["at"],
            facts=facts,
            # A further ticket of an incident is not the one that is known.
            ticket="" if errand.event == "opened" else ticket,
            title=wording.title(facts, errand.event),
            body=wording.body(facts, errand.event),
            tried=errand.tried,
        )
