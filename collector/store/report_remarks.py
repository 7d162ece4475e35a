"""What people say of an issued report, beside its sealed data: comments on measures, and approvals by name."""

from dataclasses import asdict, dataclass
from typing import Any

from collector.store.objects import Noun


@dataclass(frozen=True, slots=True)
class Comment:
    """What somebody says of one measure of a report; ``at`` in ms UTC."""

    id: str
    report: str
    measure: str
    text: str
    by: str
    at: int

    def as_json(self) -> dict[str, Any]:
        """The fields as plain data."""
        return asdict(self)


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


COMMENT, APPROVAL = "report_comment", "report_approval"

_comments = Noun(COMMENT, Comment, "comment on a report")
_approvals = Noun(APPROVAL, Approval, "approval of a report")
comments, approvals, find_approval = _comments.ever_owned, _approvals.ever_owned, _approvals.find
