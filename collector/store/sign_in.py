"""The statements for passwords, sessions and one-time sign-in links. Everything secret is a hash here."""

import sqlite3


def add_session(tx: sqlite3.Connection, key: str, person: str, created: int, expires: int) -> None:
    """Remember a session by the hash of its cookie; instants in ms UTC."""
    tx.execute(
        "INSERT INTO session (hash, person, created, expires) VALUES (?, ?, ?, ?)", (key, person, created, expires)
    )


def session(tx: sqlite3.Connection, key: str, now: int) -> str | None:
    """The id of the person whose session this is, if it has not ended."""
    row = tx.execute("SELECT person FROM session WHERE hash = ? AND expires > ?", (key, now)).fetchone()
    return None if row is None else row["person"]


def end_session(tx: sqlite3.Connection, key: str) -> None:
    """Forget one session."""
    tx.execute("DELETE FROM session WHERE hash = ?", (key,))


def end_sessions(tx: sqlite3.Connection, person: str) -> None:
    """Forget every session and waiting link of a person."""
    tx.execute("DELETE FROM session WHERE person = ?", (person,))
    tx.execute("DELETE FROM sign_in_link WHERE person = ?", (person,))


def sweep(tx: sqlite3.Connection, now: int) -> None:
    """Forget what has expired."""
    tx.execute("DELETE FROM session WHERE expires <= ?", (now,))
    tx.execute("DELETE FROM sign_in_link WHERE expires <= ?", (now,))


def add_link(tx: sqlite3.Connection, key: str, person: str, expires: int) -> None:
    """Remember a sign-in link by its hash."""
    tx.execute("INSERT INTO sign_in_link (hash, person, expires) VALUES (?, ?, ?)", (key, person, expires))


def take_link(tx: sqlite3.Connection, key: str, now: int) -> str | None:
    """The id of the person a waiting link is for; the link is gone afterwards, so that it works once."""
    row = tx.execute("DELETE FROM sign_in_link WHERE hash = ? RETURNING person, expires", (key,)).fetchone()
    return row["person"] if row is not None and row["expires"] > now else None


def password(tx: sqlite3.Connection, person: str) -> str | None:
    """The scrypt text of a person's password, or None when they have none."""
    row = tx.execute("SELECT scrypt FROM password WHERE person = ?", (person,)).fetchone()
    return None if row is None else row["scrypt"]


def set_password(tx: sqlite3.Connection, person: str, scrypt: str, now: int) -> None:
    """Keep a new password's scrypt text in place of the old one."""
    tx.execute(
        "INSERT INTO password (person, scrypt, set_at) VALUES (?, ?, ?)"
        " ON CONFLICT (person) DO UPDATE SET scrypt = excluded.scrypt, set_at = excluded.set_at",
        (person, scrypt, now),
    )
