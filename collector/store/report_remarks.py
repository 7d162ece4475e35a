"""What people say of an issued report, beside its sealed data: comments on measures, and approvals by name."""

import sqlite3
from dataclasses import asdict, dataclass
from typing import Any

from collector.store.objects import Noun


@dataclass(frozen=True, slots=True)
class Comment:
    """What somebody says of one measure of a report, or of all of it (``measure`` is empty); ``at`` in ms UTC.

    What is said of all of it names of which period and edition (its key) it is: it is printed in the next report of it.
    """

    id: str
    report: str
    measure: str
    text: str
    by: str
    at: int
    kind: str = ""
    name: str = ""
    tz: str = ""
    edition: str = ""

    def as_json(self) -> dict[str, Any]:
        """The fields as plain data; the last four where it is about all of a report."""
        told = asdict(self)
        return {key: told[key] for key in told if key not in _WHOLE} if self.measure else told


@dataclass(frozen=True, slots=True)
class Approval:
    """Somebody stands for a report as it was issued: the one with this seal. ``by`` is their name then."""

    id: str
    report: str
    sha256: str
    by: str
    at: int

    def as_json(self) -> dict[str, Any]:
        """The fields as plain data."""
        return asdict(self)


_WHOLE = ("kind", "name", "tz", "edition")

COMMENT, APPROVAL = "report_comment", "report_approval"

_comments = Noun(COMMENT, Comment, "comment on a report")
_approvals = Noun(APPROVAL, Approval, "approval of a report")
comments, approvals, find_approval = _comments.ever_owned, _approvals.ever_owned, _approvals.find


def statement(tx: sqlite3.Connection, kind: str, name: str, tz: str, edition: str) -> Comment | None:
    """What was said last of the whole of a report on a period, in an edition (by its key); None where nobody did."""
    found = [
        one
        for one in _comments.ever(tx)
        if not one.measure and (one.kind, one.name, one.tz, one.edition) == (kind, name, tz, edition)
    ]
    return max(found, key=lambda one: (one.at, one.id), default=None)
