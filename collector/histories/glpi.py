"""The history of a ticket in GLPI as moments (src/Log.php, ITILFollowup and TicketSatisfaction of its source)."""

import html
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from collector.remote.telling import RemoteError
from collector.tickets.ticket_system import Deed, Moment, Standing, deeds
from rules.incident import Waiting
from rules.period import instant as milliseconds
from rules.period import zone

Row = Mapping[str, Any]

STATUS, TECHNICIAN, PRIORITY = 12, 5, 3
"""The search options of Ticket under which its log writes these (CommonITILObject::rawSearchOptions)."""

ASSIGNED = 2
"""The type of a person in Ticket_User who is to deal with the ticket (CommonITILActor::ASSIGN)."""

_AUTOMATIC = "cron_"
"""With this begin the names under which GLPI's automatic actions write into the log."""

_NUMBERED = re.compile(r"(?P<name>.*?) ?\((?P<id>\d+)\)\s*")


@dataclass(frozen=True, slots=True)
class Meaning:
    """How a history is read: what its statuses mean, what a pause waits for, and the zone of GLPI's clock."""

    statuses: Mapping[str, Standing]
    pauses: Mapping[str, Waiting]
    tz: str


@dataclass(frozen=True, slots=True)
class History:
    """A ticket's log, follow-ups and satisfaction, names by id of user, and our own user's id."""

    log: Sequence[Row]
    followups: Sequence[Row]
    scores: Sequence[Row]
    people: Mapping[str, str]
    own: str


def standing(status: str, statuses: Mapping[str, Standing]) -> Standing:
    """What a status means; one that nobody explained belongs to a ticket somebody works on."""
    return statuses.get(status, Standing.STARTED)


def instant(text: str, tz: str) -> int:
    """GLPI's date, such as 2026-10-05 14:12:31, on the clock of a zone, in ms UTC. Raises RemoteError."""
    try:
        return milliseconds(datetime.fromisoformat(text).replace(tzinfo=zone(tz)))
    except ValueError:
        raise RemoteError(f"GLPI told a date that is none: {text[:40]!r}.") from None


def plain(content: str) -> str:
    """GLPI's HTML as text; older versions keep it with its signs encoded once more."""
    text = html.unescape(content) if "&#60;" in content or "&lt;" in content else content
    broken = re.sub(r"(?i)<br\s*/?>\s*|</(p|div|li)>\s*", "\n", text)
    return html.unescape(re.sub(r"<[^>]*>", "", broken)).strip()


def moments(history: History, meaning: Meaning) -> tuple[Moment, ...]:
    """What was done to the ticket, by time."""
    found = [moment for row in history.log for moment in _logged(row, history, meaning)]
    for row in history.followups:
        author = str(row.get("users_id", ""))
        said = plain(str(row.get("content") or ""))
        at = instant(str(row["date"]), meaning.tz)
        found.append(
            Moment(
                f"followup.{row['id']}",
                Deed.COMMENT,
                at,
                history.people.get(author, author),
                said,
                ours=author == history.own,
            )
        )
    for row in history.scores:
        score, answered = row.get("satisfaction"), row.get("date_answered")
        if score is not None and answered:
            at = instant(str(answered), meaning.tz)
            found.append(Moment(f"satisfaction.{row['id']}.{at}", Deed.SATISFACTION, at, text=str(round(float(score)))))
    return tuple(sorted(found, key=lambda moment: moment.at or 0))


def _logged(row: Row, history: History, meaning: Meaning) -> Iterator[Moment]:
    option, old, new = row.get("id_search_option"), str(row.get("old_value") or ""), str(row.get("new_value") or "")
    name, key = _who(str(row.get("user_name") or ""))
    robot = not name or name.startswith(_AUTOMATIC)
    at, by = instant(str(row["date_mod"]), meaning.tz), "" if robot else name

    def moment(deed: Deed, text: str) -> Moment:
        return Moment(f"log.{row['id']}.{deed}", deed, at, by, text, ours=key == history.own, robot=robot)

    if option == STATUS:
        for deed in deeds(standing(old, meaning.statuses), standing(new, meaning.statuses)):
            yield moment(deed, _why(deed, new, meaning))
    elif option == TECHNICIAN:
        person = _who(new)[0]
        if person:
            yield moment(Deed.ACKNOWLEDGE, "")
        yield moment(Deed.ASSIGN, person)
    elif option == PRIORITY:
        yield moment(Deed.PRIORITY, new)


def _who(written: str) -> tuple[str, str]:
    """Name and id out of what the log writes for a user: ``alice (7)``."""
    found = _NUMBERED.fullmatch(written)
    return (found["name"], found["id"]) if found else (written, "")


def _why(deed: Deed, status: str, meaning: Meaning) -> str:
    """The status, behind what a pause waits for where that is known."""
    waiting = meaning.pauses.get(status) if deed is Deed.PAUSE else None
    return f"{waiting.value}: {status}" if waiting else status
