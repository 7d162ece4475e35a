"""Issuing reports, keeping them as they were issued, and checking whether one still holds.

``DATA/reports/<id>/`` holds each file as it was first rendered; issued files are never rendered again. That it was
issued stands in the log (`collector.reports.ledger`).
"""

import hashlib
import logging
import sqlite3
import threading
from collections.abc import Callable
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from collector.access import Principal
from collector.clock import Clock
from collector.fold import Fold
from collector.ids import new_id
from collector.intake import Intake
from collector.printed import instant
from collector.refold import Progress, refolded, silent
from collector.reports import environment, formats, report, seal, signature
from collector.reports.difference import differences
from collector.reports.digits import rounded
from collector.reports.edition import Edition, Selection, during, known_values
from collector.reports.gather import Rooms
from collector.reports.kinds import Kind, canonical, frozen_at, kind_of, periods
from collector.reports.ledger import Ledger, described
from collector.reports.making import Wanted, make
from collector.reports.moment import moment
from collector.reports.reasons import reasons
from collector.reports.shelf import Shelf
from collector.reports.verification import BROKEN, ELSEWHERE, EXPIRED, HOLDS, Verification
from collector.settings import Settings
from collector.store import incidents, reports
from collector.store.log import Log
from collector.store.reports import SEALED, Issued, Members
from rules.errors import Broken, Invalid, Unavailable
from rules.period import Period

__all__ = ["BROKEN", "ELSEWHERE", "EXPIRED", "HOLDS", "SEALED", "Archive"]

_PATIENCE_S = 30.0

_told = logging.getLogger(__name__)


class Archive:
    """The issued reports of one data folder. Usable from any thread."""

    def __init__(self, rooms: Rooms, log: Log, fold: Fold, intake: Intake, clock: Clock, settings: Settings) -> None:
        self._rooms = rooms
        self._log = log
        self._fold = fold
        self._clock = clock
        self._settings = settings
        self._folder = settings.data / "reports"
        self._shelf = Shelf(rooms.state, self._folder)
        self.listeners: list[Callable[[sqlite3.Connection, Issued], None]] = []
        """Called once for each newly issued report, in a transaction."""
        self._turn = threading.Lock()
        self._one_look = threading.Lock()
        self.in_force = threading.Lock()
        """Held while an issue is recorded: whoever holds it sees the reports that are in force stay in force."""
        self._ledger = Ledger(rooms.state, log, fold, intake, settings, self._issued)

    def issue(
        self,
        kind: str,
        name: str,
        tz: str,
        author: Principal,
        tell: Progress = silent,
        edition: Edition | None = None,
    ) -> Issued:
        """Compute, seal and keep a report, of the whole organisation or of one ``edition``. ``tell`` is given how far.

        Raises Invalid for a period that has not begun, or was over before the records began, and for an edition that
        is about nothing there was then, or about an incident of others; Unavailable while what has arrived is not
        worked through, since a frozen report must not go without it. Once its period is frozen,
        a report is revised only where its figures changed; else the answer is the report that is there. Frozen and
        revised are the reports in the zone of the installation; one in another zone is told as of now.

        All of it is read at one position of the log, while the collector goes on. Then the issue is recorded in the
        log. One report is issued at a time.
        """
        with self._rooms.state.read() as tx:
            name = canonical(tx, kind_of(kind), name)
        with self._turn:
            found = self._sealed(Wanted(kind, name, tz, edition), author, tell)
            if isinstance(found, Issued):
                return found
            with self.in_force:
                return self._ledger.record(*found, author.actor)

    def recover(self) -> None:
        """Finish what was begun to be issued, at the start also by an earlier process, and record what an older release
        issued. Raises Unavailable until the state shows all that the log holds."""
        self._ledger.recover()

    def _issued(self, tx: sqlite3.Connection, issued: Issued) -> None:
        for listener in self.listeners:
            listener(tx, issued)

    def _sealed(self, wanted: Wanted, author: Principal, tell: Progress) -> Issued | tuple[Issued, bytes]:
        """The report as it is to be issued now, with its sealed file; or that which is there, where nothing changed."""
        now, key = self._clock.now(), self._key()
        kind, name, tz = kind_of(wanted.kind), wanted.name, wanted.tz
        with self._rooms.state.read() as tx:
            period, before = periods(tx, kind, name, tz, now)
        if period.start >= now:
            raise Invalid(f"{name} has not begun yet.")
        self._began(name, period)
        if not self._fold.wait_for(self._log.head()[0]):
            raise Unavailable("What has arrived is still being worked through. Ask for the report again in a minute.")
        self.recover()
        with (
            moment(self._log, self._fold, self._clock, self._settings) as (position, rooms),
            rooms.state.read() as tx,
        ):
            period, before = periods(tx, kind, name, tz, now)
            about = during(tx, wanted.edition, period, now)
            _require_matter(tx, wanted, None if about is None else about.during(period.until(now)))
            data = make(rooms, wanted, period, before, now, self._settings, tell)
            final = data["status"] == report.FINAL
            earlier = reports.last_of(tx, kind, name, tz, report.FINAL, wanted.key) if final else None
            own = tz == self._settings.tz
            if own and now >= frozen_at(kind, period, self._settings.calculation.freeze_at):
                old = None if earlier is None else self._as_issued(wanted, earlier, period, before)
                told = self._revision(tx, earlier, old, data, position, period, about)
                if earlier and earlier.revision and not told["differences"]:
                    return earlier
                data["revision"] = told
        document = seal.seal(data, self._range(position), environment.made_with())
        if key is not None:
            document["seal"]["signature"] = signature.sign(key, document["seal"]["sha256"])
        content = formats.find("json").render(document, "en")
        issued = Issued(
            id=new_id("r"),
            kind=kind,
            name=name,
            tz=tz,
            issued_by=author.name,
            author=author.id,
            edition=wanted.key,
            about="" if about is None else _members(about),
            zone=self._settings.tz,
            file=hashlib.sha256(content).hexdigest(),
            **described(document),
        )
        return issued, content

    def about(self, kind: str, name: str, tz: str, edition: Edition | None) -> Selection | None:
        """What an edition of a report issued now would be about; None for the whole. Raises Invalid and Missing."""
        now = self._clock.now()
        with self._rooms.state.read() as tx:
            period, _ = periods(tx, kind_of(kind), name, tz, now)
            return during(tx, edition, period, now)

    def _began(self, name: str, period: Period) -> None:
        """Refuse a period of which nothing can be known. Raises Invalid."""
        first = next(iter(self._log.read(0, None)), None)
        if first is None or first.at >= period.end:
            since = "" if first is None else f" on {instant(first.at, period.tz, seconds=False)} ({period.tz})"
            raise Invalid(f"{name} was over before the records of this installation began{since}: there is no report.")

    def _revision(
        self,
        tx: sqlite3.Connection,
        earlier: Issued | None,
        old: dict[str, Any] | None,
        data: dict[str, Any],
        position: int,
        period: Period,
        about: Selection | None,
    ) -> dict[str, Any]:
        """What a report of a frozen period says of the one before it."""
        if earlier is None or old is None:
            return {**report.UNREVISED, "number": 1, "differences": [], "reasons": []}
        found = differences(rounded(old), data, alike=old["schema"] == data["schema"])
        why = reasons(tx, self._log, earlier.position, position, earlier.issued_at, period, about) if found else []
        return {
            "number": earlier.revision + 1,
            "previous": earlier.as_previous(old["method"]["parameters"], old["schema"]),
            "differences": found,
            "reasons": why,
        }

    def _as_issued(self, wanted: Wanted, earlier: Issued, period: Period, before: Period) -> dict[str, Any]:
        """The data of an earlier report; where its file is lost or was changed, as the log gives it.

        Raises Broken where the log no longer does.
        """
        try:
            data: dict[str, Any] = self._shelf.document(earlier.id)["report"]
        except Broken as trouble:
            _told.warning("%s The next revision is compared with what the log gives.", trouble.message)
            with refolded(self._log, earlier.position, self._settings) as then:
                return make(then, wanted, period, before, earlier.issued_at, self._settings)
        return data

    def listed(self, limit: int, before: tuple[int, str] | None = None, edition: Edition | None = None) -> list[Issued]:
        """At most ``limit`` reports, the newest first; those that follow ``before``, an (issued_at, id).

        Of all editions and of the whole, or of one ``edition``.
        """
        with self._rooms.state.read() as tx:
            return reports.newest(tx, before, limit, None if edition is None else edition.key)

    def document(self, key: str) -> dict[str, Any]:
        """The sealed document of an issued report. Raises Missing, and Broken where it is not what was kept."""
        return self._shelf.document(key)

    def file(self, key: str, form: str, lang: str) -> tuple[bytes, str]:
        """A report in a format and language, and its media type; rendered the first time, kept from then on.

        Raises Missing for an unknown report, Invalid for an unknown format or language, and Broken where the file is
        not what was kept.
        """
        return self._shelf.file(key, form, lang)

    def verify(self, content: bytes, asker: Principal | None = None) -> dict[str, Any]:
        """Whether an issued file holds: ``{"verdict", "reasons", "sha256", "signature", "notes", "issue", "newer"}``.

        The verdict is one of four words. The log must have the entry of an issue with this seal, else it was not issued
        here. The seal must be whole, the bytes as they were written, the signature there and of the key the report was
        issued with, the log unbroken up to the entry and, folded again up to the sealed place, give the same report. A
        page must say what its sealed data says; any other file must be, byte for byte, one that was issued here. What
        retention has deleted is proved no more: its evidence is expired.

        ``signature`` is ``{"state", "key"}``, ``issue`` what the log has of it, ``newer`` the revision in its place.
        ``notes`` tell of that, and what differs between where it was issued and here; they break nothing. Of a report
        that an older release of the report's shape or method made, they tell which figures are made otherwise now.
        Raises Unavailable while the state does not show all of the log, or while others have files verified: each look
        folds the log again. Raises Forbidden where the ``asker`` may not read the report that it is a file of.
        """
        self.recover()
        if not self._one_look.acquire(timeout=_PATIENCE_S):
            raise Unavailable("Another file is being verified. Ask again in a minute.")
        try:
            return Verification(self._rooms.state, self._log, self._settings, self._shelf).verify(content, asker)
        finally:
            self._one_look.release()

    def _key(self) -> Ed25519PrivateKey | None:
        path = self._settings.report_key
        return None if path is None else signature.load(path, self._settings.data)

    def _range(self, position: int) -> dict[str, Any]:
        last = self._log.entry(position)
        first = next(iter(self._log.read(0, position)), None)
        return {
            "first": first.position if first else 0,
            "last": position,
            "head": last.hash.hex() if last else "",
        }


def _require_matter(tx: sqlite3.Connection, wanted: Wanted, about: Selection | None) -> None:
    """Refuse an edition that is about nothing. Raises Invalid."""
    if about is None:
        return
    if not about.targets and not about.services:
        raise Invalid(f"There was nothing in {wanted.name} that {about.name} names. {known_values(tx, about.edition)}")
    if wanted.kind == Kind.SPECIAL and incidents.get(tx, wanted.name).target not in about.ids:
        raise Invalid(f"{wanted.name} is about nothing that {about.name} names.")


def _members(about: Selection) -> str:
    labels = {one.id: dict(about.labels[one.id]) for one in about.targets}
    return Members(about.name, about.edition.service, about.edition.selector, labels).as_text()
