"""What PagerDuty tells of an incident: log entries as they are read, events as its webhooks bring them. Pure.

Sources: developer.pagerduty.com, "Log Entries" (REST) and PagerDuty/developer-docs ``docs/webhooks/01-Overview.md``.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from collector.tickets.ticket_system import Deed, Moment, Remote, Standing

_OURS = "[nineward "
_STANDINGS = {
    "triggered": Standing.OPEN,
    "acknowledged": Standing.ACKNOWLEDGED,
    "resolved": Standing.RESOLVED,
}
_ENTRIES = {
    "acknowledge_log_entry": Deed.ACKNOWLEDGE,
    "resolve_log_entry": Deed.RESOLVE,
    "annotate_log_entry": Deed.COMMENT,
    "assign_log_entry": Deed.ASSIGN,
    "priority_change_log_entry": Deed.PRIORITY,
    "reopen_log_entry": Deed.REOPEN,
}
_EVENTS = {
    "incident.acknowledged": Deed.ACKNOWLEDGE,
    "incident.resolved": Deed.RESOLVE,
    "incident.reopened": Deed.REOPEN,
    "incident.reassigned": Deed.ASSIGN,
    "incident.priority_updated": Deed.PRIORITY,
}
_TIMERS = ("auto", "timeout")
"""The channels by which PagerDuty acts by itself, when its own clocks run out."""


def remote_of(ticket: str, incident: Mapping[str, Any], entries: Sequence[Mapping[str, Any]]) -> Remote:
    """The ticket, named by its key."""
    status = str(incident.get("status") or "")
    assigned = [_name(one.get("assignee")) for one in incident.get("assignments") or () if isinstance(one, Mapping)]
    moments = sorted(_moments(entries), key=lambda moment: (moment.at is None, moment.at or 0))
    return Remote(
        ticket,
        _STANDINGS.get(status, Standing.OPEN),
        status,
        str(incident.get("html_url") or ""),
        ", ".join(filter(None, assigned)),
        _name(incident.get("priority")),
        tuple(moments),
    )


def told(event: Mapping[str, Any]) -> tuple[str, list[Moment]]:
    """The key of the incident that a webhook's event is about, and what was done; no key where it names none."""
    data = event.get("data")
    key = data.get("incident_key") if isinstance(data, Mapping) else None
    deed = _EVENTS.get(str(event.get("event_type")))
    if not isinstance(data, Mapping) or not isinstance(key, str):
        return "", []
    if deed is None:
        return key, []
    text = ""
    if deed is Deed.ASSIGN:
        text = ", ".join(_name(one) for one in data.get("assignees") or ())
    elif deed is Deed.PRIORITY:
        text = _name(data.get("priority"))
    agent = event.get("agent") or {}
    person = str(agent.get("type") or "").startswith("user")
    at = instant(str(event.get("occurred_at")))
    # Our own events come back so too: what they did is done already, and done twice it changes nothing.
    return key, [Moment(str(event.get("id")), deed, at, _name(agent), text, robot=not person)]


def instant(text: str) -> int | None:
    """A time as PagerDuty tells it, ``2026-11-21T09:30:00Z``; ms UTC. None for none."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return None if found.tzinfo is None else round(found.timestamp() * 1000)


def _moments(entries: Sequence[Mapping[str, Any]]) -> Iterator[Moment]:
    for entry in entries:
        deed = _ENTRIES.get(str(entry.get("type")).removesuffix("_reference"))
        if deed is None:
            continue
        agent, channel = entry.get("agent") or {}, entry.get("channel") or {}
        text = _text(deed, entry, channel)
        person = str(agent.get("type") or "").startswith("user")
        robot = not person and channel.get("type") in _TIMERS
        # Whoever is neither a person nor a clock is an integration: the events that we sent.
        ours = (not person and not robot) or _OURS in text
        yield Moment(str(entry.get("id")), deed, instant(str(entry.get("created_at"))), _name(agent), text, ours, robot)


def _text(deed: Deed, entry: Mapping[str, Any], channel: Mapping[str, Any]) -> str:
    if deed is Deed.ASSIGN:
        return ", ".join(_name(one) for one in entry.get("assignees") or ())
    if deed is Deed.COMMENT:
        return str(channel.get("content") or channel.get("summary") or entry.get("summary") or "")
    return _name(entry.get("priority")) if deed is Deed.PRIORITY else ""


def _name(found: Any) -> str:
    return str(found.get("summary") or found.get("name") or "") if isinstance(found, Mapping) else ""
