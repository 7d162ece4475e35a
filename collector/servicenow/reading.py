"""What a record of ServiceNow, its history and its journal mean. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, ClassVar

from collector.servicenow.records import plain, shown
from collector.tickets.ticket_system import Deed, Moment, Remote, Standing, deeds
from rules.incident import Waiting

ASKED = (
    "sys_id", "number", "state", "hold_reason", "assigned_to", "assigned_to.user_name", "priority", "correlation_id",
    "resolved_at", "resolved_by", "closed_at", "closed_by", "reopen_count", "sys_updated_by",
)  # fmt: skip
"""The fields that are read of a record."""

_OURS = "[nineward "
_ROBOTS = ("system", "guest")
"""The users under whom the instance's own processes are recorded."""


@dataclass(frozen=True, slots=True)
class Reading:
    """How one instance is to be read: our user there, what its states and reasons for holding stand for."""

    STATES: ClassVar[Mapping[str, Standing]] = {
        "1": Standing.OPEN,
        "2": Standing.STARTED,
        "3": Standing.PAUSED,
        "6": Standing.RESOLVED,
        "7": Standing.CLOSED,
        "8": Standing.CLOSED,
    }
    """The states of an incident as they are shipped: new, in progress, on hold, resolved, closed, cancelled."""
    PAUSES: ClassVar[Mapping[str, Waiting]] = {
        "1": Waiting.CUSTOMER,
        "4": Waiting.SUPPLIER,
        "5": Waiting.CHANGE_WINDOW,
    }
    """The shipped reasons for holding: awaiting caller, vendor, change. Who awaits a problem's end awaits our own."""

    user: str
    statuses: Mapping[str, Standing]
    pauses: Mapping[str, Waiting]
    satisfaction: str = ""

    @classmethod
    def shipped(
        cls, user: str, statuses: Mapping[str, Standing], pauses: Mapping[str, Waiting], satisfaction: str = ""
    ) -> "Reading":
        """What an instance comes with, as far as the settings say nothing else."""
        return cls(user, {**cls.STATES, **statuses}, {**cls.PAUSES, **pauses}, satisfaction)

    def standing(self, state: str) -> Standing:
        """What a value of ``state`` stands for. An unknown one is open: nobody was told what it means."""
        return self.statuses.get(state, Standing.OPEN)

    @property
    def more(self) -> tuple[str, ...]:
        """The fields to be read besides."""
        return (self.satisfaction,) if self.satisfaction else ()


def remote_of(
    reading: Reading,
    record: Mapping[str, Any],
    history: Sequence[Mapping[str, Any]],
    journal: Sequence[Mapping[str, Any]],
    url: str,
) -> Remote:
    """The ticket. Without a history (many accounts may not see it) the steps are those that the record itself shows."""
    moments = list(_changes(reading, record, history) if history else _dated(reading, record))
    moments += _comments(reading, journal)
    if reading.satisfaction and (score := plain(record, reading.satisfaction)):
        moments.append(Moment(f"{plain(record, 'sys_id')}:satisfaction:{score}", Deed.SATISFACTION, None, text=score))
    return Remote(
        plain(record, "sys_id"),
        reading.standing(plain(record, "state")),
        shown(record, "state"),
        url,
        shown(record, "assigned_to"),
        shown(record, "priority"),
        tuple(sorted(moments, key=lambda moment: (moment.at is None, moment.at or 0))),
    )


def instant(text: str) -> int | None:
    """A time as the Table API tells its value: ``2026-11-21 09:30:00`` in UTC; ms UTC. None for none."""
    try:
        return int(datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC).timestamp() * 1000)
    except ValueError:
        return None


def _changes(reading: Reading, record: Mapping[str, Any], history: Sequence[Mapping[str, Any]]) -> Iterator[Moment]:
    for change in history:
        key, at, user = plain(change, "sys_id"), instant(plain(change, "sys_created_on")), plain(change, "user")
        ours, robot = user == reading.user, user in _ROBOTS
        before, after = plain(change, "oldvalue"), plain(change, "newvalue")
        match plain(change, "fieldname"):
            # The first value of a field is written when the record is made: nobody did anything then.
            case "state" if before:
                for deed in deeds(reading.standing(before), reading.standing(after)):
                    text = _waiting(reading, record) if deed is Deed.PAUSE else ""
                    yield Moment(f"{key}:{deed}", deed, at, user, text, ours, robot)
            case "assigned_to" if after:
                if plain(record, "assigned_to") == after and plain(record, "assigned_to.user_name") == user:
                    yield Moment(f"{key}:taken", Deed.ACKNOWLEDGE, at, user, "", ours, robot)
                yield Moment(key, Deed.ASSIGN, at, user, _assignee(record, after), ours, robot)
            case "priority" if before:
                yield Moment(key, Deed.PRIORITY, at, user, after, ours, robot)


def _dated(reading: Reading, record: Mapping[str, Any]) -> Iterator[Moment]:
    """What a record tells whose history is hidden: where it stands now, and when it got there if it says so."""
    times = plain(record, "reopen_count") or "0"
    for deed in deeds(Standing.OPEN, reading.standing(plain(record, "state"))):
        name = {Deed.RESOLVE: "resolved", Deed.CLOSE: "closed"}.get(deed)
        if name is not None:
            at, who = instant(plain(record, f"{name}_at")), shown(record, f"{name}_by")
            ours = reading.user in (who, plain(record, f"{name}_by"))
        else:
            at, who = None, shown(record, "assigned_to")
            ours = plain(record, "sys_updated_by") == reading.user
        text = _waiting(reading, record) if deed is Deed.PAUSE else ""
        yield Moment(f"{plain(record, 'sys_id')}:{deed}:{times}", deed, at, who, text, ours)


def _comments(reading: Reading, journal: Sequence[Mapping[str, Any]]) -> Iterator[Moment]:
    for entry in journal:
        user, text = plain(entry, "sys_created_by"), plain(entry, "value")
        ours = user == reading.user or _OURS in text
        at = instant(plain(entry, "sys_created_on"))
        yield Moment(plain(entry, "sys_id"), Deed.COMMENT, at, user, text, ours, user in _ROBOTS)


def _waiting(reading: Reading, record: Mapping[str, Any]) -> str:
    """What it waits for, in our word, and in theirs. The history does not tell the reasons of earlier pauses."""
    waiting, theirs = reading.pauses.get(plain(record, "hold_reason")), shown(record, "hold_reason")
    return f"{waiting.value}: {theirs}" if waiting else theirs


def _assignee(record: Mapping[str, Any], key: str) -> str:
    """A name for people, where the record still has the one whose sys_id the history tells."""
    return shown(record, "assigned_to") if plain(record, "assigned_to") == key else key
