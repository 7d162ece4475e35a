"""What people are to hear of a decision: news, written in the transaction that applies it. Who hears it: routes."""

from collections.abc import Mapping

from collector.decisions.entry import Decision
from collector.decisions.telling import facts
from collector.store import incidents, notices
from collector.store.notices import News
from rules.incident import Verb

_EVENTS: Mapping[str, str] = {
    Verb.OPEN.value: "opened",
    Verb.ACKNOWLEDGE.value: "acknowledged",
    Verb.RESOLVE.value: "resolved",
    Verb.REOPEN.value: "reopened",
    "warned": "warning",
    "escalated": "escalated",
    "void": "voided",
    "merge": "merged",
}
"""What is news, by the verb under which the event is remembered."""

_DUE_LATER = frozenset({"opened", "reopened"})
_ALSO_TOLD = ("rule", "share", "due", "step", "to")


def news(decision: Decision) -> None:
    """Remember what is to be told of a decision that was just applied; nothing where it changed nothing."""
    found = incidents.event_at(decision.tx, decision.position)
    if found is None or found[1].moot or found[1].verb not in _EVENTS:
        return
    key, happening = found
    incident = incidents.get(decision.tx, key)
    event = _EVENTS[happening.verb]
    payload = decision.payload
    told = {"key": incident.correlation, **facts(decision.tx, incident, payload)}
    if event in ("warning", "escalated"):
        told["notice"] = {name: payload[name] for name in _ALSO_TOLD if name in payload}
    due = int(payload.get("due", decision.at)) if event in _DUE_LATER else decision.at
    # Positions are ordered as numbers; with leading zeros they are as texts, too.
    notices.add_news(decision.tx, News(f"{decision.position:016}", incident.id, event, happening.at, due, told))
