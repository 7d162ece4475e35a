"""The ledger of issues: every issued report becomes an entry of the log, in an order that a crash cannot spoil.

First the sealed file is kept, then its entry is written, then the fold shows the report and whoever is to be told is
told. Until that is done a note of the issue stands beside; at the next start what was recorded is finished, and a file
that no entry names is taken back: it was never issued.
"""

import contextlib
import hashlib
import logging
import sqlite3
import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from collector.access import SYSTEM
from collector.fold import Fold
from collector.intake import Intake
from collector.reports import seal, signature
from collector.reports.shelf import keep
from collector.settings import Settings
from collector.store import reports
from collector.store.log import Log
from collector.store.reports import RECORD, SEALED, Issued
from collector.store.state import State
from rules.errors import Broken, Missing, NinewardError, Unavailable

_PATIENCE_S = 30.0

_log = logging.getLogger(__name__)


class Ledger:
    """Usable from any thread. ``tell`` is called in the transaction that finishes the issue of a report."""

    def __init__(
        self,
        state: State,
        log: Log,
        fold: Fold,
        intake: Intake,
        settings: Settings,
        tell: Callable[[sqlite3.Connection, Issued], None],
    ) -> None:
        self._state = state
        self._log = log
        self._fold = fold
        self._intake = intake
        self._settings = settings
        self._folder = settings.data / "reports"
        self._tell = tell
        self._lock = threading.Lock()
        self._mine: set[str] = set()
        self._recovered = False

    def record(self, issued: Issued, content: bytes, actor: Mapping[str, str]) -> Issued:
        """Keep the sealed file of a report, record its issue, and answer it as the state shows it.

        Raises Unavailable where disk or log take nothing, and nothing was issued then; or where it takes too long: the
        issue is recorded then and will show.
        """
        path = self._folder / issued.id / SEALED
        self._mine.add(issued.id)
        with self._state.write() as tx:
            reports.begin(tx, issued.id)
        try:
            keep(path, content)
            position = self._intake.record("report", issued.as_entry(actor)).result(_PATIENCE_S)
        except TimeoutError as trouble:
            raise Unavailable("The log is busy: whether the report was issued is seen in the list, later.") from trouble
        except NinewardError:
            self._give_up(issued.id)
            raise
        if not self._fold.wait_for(position, _PATIENCE_S):
            raise Unavailable("The report is issued, but the collector is busy and does not show it yet.")
        return self._finish(issued.id)

    def recover(self) -> None:
        """Finish what was begun and is recorded, take back what an earlier process began and is not.

        The first time, what was issued before issues were recorded is recorded besides. Raises Unavailable then, until
        the state shows all that the log holds.
        """
        with self._lock:
            if not self._recovered and not self._fold.wait_for(self._log.head()[0]):
                raise Unavailable("The collector is still reading its log. Ask again in a moment.")
            with self._state.read() as tx:
                begun = reports.pending(tx)
            for key in begun:
                try:
                    self._finish(key)
                except Missing:
                    if key not in self._mine:
                        _log.warning("report=%s was being issued when the collector ended: taken back", key)
                        self._give_up(key)
            if not self._recovered:
                self._record_older()
                self._recovered = True

    def _finish(self, key: str) -> Issued:
        with self._state.write() as tx:
            issued = reports.get(tx, key)
            if reports.finish(tx, key):
                self._tell(tx, issued)
        return issued

    def _give_up(self, key: str) -> None:
        path = self._folder / key / SEALED
        with contextlib.suppress(FileNotFoundError, NotADirectoryError):
            path.unlink()
        with contextlib.suppress(OSError):
            path.parent.rmdir()
        with self._state.write() as tx:
            reports.finish(tx, key)

    def _record_older(self) -> None:
        """Record the issues of releases that kept them in the archive alone, as far as their files are still whole.

        Only as long as no issue was recorded in its time: afterwards a report that the log does not know is none.
        """
        with self._state.read() as tx:
            known = [] if reports.recording(tx) else reports.unrecorded(tx)
        for issued in known:
            try:
                content = (self._folder / issued.id / SEALED).read_bytes()
                told = _as_kept(issued, content, self._settings.tz)
            except (OSError, NinewardError, ValueError, KeyError, TypeError) as trouble:
                _log.warning("report=%s is not recorded in the log: %s", issued.id, trouble)
                continue
            position = self._intake.record("report", told.as_entry(SYSTEM.actor, RECORD)).result(_PATIENCE_S)
            self._fold.wait_for(position, _PATIENCE_S)


def described(document: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of an issue that its sealed document tells. Raises KeyError and the like for what is none."""
    data, closing = document["report"], document["seal"]
    revision = data.get("revision", {})
    previous = revision.get("previous")
    signed = closing.get("signature")
    return {
        "status": data["status"],
        "issued_at": data["issued_at"],
        "revision": revision.get("number", 0),
        "previous": "" if previous is None else previous["sha256"],
        "position": closing["log"]["last"],
        "first": closing["log"]["first"],
        "head": closing["log"]["head"],
        "sha256": closing["sha256"],
        "key": "" if signed is None else signed["key"],
        "shape": data["schema"],
        "method": str(data["method"]["version"]),
        "parameters": hashlib.sha256(seal.canonical(data["method"]["parameters"])).hexdigest(),
    }


def _as_kept(issued: Issued, content: bytes, zone: str) -> Issued:
    """The issue as its sealed file tells it. Raises Broken where that is not the one that was issued."""
    document = seal.parsed(content)
    data, closing = seal.opened(document)
    told = described({"report": data, "seal": closing})
    if closing["sha256"] != issued.sha256:
        raise Broken("its sealed file is another one than was issued")
    if signature.judged(closing, ())["state"] == signature.BROKEN:
        raise Broken("the signature of its sealed file does not hold")
    return replace(issued, **told, file=hashlib.sha256(content).hexdigest(), zone=zone)
