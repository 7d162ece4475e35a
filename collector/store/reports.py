"""Issued reports and their files: the statements, and the fold of what the log says of issues.

An entry of kind ``report`` is one issue, ``{"verb", "actor", "report": {…}}``; its ``report`` holds the fields of an
:class:`Issued` but the last three. ``issue`` is written when a report is issued, ``record`` afterwards, for one that an
older release issued and kept in the archive alone. What was recorded once stays as it was recorded.
"""

import sqlite3
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import msgspec

from rules.errors import Missing

SEALED = "report.json"
"""What the sealed file of a report is called in the archive."""

ISSUE, RECORD = "issue", "record"


@dataclass(frozen=True, slots=True)
class Issued:
    """One issued report. ``position`` is the last log entry it was computed from; ``issued_at`` in ms UTC.

    ``revision`` counts from 1 once its period is frozen, and is 0 before; ``tz`` is the zone whose period it is.
    ``author`` is the id of who had it issued, empty for the collector itself. ``edition`` is the key of the edition it
    is, empty for the whole organisation's; ``about`` is what belongs to that, as JSON of a :class:`Members`.

    ``first`` and ``head`` are the first entry of the log there was and the hash (hex) of the one at ``position``;
    ``file`` is the hash of the sealed file, ``previous`` the seal of the report it revises, ``key`` the public key that
    signed it; both empty where there is none. ``shape`` and ``method`` are the versions its data was made by,
    ``parameters`` the digest of its parameters, ``zone`` the zone of the installation then.

    ``looked`` says up to where in the log it was looked for what would change it. ``entry`` is the position of its own
    entry, 0 while it has none; ``later`` whether that was recorded afterwards.
    """

    id: str
    kind: str
    name: str
    status: str
    issued_at: int
    issued_by: str
    position: int
    sha256: str
    revision: int = 0
    tz: str = ""
    author: str = ""
    edition: str = ""
    about: str = ""
    first: int = 0
    head: str = ""
    file: str = ""
    previous: str = ""
    key: str = ""
    shape: int = 0
    method: str = ""
    parameters: str = ""
    zone: str = ""
    looked: int = 0
    entry: int = 0
    later: bool = False

    @property
    def members(self) -> "Members | None":
        """What its edition is about; None for the whole organisation."""
        return msgspec.json.decode(self.about, type=Members) if self.about else None

    def as_json(self) -> dict[str, Any]:
        """What people ask of it, as plain data."""
        kept = {key: getattr(self, key) for key in _TOLD}
        about = self.members
        told = None if about is None else {"name": about.name, "service": about.service, "selector": about.selector}
        return {**kept, "edition": told}

    def as_entry(self, actor: Mapping[str, str], verb: str = ISSUE) -> dict[str, Any]:
        """What the log is to hold of it."""
        said = {key: value for key, value in asdict(self).items() if key not in _UNSAID}
        return {"verb": verb, "actor": dict(actor), "report": said}

    def as_previous(self, parameters: Mapping[str, Any], schema: int) -> dict[str, Any]:
        """What the report that revises it says of it; ``parameters`` and ``schema`` are those of its data."""
        return {
            "number": self.revision,
            "issued_at": self.issued_at,
            "position": self.position,
            "sha256": self.sha256,
            "parameters": parameters,
            "schema": schema,
        }


@dataclass(frozen=True, slots=True)
class Members:
    """What an edition is about: its name, the id of its service or its selector, and its targets.

    ``labels`` are those of each target (by id) by which it was chosen.
    """

    name: str
    service: str
    selector: str
    labels: dict[str, dict[str, str]]

    def as_text(self) -> str:
        """As it is kept."""
        return msgspec.json.encode(self, order="sorted").decode()


_TOLD = (
    *("id", "kind", "name", "status", "issued_at", "issued_by", "position", "sha256", "revision", "tz"),
    *("previous", "key", "entry"),
)
_UNSAID = ("looked", "entry", "later")
"""Where it is looked for changes is no part of an issue; the other two follow from the entry itself."""

_COLUMNS = tuple(name for name in Issued.__slots__ if name != "looked")
_ROW = (
    f"SELECT {', '.join(f'report.{name}' for name in _COLUMNS)},"
    " coalesce(report_looked.position, report.position) AS looked"
    " FROM report LEFT JOIN report_looked ON report_looked.report = report.id"
)
_NOTE = (
    f"INSERT INTO report ({', '.join(_COLUMNS)}) VALUES ({', '.join(f':{name}' for name in _COLUMNS)})"
    f" ON CONFLICT (id) DO UPDATE SET {', '.join(f'{name} = excluded.{name}' for name in _COLUMNS)}"
    " WHERE report.entry = 0"
)


def from_entry(position: int, entry: Mapping[str, Any]) -> Issued:
    """The issue that the log entry at a position records; what an older release did not say of it is empty."""
    return Issued(**entry["report"], entry=position, later=entry["verb"] == RECORD)


def apply(tx: sqlite3.Connection, position: int, _at: int, entry: Mapping[str, Any]) -> set[int]:
    """Fold a log entry of kind ``report``. No check's settings change."""
    issued = from_entry(position, entry)
    tx.execute(_NOTE, asdict(issued))
    add_file(tx, issued.id, SEALED, issued.file)
    return set()


def add_file(tx: sqlite3.Connection, report: str, name: str, sha256: str) -> None:
    """Note a file of a report; the second time changes nothing, because an issued file stays as it is."""
    tx.execute(
        "INSERT INTO report_file (report, name, sha256) VALUES (?, ?, ?) ON CONFLICT DO NOTHING", (report, name, sha256)
    )


def hash_of(tx: sqlite3.Connection, report: str, name: str) -> str | None:
    """The hash that was noted of a file of a report; None where none was."""
    row = tx.execute("SELECT sha256 FROM report_file WHERE report = ? AND name = ?", (report, name)).fetchone()
    return None if row is None else str(row["sha256"])


def get(tx: sqlite3.Connection, key: str) -> Issued:
    """The report of that id. Raises Missing."""
    found = _some(tx, "WHERE report.id = ?", (key,))
    if not found:
        raise Missing(f"There is no report {key!r}.")
    return found[0]


def newest(
    tx: sqlite3.Connection, before: tuple[int, str] | None, limit: int, edition: str | None = None
) -> list[Issued]:
    """At most ``limit`` reports, the newest first; those that follow ``before``, an (issued_at, id), if it is given.

    With the key of an ``edition`` only those of it.
    """
    issued_at, key = before or (1 << 62, "")
    return _some(
        tx,
        "WHERE (issued_at < :at OR (issued_at = :at AND id > :key))"
        " AND (:edition IS NULL OR edition = :edition) ORDER BY issued_at DESC, id LIMIT :limit",
        {"at": issued_at, "key": key, "limit": limit, "edition": edition},
    )


def last_of(tx: sqlite3.Connection, kind: str, name: str, tz: str, status: str, edition: str = "") -> Issued | None:
    """The newest report of one period with that status, or None; of an edition by its key."""
    found = _some(
        tx,
        "WHERE kind = ? AND name = ? AND tz = ? AND status = ? AND edition = ?"
        " ORDER BY issued_at DESC, revision DESC, report.position DESC LIMIT 1",
        (kind, name, tz, status, edition),
    )
    return found[0] if found else None


def editions_of(tx: sqlite3.Connection, kind: str, name: str, tz: str, status: str) -> list[str]:
    """The keys of the editions of one period that were issued with that status; the whole's is empty and first."""
    rows = tx.execute(
        "SELECT DISTINCT edition FROM report WHERE kind = ? AND name = ? AND tz = ? AND status = ? ORDER BY edition",
        (kind, name, tz, status),
    )
    return [str(row["edition"]) for row in rows]


def looked(tx: sqlite3.Connection, key: str, position: int) -> None:
    """Note that nothing in the log up to ``position`` changes that report."""
    tx.execute(
        "INSERT INTO report_looked (report, position) VALUES (?, ?)"
        " ON CONFLICT (report) DO UPDATE SET position = max(position, excluded.position)",
        (key, position),
    )


def sealed_as(tx: sqlite3.Connection, sha256: str) -> Issued | None:
    """The issue of the report with this seal, as the log has it; None where the log has none."""
    found = _some(tx, "WHERE sha256 = ? AND entry > 0 ORDER BY entry LIMIT 1", (sha256,))
    return found[0] if found else None


def frozen_of(tx: sqlite3.Connection, one: Issued) -> list[Issued]:
    """Every frozen report of the same period, zone and edition, in the order of their issue."""
    return _some(
        tx,
        "WHERE kind = ? AND name = ? AND tz = ? AND edition = ? AND revision > 0 AND entry > 0 ORDER BY entry",
        (one.kind, one.name, one.tz, one.edition),
    )


def newer(tx: sqlite3.Connection, one: Issued) -> Issued | None:
    """The frozen report that is in force instead of this one; None where this one is."""
    found = [other for other in frozen_of(tx, one) if other.revision > one.revision]
    return found[-1] if found else None


def keys(tx: sqlite3.Connection) -> set[str]:
    """The public keys with which reports were ever signed here."""
    return {str(row["key"]) for row in tx.execute("SELECT DISTINCT key FROM report WHERE key <> '' AND entry > 0")}


def unrecorded(tx: sqlite3.Connection) -> list[Issued]:
    """The reports that the log knows nothing of, in the order of their issue."""
    return _some(tx, "WHERE entry = 0 ORDER BY issued_at, revision, report.position")


def recording(tx: sqlite3.Connection) -> bool:
    """Whether the log has the entry of an issue that was recorded when it was issued."""
    return tx.execute("SELECT 1 FROM report WHERE entry > 0 AND NOT later").fetchone() is not None


def of_file(tx: sqlite3.Connection, sha256: str) -> str | None:
    """The id of the report that has a file with this hash, or None."""
    row = tx.execute("SELECT report FROM report_file WHERE sha256 = ?", (sha256,)).fetchone()
    return None if row is None else str(row["report"])


def begin(tx: sqlite3.Connection, key: str) -> None:
    """Note that a report is about to be issued: its file is written, then its entry."""
    tx.execute("INSERT INTO report_pending (report) VALUES (?)", (key,))


def pending(tx: sqlite3.Connection) -> list[str]:
    """The ids of the reports whose issue was begun and not finished."""
    return [str(row["report"]) for row in tx.execute("SELECT report FROM report_pending ORDER BY report")]


def finish(tx: sqlite3.Connection, key: str) -> bool:
    """Note that the issue of a report is finished, or given up; False when it was already."""
    return tx.execute("DELETE FROM report_pending WHERE report = ?", (key,)).rowcount > 0


def _some(tx: sqlite3.Connection, which: str, given: Any = ()) -> list[Issued]:
    rows = tx.execute(f"{_ROW} {which}", given)
    return [Issued(**{**dict(row), "later": bool(row["later"])}) for row in rows]
