"""What is told about an incident, what the other side answered, and why it did not take it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rules.errors import NinewardError


class RemoteError(NinewardError):
    """Another system did not take what it was told, or could not be asked.

    ``permanent``: trying the same again will not help, a person must look. ``retry_after``: the system asked to be
    left alone for so many seconds. ``uncertain``: the request may have been carried out all the same (no answer came,
    or none that can be read), so whoever repeats it must first look what is there.
    """

    status = 502

    def __init__(
        self,
        message: str,
        *,
        permanent: bool = False,
        retry_after: float | None = None,
        uncertain: bool = False,
    ) -> None:
        super().__init__(message)
        self.permanent = permanent
        self.retry_after = retry_after
        self.uncertain = uncertain


@dataclass(frozen=True, slots=True)
class Telling:
    """One thing to tell about an incident.

    ``id`` is the errand's: the same at every try, so that a receiver can know a repeat. ``key`` is the incident's
    correlation key (``nineward:<installation>:<incident>``), the same for all that is told about it. ``sequence``
    counts what this system is told about this incident, from 1. ``event`` is opened, updated, acknowledged, escalated,
    resolved, reopened or closed; ``at`` when that happened (ms UTC). ``facts`` are JSON-ready: incident, target, check,
    agents, brief, text. ``title`` (one line) and ``body`` (several) say that in the receiver's language, the same at
    every try. ``ticket`` is the system's own id of the ticket, empty where it never told one. ``tried`` is the instant
    (ms UTC) of the last try of which nobody knows whether it worked; None when there is no such try.
    """

    id: str
    key: str
    sequence: int
    event: str
    at: int
    facts: Mapping[str, Any]
    ticket: str = ""
    title: str = ""
    body: str = ""
    tried: int | None = None

    @property
    def reference(self) -> str:
        """What marks everything we write in another system, so that we know it again: ``[nineward i_1.desk.3]``."""
        return f"[nineward {self.id}]"


@dataclass(frozen=True, slots=True)
class Reply:
    """What a system said: its ticket's id, address and state where it told them, and its raw answer for a person."""

    ticket: str = ""
    url: str = ""
    state: str = ""
    raw: str = ""
