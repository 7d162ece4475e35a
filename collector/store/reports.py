"""The statements for issued reports and their files."""

import sqlite3
from dataclasses import asdict, dataclass
from typing import Any

import msgspec

from rules.errors import Missing


@dataclass(frozen=True, slots=True)
class Issued:
    """One issued report. ``position`` is the last log entry it was computed from; ``issued_at`` in ms UTC.

    ``revision`` counts from 1 once its period is frozen, and is 0 before; ``tz`` is the zone whose period it is.
    ``author`` is the id of who had it issued, empty for the collector itself; ``looked`` up to where in the log it was
    looked for what would change it. ``edition`` is the key of the edition it is, empty for the whole organisation's;
    ``about`` is what belongs to that, as JSON of a :class:`Members`.
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
    looked: int = 0
    edition: str = ""
    about: str = ""

    @property
    def members(self) -> "Members | None":
        """What its edition is about; None for the whole organisation."""
        return msgspec.json.decode(self.about, type=Members) if self.about else None

    def as_json(self) -> dict[str, Any]:
        """What people ask of it, as plain data."""
        kept = {key: value for key, value in asdict(self).items() if key not in ("author", "looked", "about")}
        about = self.members
        told = None if about is None else {"name": about.name, "service": about.service, "selector": about.selector}
        return {**kept, "edition": told}


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


def add(tx: sqlite3.Connection, issued: Issued) -> None:
    """Note a report."""
    tx.execute(
        "INSERT INTO report (id, kind, name, status, issued_at, issued_by, position, sha256, revision, tz,"
        " author, looked, edition, about) VALUES (:id, :kind, :name, :status, :issued_at, :issued_by, :position,"
        " :sha256, :revision, :tz, :author, :looked, :edition, :about)",
        asdict(issued),
    )


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
    row = tx.execute("SELECT * FROM report WHERE id = ?", (key,)).fetchone()
    if row is None:
        raise Missing(f"There is no report {key!r}.")
    return Issued(**dict(row))


def newest(
    tx: sqlite3.Connection, before: tuple[int, str] | None, limit: int, edition: str | None = None
) -> list[Issued]:
    """At most ``limit`` reports, the newest first; those that follow ``before``, an (issued_at, id), if it is given.

    With the key of an ``edition`` only those of it.
    """
    issued_at, key = before or (1 << 62, "")
    rows = tx.execute(
        "SELECT * FROM report WHERE (issued_at < :at OR (issued_at = :at AND id > :key))"
        " AND (:edition IS NULL OR edition = :edition) ORDER BY issued_at DESC, id LIMIT :limit",
        {"at": issued_at, "key": key, "limit": limit, "edition": edition},
    )
    return [Issued(**dict(row)) for row in rows]


def last_of(tx: sqlite3.Connection, kind: str, name: str, tz: str, status: str, edition: str = "") -> Issued | None:
    """The newest report of one period with that status, or None; of an edition by its key."""
    row = tx.execute(
        "SELECT * FROM report WHERE kind = ? AND name = ? AND tz = ? AND status = ? AND edition = ?"
        " ORDER BY issued_at DESC, revision DESC, position DESC LIMIT 1",
        (kind, name, tz, status, edition),
    ).fetchone()
    return None if row is None else Issued(**dict(row))


def editions_of(tx: sqlite3.Connection, kind: str, name: str, tz: str, status: str) -> list[str]:
    """The keys of the editions of one period that were issued with that status; the whole's is empty and first."""
    rows = tx.execute(
        "SELECT DISTINCT edition FROM report WHERE kind = ? AND name = ? AND tz = ? AND status = ? ORDER BY edition",
        (kind, name, tz, status),
    )
    return [str(row["edition"]) for row in rows]


def looked(tx: sqlite3.Connection, key: str, position: int) -> None:
    """Note that nothing in the log up to ``position`` changes that report."""
    tx.execute("UPDATE report SET looked = max(looked, ?) WHERE id = ?", (position, key))


def sealed_here(tx: sqlite3.Connection, sha256: str) -> bool:
    """Whether a report with this seal was issued here."""
    return tx.execute("SELECT 1 FROM report WHERE sha256 = ?", (sha256,)).fetchone() is not None


def of_file(tx: sqlite3.Connection, sha256: str) -> str | None:
    """The id of the report that has a file with this hash, or None."""
    row = tx.execute("SELECT report FROM report_file WHERE sha256 = ?", (sha256,)).fetchone()
    return None if row is None else str(row["report"])
