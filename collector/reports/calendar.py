"""The reports that the calendar asks for: a first one when a period is over, the frozen one, and its revisions.

What is due is told by what was issued, not by when a job ran: what a collector that stood still missed is made up.
"""

import logging
import sqlite3

from collector.access import SYSTEM
from collector.clock import Clock
from collector.reports import report
from collector.reports.archive import Archive
from collector.reports.distribution import EditionTerms, editions
from collector.reports.edition import Edition, keyed
from collector.reports.kinds import Kind, ended, frozen_at
from collector.reports.reasons import reasons
from collector.settings import Settings
from collector.store import reports
from collector.store.log import Log
from collector.store.reports import Issued
from collector.store.state import State
from rules.errors import NinewardError
from rules.period import Period

FIRST_AFTER = 6 * 3_600_000
"""How long after the end of a period (ms) its first report is issued: in the morning of day 1, when agents have sent
what they still had."""

_UNDECIDED = frozenset({"propose"})
"""What was only proposed changes nothing until somebody else approves it."""

_log = logging.getLogger(__name__)


class ReportCalendar:
    """Issues months, quarters and years in the installation's own zone and language."""

    def __init__(self, archive: Archive, state: State, log: Log, clock: Clock, settings: Settings) -> None:
        self._archive = archive
        self._state = state
        self._log = log
        self._clock = clock
        self._settings = settings
        self._editions = editions(settings.reports)

    def issue(self) -> None:
        """Issue what is due and not there yet, for the periods that ended within the last 13 months.

        A period over before the records began has no report. Editions are issued once their period is frozen. What goes
        wrong with one report stops no other, and is tried again the next time.
        """
        now = self._clock.now()
        for kind, name, period in self._recorded(now):
            with self._state.read() as tx:
                there = self._last(tx, kind, name)
            frozen = now >= frozen_at(kind, period, self._settings.calculation.freeze_at)
            if (frozen and (there is None or not there.revision)) or (
                there is None and now >= period.end + FIRST_AFTER
            ):
                self._issue(kind, name)
        for terms in self._editions:
            self._issue_edition(terms, now)

    def _issue_edition(self, terms: EditionTerms, now: int) -> None:
        """Issue an edition of the newest frozen period of each of its kinds; an older one is left to people.

        Whoever names an edition today does not want those of a whole year in the mail.
        """
        try:
            with self._state.read() as tx:
                part = terms.edition(tx)
        except NinewardError as trouble:
            _log.warning("edition=%s was not issued: %s", terms.spoken, trouble.message)
            return
        freeze_at = self._settings.calculation.freeze_at
        for kind in terms.kinds:
            frozen = [
                name
                for one, name, period in self._recorded(now)
                if one is kind and now >= frozen_at(kind, period, freeze_at)
            ]
            for name in frozen[-1:]:
                with self._state.read() as tx:
                    there = self._last(tx, kind, name, part.key)
                if there is None or not there.revision:
                    self._issue(kind, name, part)

    def revise(self) -> None:
        """Look at every frozen period of the last 13 months that has a report; issue a revision where it changed.

        Only what came into the log since the last look and bears on a period has it computed again.
        """
        now = self._clock.now()
        for kind, name, period in self._recorded(now):
            with self._state.read() as tx:
                known = reports.editions_of(tx, kind, name, self._settings.tz, report.FINAL)
            for key in known:
                self._revise(kind, name, period, key)

    def _revise(self, kind: Kind, name: str, period: Period, key: str) -> None:
        """Look at one frozen report: of the whole, or of an edition by its key."""
        head = self._log.head()[0]
        with self._state.read() as tx:
            there = self._last(tx, kind, name, key)
            if there is None or not there.revision:
                return
            found = reasons(tx, self._log, there.looked, head, there.issued_at, period)
        if all(row["what"] in _UNDECIDED for row in found):
            return
        issued = self._issue(kind, name, keyed(key))
        if issued is not None:
            with self._state.write() as tx:
                reports.looked(tx, issued.id, head)

    def _recorded(self, now: int) -> list[tuple[Kind, str, Period]]:
        first = next(iter(self._log.read(0, None)), None)
        return [one for one in ended(self._settings.tz, now) if first is not None and one[2].end > first.at]

    def _last(self, tx: sqlite3.Connection, kind: Kind, name: str, edition: str = "") -> Issued | None:
        return reports.last_of(tx, kind, name, self._settings.tz, report.FINAL, edition)

    def _issue(self, kind: Kind, name: str, edition: Edition | None = None) -> Issued | None:
        try:
            issued = self._archive.issue(kind, name, self._settings.tz, SYSTEM, edition=edition)
            self._archive.file(issued.id, "html", self._settings.language)
        except NinewardError as trouble:
            _log.warning("report=%s was not issued: %s", name, trouble.message)
            return None
        except Exception:
            _log.exception("report=%s was not issued", name)
            return None
        _log.info("report=%s id=%s revision=%d edition=%s", name, issued.id, issued.revision, issued.edition)
        return issued
