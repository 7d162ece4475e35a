"""The statements of notices: news that is not routed yet, notices for channels, messages and how they went."""

import json
import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from collector.store.errands import Errand
from rules.errors import Missing

PARKED = "parked"
"""The event of an errand that no ticket system takes."""


class MessageState(StrEnum):
    """``waiting`` for its time or a further try, ``claimed`` by a worker, ``sent``, or ``parked``: failed for good."""

    WAITING = "waiting"
    CLAIMED = "claimed"
    SENT = "sent"
    PARKED = "parked"


@dataclass(frozen=True, slots=True)
class News:
    """Something that happened to an incident, to be told from ``due`` on. Instants in ms UTC."""

    id: str
    incident: str
    event: str
    at: int
    due: int
    facts: Mapping[str, Any]

    @property
    def about(self) -> tuple[str, str]:
        """The target and the check (ids, or empty) that it is about."""
        target, check = self.facts.get("target") or {}, self.facts.get("check") or {}
        return str(target.get("id", "")), str(check.get("id", ""))


@dataclass(frozen=True, slots=True)
class Notice:
    """A piece of news for one channel. What is of one ``parcel`` goes out together, once the ``next`` (ms UTC) of
    the first has come."""

    id: str
    channel: str
    incident: str
    event: str
    at: int
    urgent: bool
    parcel: str
    mentions: tuple[str, ...]
    next: int
    facts: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Message:
    """What is handed to a channel: ``content`` is the same at every try. Instants in ms UTC."""

    id: str
    channel: str
    state: MessageState
    urgent: bool
    title: str
    content: Mapping[str, Any]
    composed: int
    attempts: int
    next: int
    tried: int | None
    sent: int | None
    answer: str


@dataclass(frozen=True, slots=True)
class Delivery:
    """What became of one notice: the proof that somebody was told, and of what.

    ``state`` is ``waiting`` until it stands in a message, then the message's. ``answer`` is what the channel said when
    it took it, or why the last try failed. Instants in ms UTC.
    """

    channel: str
    event: str
    at: int
    state: str
    message: str
    title: str
    attempts: int
    next: int
    sent: int | None
    answer: str


_NEWS = "id, incident, event, at, due, facts"
_NOTICE = "id, channel, incident, event, at, urgent, parcel, mentions, next, facts"
_MESSAGE = "id, channel, state, urgent, title, content, composed, attempts, next, tried, sent, answer"


def add_news(tx: sqlite3.Connection, news: News) -> None:
    """Remember that something is to be told. The second time changes nothing."""
    tx.execute(
        f"INSERT INTO news ({_NEWS}) VALUES (:id, :incident, :event, :at, :due, :facts) ON CONFLICT (id) DO NOTHING",
        {
            "id": news.id,
            "incident": news.incident,
            "event": news.event,
            "at": news.at,
            "due": news.due,
            "facts": _json(news.facts),
        },
    )


def add_parked(tx: sqlite3.Connection, errand: Errand, trouble: str, now: int) -> None:
    """Tell people that a ticket system does not take an errand; in the transaction that parks it, at ``now``."""
    facts = {
        **errand.body["facts"],
        "key": errand.body["key"],
        "text": trouble,
        "errand": {"id": errand.id, "system": errand.system, "event": errand.event},
    }
    add_news(tx, News(f"{errand.id}.{now}", errand.incident, PARKED, now, now, facts))


def due_news(tx: sqlite3.Connection, now: int, limit: int = 500) -> list[News]:
    """News that can be routed, in the order in which it happened."""
    rows = tx.execute(
        f"SELECT {_NEWS} FROM news WHERE due <= :now ORDER BY at, id LIMIT :limit", {"now": now, "limit": limit}
    )
    return [_news(row) for row in rows]


def unrouted(tx: sqlite3.Connection, now: int, limit: int) -> list[News]:
    """News that cannot be routed before an instant after ``now`` (ms UTC), the newest first."""
    rows = tx.execute(
        f"SELECT {_NEWS} FROM news WHERE due > :now ORDER BY at DESC, id LIMIT :limit", {"now": now, "limit": limit}
    )
    return [_news(row) for row in rows]


def next_news(tx: sqlite3.Connection) -> int | None:
    """When the next news can be routed (ms UTC); None when there is none."""
    return _instant(tx.execute("SELECT min(due) AS next FROM news"))


def hold_news(tx: sqlite3.Connection, key: str, due: int) -> None:
    """A mute holds it: it is not told before ``due`` (ms UTC), unless mutes change."""
    tx.execute("UPDATE news SET due = :due, held = 1 WHERE id = :id", {"id": key, "due": due})


def held(tx: sqlite3.Connection) -> list[tuple[str, str, str]]:
    """The news (ids) that mutes hold, with the target and the check (ids) that it is about."""
    rows = tx.execute(f"SELECT {_NEWS} FROM news WHERE held = 1 ORDER BY id")
    return [(news.id, *news.about) for news in map(_news, rows)]


def look_again(tx: sqlite3.Connection, due: Mapping[str, int]) -> None:
    """Of the news that mutes hold, look at these (ids) again at an instant each (ms UTC)."""
    tx.executemany("UPDATE news SET due = ? WHERE id = ? AND held = 1", [(at, key) for key, at in due.items()])


def forget_news(tx: sqlite3.Connection, keys: Iterable[str]) -> None:
    """It is routed, or nobody is to hear of it."""
    tx.executemany("DELETE FROM news WHERE id = ?", ((key,) for key in keys))


def withdraw_news(tx: sqlite3.Connection, incident: str, ended: int, events: Iterable[str]) -> None:
    """The fault ended at ``ended`` (ms UTC): take back what of these ``events`` was not due by then."""
    tx.executemany(
        "DELETE FROM news WHERE incident = ? AND event = ? AND due > ?", ((incident, event, ended) for event in events)
    )


def add_notice(tx: sqlite3.Connection, notice: Notice) -> None:
    """Queue a notice for its channel. The second time changes nothing."""
    tx.execute(
        "INSERT INTO notice (id, channel, incident, event, at, urgent, parcel, mentions, next, facts, message) VALUES"
        " (:id, :channel, :incident, :event, :at, :urgent, :parcel, :mentions, :next, :facts, '')"
        " ON CONFLICT (id) DO NOTHING",
        {
            "id": notice.id,
            "channel": notice.channel,
            "incident": notice.incident,
            "event": notice.event,
            "at": notice.at,
            "urgent": int(notice.urgent),
            "parcel": notice.parcel,
            "mentions": _json(notice.mentions),
            "next": notice.next,
            "facts": _json(notice.facts),
        },
    )


def told(tx: sqlite3.Connection, incident: str) -> set[str]:
    """The channels that heard of an incident, or will."""
    return {row["channel"] for row in tx.execute("SELECT channel FROM notice WHERE incident = ?", (incident,))}


def waiting(tx: sqlite3.Connection, channel: str, now: int) -> list[Notice]:
    """The notices of a channel that stand in no message, of every parcel of which one may go out now; oldest first."""
    rows = tx.execute(
        f"SELECT {_NOTICE} FROM notice"
        " WHERE channel = :channel AND message = '' AND parcel IN (SELECT first.parcel FROM notice first"
        "  WHERE first.channel = :channel AND first.message = '' AND first.next <= :now) ORDER BY at, id",
        {"channel": channel, "now": now},
    )
    return [_notice(dict(row)) for row in rows]


def unsent(tx: sqlite3.Connection, limit: int) -> list[tuple[Notice, int]]:
    """Notices that stand in no message, the newest first; with when the first of its parcel may go out (ms UTC)."""
    rows = tx.execute(
        f"SELECT {_NOTICE}, (SELECT min(first.next) FROM notice first WHERE first.channel = notice.channel"
        "  AND first.message = '' AND first.parcel = notice.parcel) AS due"
        " FROM notice WHERE message = '' ORDER BY at DESC, id LIMIT :limit",
        {"limit": limit},
    )
    return [(_notice(values), int(values.pop("due"))) for values in map(dict, rows)]


def next_notice(tx: sqlite3.Connection, channel: str) -> int | None:
    """When the next notice of a channel may go out (ms UTC); None when none waits."""
    return _instant(tx.execute("SELECT min(next) AS next FROM notice WHERE channel = ? AND message = ''", (channel,)))


def add_message(tx: sqlite3.Connection, message: Message, notices: Iterable[str]) -> None:
    """Queue a message that tells these notices (ids)."""
    tx.execute(
        f"INSERT INTO message ({_MESSAGE}) VALUES (:id, :channel, :state, :urgent, :title, :content, :composed,"
        " :attempts, :next, :tried, :sent, :answer)",
        {
            "id": message.id,
            "channel": message.channel,
            "state": message.state.value,
            "urgent": int(message.urgent),
            "title": message.title,
            "content": _json(message.content),
            "composed": message.composed,
            "attempts": message.attempts,
            "next": message.next,
            "tried": message.tried,
            "sent": message.sent,
            "answer": message.answer,
        },
    )
    tx.executemany("UPDATE notice SET message = ?, facts = '' WHERE id = ?", ((message.id, key) for key in notices))


def claim(tx: sqlite3.Connection, channel: str, now: int) -> Message | None:
    """Take the next message of a channel that is due, the urgent ones first; None when there is none."""
    row = tx.execute(
        "UPDATE message SET state = 'claimed', attempts = attempts + 1, tried = :now WHERE state = 'waiting' AND id = ("
        " SELECT id FROM message WHERE channel = :channel AND state = 'waiting' AND next <= :now"
        f" ORDER BY urgent DESC, composed, id LIMIT 1) RETURNING {_MESSAGE}",
        {"channel": channel, "now": now},
    ).fetchone()
    return None if row is None else _message(row)


def next_message(tx: sqlite3.Connection, channel: str) -> int | None:
    """When the next message of a channel is due (ms UTC); None when none waits."""
    return _instant(
        tx.execute("SELECT min(next) AS next FROM message WHERE channel = ? AND state = 'waiting'", (channel,))
    )


def queued(tx: sqlite3.Connection, channel: str, since: int) -> tuple[int, int]:
    """How many messages of a channel wait or are being sent; and of how many of them a try has failed.

    Those composed before ``since`` (ms UTC) do not count as failing.
    """
    row = tx.execute(
        "SELECT count(*) AS all_of_them, coalesce(sum(attempts > 0 AND composed >= :since), 0) AS failing FROM message"
        " WHERE channel = :channel AND state IN ('waiting', 'claimed')",
        {"channel": channel, "since": since},
    ).fetchone()
    return int(row["all_of_them"]), int(row["failing"])


def tries(tx: sqlite3.Connection, channel: str, since: int) -> list[int]:
    """The last tries of a channel's messages after an instant (ms UTC), oldest first."""
    rows = tx.execute("SELECT tried FROM message WHERE channel = ? AND tried > ? ORDER BY tried", (channel, since))
    return [int(row["tried"]) for row in rows]


def sent(tx: sqlite3.Connection, key: str, now: int, answer: str) -> None:
    """The channel has it. What was sent in detail is not kept, only that it was."""
    tx.execute(
        "UPDATE message SET state = 'sent', sent = :now, answer = :answer, content = '{}'"
        " WHERE id = :id AND state = 'claimed'",
        {"id": key, "now": now, "answer": answer},
    )


def put_off(tx: sqlite3.Connection, key: str, next_try: int, trouble: str) -> None:
    """It did not work out: try again at that instant (ms UTC)."""
    tx.execute(
        "UPDATE message SET state = 'waiting', next = :next, answer = :trouble WHERE id = :id AND state = 'claimed'",
        {"id": key, "next": next_try, "trouble": trouble},
    )


def park(tx: sqlite3.Connection, key: str, trouble: str) -> None:
    """It will not work out by itself."""
    tx.execute(
        "UPDATE message SET state = 'parked', answer = :trouble WHERE id = :id AND state = 'claimed'",
        {"id": key, "trouble": trouble},
    )


def release(tx: sqlite3.Connection, key: str, now: int) -> Message:
    """Try a parked message again. Raises Missing when no such message is parked."""
    row = tx.execute(
        "UPDATE message SET state = 'waiting', attempts = 0, next = :now WHERE id = :id AND state = 'parked'"
        f" RETURNING {_MESSAGE}",
        {"id": key, "now": now},
    ).fetchone()
    if row is None:
        raise Missing(f"No message {key!r} is parked.")
    return _message(row)


def unclaim(tx: sqlite3.Connection) -> None:
    """After a start: what the last process had claimed goes out again under the same id."""
    tx.execute("UPDATE message SET state = 'waiting' WHERE state = 'claimed'")


def messages(tx: sqlite3.Connection, state: str = "", limit: int = 100) -> list[Message]:
    """The newest messages first, those in one state where it is given."""
    rows = tx.execute(
        f"SELECT {_MESSAGE} FROM message WHERE (:state = '' OR state = :state) ORDER BY composed DESC, id LIMIT :limit",
        {"state": state, "limit": limit},
    )
    return [_message(row) for row in rows]


def deliveries(tx: sqlite3.Connection, incident: str) -> list[Delivery]:
    """Who was told of an incident (id), when, and how that is known; in the order in which it happened."""
    rows = tx.execute(
        "SELECT notice.channel, notice.event, notice.at, coalesce(message.state, 'waiting') AS state, notice.message,"
        " coalesce(message.title, '') AS title, coalesce(message.attempts, 0) AS attempts,"
        " coalesce(message.next, notice.next) AS next, message.sent, coalesce(message.answer, '') AS answer"
        " FROM notice LEFT JOIN message ON message.id = notice.message WHERE notice.incident = :id"
        " ORDER BY notice.at, notice.id",
        {"id": incident},
    )
    return [Delivery(**dict(row)) for row in rows]


def counts(tx: sqlite3.Connection) -> dict[str, int]:
    """How many messages there are in each state."""
    return {row["state"]: row["n"] for row in tx.execute("SELECT state, count(*) AS n FROM message GROUP BY state")}


def _message(row: sqlite3.Row) -> Message:
    values = dict(row)
    return Message(
        **{
            **values,
            "state": MessageState(values["state"]),
            "urgent": bool(values["urgent"]),
            "content": json.loads(values["content"]),
        }
    )


def _news(row: sqlite3.Row) -> News:
    return News(**{**dict(row), "facts": json.loads(row["facts"])})


def _notice(values: dict[str, Any]) -> Notice:
    own = {name: values[name] for name in _NOTICE.split(", ")}
    mentions, facts = tuple(json.loads(own["mentions"])), json.loads(own["facts"])
    return Notice(**{**own, "urgent": bool(own["urgent"]), "mentions": mentions, "facts": facts})


def _instant(rows: sqlite3.Cursor) -> int | None:
    found = rows.fetchone()["next"]
    return None if found is None else int(found)


def _json(value: object) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False)
