"""What people say of an issued report: owners comment on what was missed, the manager on all of it; somebody approves.

Both stand in the log as entries of their own, so who said what and when can be proved like a figure; the sealed files
stay as they were issued. The figures of a report are never a matter of opinion.
"""

from dataclasses import replace
from typing import Any

from collector.access import Principal, require, require_approver
from collector.ids import new_id
from collector.journal import Change, Journal
from collector.reports import report
from collector.reports.archive import Archive
from collector.roles import Permission
from collector.settings import Settings
from collector.store import report_remarks, reports
from collector.store.report_remarks import Approval, Comment
from rules.errors import Conflicting, Invalid

LONGEST = 4_000
"""Most characters of a comment."""

_MISSED = "missed"


class Remarks:
    """Comments and approvals. Usable from any thread."""

    def __init__(self, archive: Archive, journal: Journal, settings: Settings) -> None:
        self._archive = archive
        self._journal = journal
        self._settings = settings

    def of(self, key: str) -> dict[str, Any]:
        """``{"comments", "approvals"}`` of a report, in order of time. Raises Missing."""
        with self._journal.state.read() as tx:
            reports.get(tx, key)
            comments, approvals = report_remarks.comments(tx, key), report_remarks.approvals(tx, key)
        return {
            "comments": [one.as_json() for one in sorted(comments, key=lambda one: (one.at, one.id))],
            "approvals": [one.as_json() for one in sorted(approvals, key=lambda one: (one.at, one.id))],
        }

    def missed(self, key: str) -> list[str]:
        """The measures of a report that were missed, in its own order. Raises Missing."""
        data = self._archive.document(key)["report"]
        return [row["measure"] for row in data["headline"] if row["verdict"] == _MISSED]

    def comment(self, key: str, measure: str, text: str, author: Principal) -> Comment:
        """Say something about a missed measure, or, where ``measure`` is empty, about the report as a whole.

        What is said of the whole is printed in the summary of the next report on the same period and edition; what is
        said later stands in its place. Raises Missing, Forbidden, and Invalid for a measure that was not missed.
        """
        require(author, Permission.IMPROVE)
        if not text.strip() or len(text) > LONGEST:
            raise Invalid(f"A comment has 1 to {LONGEST} characters.")
        missed = self.missed(key)
        if measure and measure not in missed:
            listed = ", ".join(missed) or "none"
            raise Invalid(f"{measure!r} is no measure that this report shows as missed. Those are: {listed}.")
        journal = self._journal
        made = Comment(new_id("rc"), key, measure, text.strip(), author.name, journal.clock.now())
        if not measure:
            with journal.state.read() as tx:
                of = reports.get(tx, key)
            made = replace(made, kind=of.kind, name=of.name, tz=of.tz, edition=of.edition)
        journal.write([Change(report_remarks.COMMENT, made.id, "comment", made.as_json())], author)
        return made

    def approve(self, key: str, author: Principal) -> Approval:
        """Stand for a report by name; twice is the same as once.

        Raises Forbidden unless a signed-in person asks who may approve and did not issue it themselves (settings
        ``one_person`` allows that), Conflicting for a report of a period that is not frozen, or that was revised.
        """
        journal = self._journal
        with journal.turn(), self._archive.in_force:
            with journal.state.read() as tx:
                issued = reports.get(tx, key)
                newest = reports.last_of(tx, issued.kind, issued.name, issued.tz, report.FINAL, issued.edition)
                # One approval by each person of each report: the id says both.
                there = report_remarks.find_approval(tx, f"ra_{key}_{author.id}")
            require_approver(author, issued.author, self._settings.one_person, ())
            if there is not None:
                return there
            if issued.tz != self._settings.tz:
                raise Conflicting(
                    f"It is told in the time zone {issued.tz}. What is approved is the report in {self._settings.tz}."
                )
            if not issued.revision:
                raise Conflicting("Its period is not frozen yet: what may still change is not approved.")
            if newest is not None and newest.id != key:
                raise Conflicting(f"This report was revised. Approve the one in force, {newest.id}.")
            made = Approval(f"ra_{key}_{author.id}", key, issued.sha256, author.name, journal.clock.now())
            journal.write([Change(report_remarks.APPROVAL, made.id, "approve", made.as_json())], author)
            return made
