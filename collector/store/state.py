"""state.db: the current fold over the log. Many readers, one writer; schema by numbered files of SQL.

Nothing here knows a table: the statements of a noun stand in the module of that noun.
"""

import contextlib
import sqlite3
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

from rules.errors import Broken, Unavailable

MIGRATIONS = Path(__file__).parent / "migrations"
_MIGRATION_SET = "nineward"
_BUSY_S = 30.0
_IDLE_READERS = 8
_FULL = (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR)


class State:
    """One SQLite file in WAL mode with ``synchronous=FULL``. Rows are :class:`sqlite3.Row`. Shared by threads."""

    def __init__(self, path: Path, migrations: Path = MIGRATIONS, *, lasting: bool = True) -> None:
        """Open or create the file (mode 0600) and apply the migrations it lacks, in order, each in one transaction.

        One that is not ``lasting`` is thrown away after a crash, so its commits need not wait for the disk.

        Raises Broken when a step fails (the file is then as it was before that step) or when the file was written by a
        newer release, Unavailable when the disk is full.
        """
        self.path = path
        path.touch(mode=0o600, exist_ok=True)
        self._turn = threading.RLock()
        self._pool_lock = threading.Lock()
        self._idle: list[sqlite3.Connection] = []
        self._closed = False
        self._depth = 0
        self._writer = self._connect()
        try:
            self._writer.execute("PRAGMA journal_mode = WAL")
            self._writer.execute(f"PRAGMA synchronous = {'FULL' if lasting else 'OFF'}")
            _migrate(self._writer, migrations)
        except sqlite3.OperationalError as trouble:
            self._writer.close()
            if trouble.sqlite_errorcode & 0xFF in _FULL:
                raise _full(path, trouble) from trouble
            raise

    @contextlib.contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        """A snapshot: everything read inside sees one committed state, whatever is written meanwhile. Cannot write."""
        reader = self._take_reader()
        try:
            reader.execute("BEGIN")
            yield reader
        finally:
            if reader.in_transaction:
                reader.execute("ROLLBACK")
            self._give_reader(reader)

    @contextlib.contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """The one write transaction: committed (and on disk) when the block ends, undone when it raises.

        Waits for its turn. Inside itself, in the same thread, it joins the outer transaction. Raises Unavailable when
        the disk is full; then nothing is applied.
        """
        with self._turn:
            if self._depth:
                yield self._writer
                return
            self._depth = 1
            try:
                self._writer.execute("BEGIN IMMEDIATE")
                yield self._writer
                self._writer.execute("COMMIT")
            except sqlite3.OperationalError as trouble:
                if trouble.sqlite_errorcode & 0xFF in _FULL:
                    raise _full(self.path, trouble) from trouble
                raise
            finally:
                self._depth = 0
                if self._writer.in_transaction:
                    self._writer.execute("ROLLBACK")

    def close(self) -> None:
        """Give the file back. Waits for a writer; readers still at work close theirs when they are done."""
        with self._turn, self._pool_lock:
            self._closed = True
            for reader in self._idle:
                reader.close()
            self._idle.clear()
            self._writer.close()

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self.path, timeout=_BUSY_S, isolation_level=None, check_same_thread=False, cached_statements=512
        )
        connection.row_factory = sqlite3.Row
        connection.execute("PRAGMA foreign_keys = ON")
        return connection

    def _take_reader(self) -> sqlite3.Connection:
        with self._pool_lock:
            if self._closed:
                raise Unavailable("The collector is shutting down.")
            if self._idle:
                return self._idle.pop()
        reader = self._connect()
        reader.execute("PRAGMA query_only = ON")
        return reader

    def _give_reader(self, reader: sqlite3.Connection) -> None:
        with self._pool_lock:
            if not self._closed and len(self._idle) < _IDLE_READERS:
                self._idle.append(reader)
                return
        reader.close()


class Moment(State):
    """A state as one open read transaction sees it: each read sees the same moment. For one thread; cannot write."""

    def __init__(self, path: Path, tx: sqlite3.Connection) -> None:
        self.path = path
        self._tx = tx

    @contextlib.contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        """The transaction that it was made of."""
        yield self._tx

    @contextlib.contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """Never: what is past does not change."""
        raise Broken("This view of the state is for reading.")
        yield

    def close(self) -> None:
        """Whoever opened the transaction ends it."""


def _full(path: Path, trouble: sqlite3.OperationalError) -> Unavailable:
    return Unavailable(f"{path.name} cannot be written: {trouble}. Free some disk space.")


def _migrate(connection: sqlite3.Connection, folder: Path) -> None:
    steps = Migrations(_MIGRATION_SET)
    files = sorted(folder.glob("*.sql"))
    for file in files:
        steps(name=file.stem)(_step(file))
    database = Database(connection, execute_plugins=False)
    known = {file.stem for file in files}
    newer = [done.name for done in steps.applied(database) if done.name not in known]
    if newer:
        raise Broken(f"This data was written by a newer release (step {newer[-1]}). Install that one.")
    steps.apply(database)


def _step(file: Path) -> Callable[[Database], None]:
    """The statements of a file one by one, because ``executescript`` would end the transaction they must share."""

    def apply(database: Database) -> None:
        try:
            for statement in _statements(file.read_text(encoding="utf-8")):
                database.conn.execute(statement)
        except sqlite3.Error as trouble:
            raise Broken(f"Step {file.stem} of the schema failed: {trouble}. Nothing of it was applied.") from trouble

    return apply


def _statements(text: str) -> Iterator[str]:
    statement = ""
    for line in text.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
    if statement.strip():
        yield statement
