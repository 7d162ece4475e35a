"""The fixed words of the pages for what the rooms name by keys. A key nobody knows is shown as it is."""

from collections.abc import Mapping

from collector.texts import Translator
from rules.state import State

PENDING = "pending"
"""What stands in a state's place while a target has never yet answered well."""


def marked(text: str) -> str:
    """``text`` itself; marks a constant as something to translate where it is used."""
    return text


STATES: Mapping[str, str] = {
    State.UP: marked("Up"),
    State.DEGRADED: marked("Degraded"),
    State.DOWN: marked("Down"),
    State.UNREACHABLE: marked("Unreachable"),
    State.UNKNOWN: marked("Unknown"),
    State.MAINTENANCE: marked("Maintenance"),
    State.EXCLUDED: marked("Excluded"),
    State.OUT_OF_SERVICE: marked("Out of service"),
    PENDING: marked("Pending"),
}

URGENCY = (
    State.DOWN,
    State.UNREACHABLE,
    State.DEGRADED,
    State.UNKNOWN,
    State.MAINTENANCE,
    State.EXCLUDED,
    State.UP,
    State.OUT_OF_SERVICE,
)
"""States in the order in which an operator wants to see them."""

OUTCOMES: Mapping[str, str] = {
    "ok": marked("ok"),
    "degraded": marked("degraded"),
    "failed": marked("failed"),
    "error": marked("could not look"),
}

VERDICTS: Mapping[str, str] = {
    "met": marked("met"),
    "missed": marked("missed"),
    "insufficient_data": marked("insufficient data"),
    "not_applicable": marked("not applicable"),
}

KINDS: Mapping[str, str] = {
    "host": marked("Host"),
    "switch": marked("Switch"),
    "router": marked("Router"),
    "firewall": marked("Firewall"),
    "printer": marked("Printer"),
    "ups": marked("UPS"),
    "site": marked("Web site"),
    "url": marked("Web site"),
    "website": marked("Web site"),
    "service": marked("Service"),
    "network": marked("Network device"),
}

PRIORITIES: Mapping[str, str] = {
    "urgent": marked("Urgent"),
    "important": marked("Important"),
    "general": marked("General"),
}

CAUSES: Mapping[str, str] = {
    "masked_start": marked("went on after its parent came back"),
    "maintenance_overrun": marked("went on after the maintenance window"),
    "reboot": marked("reboot that no look saw"),
    "correction": marked("by correction"),
}

EVIDENCE: Mapping[str, str] = {
    "link_down": marked("the line told that it went down"),
    "link_up": marked("the line told that it came up"),
    "link_change": marked("the line's own count of time"),
    "cold_start": marked("the device told that it started"),
    "warm_start": marked("the device told that it started"),
    "reboot": marked("reboot of the host"),
    "restart": marked("restart of the device"),
    "agent_restart": marked("restart of its SNMP agent"),
    "shutdown": marked("shutdown of the machine"),
    "boot": marked("boot of the machine"),
}
"""What dated an edge, where it was evidence."""

FAULTS: Mapping[str, str] = {
    "outage": marked("Outage"),
    "degraded": marked("Degraded"),
    "threshold": marked("Threshold breached"),
    "agent_lost": marked("Agent silent"),
    "collector": marked("All agents silent"),
    "site": marked("Site dark"),
    "storm": marked("Storm"),
    "certificate": marked("Certificate"),
    "burn": marked("Budget burns"),
    "forecast": marked("Forecast miss"),
    "problem": marked("Problem"),
    "improvement": marked("Improvement"),
}

ACTIONS: Mapping[str, str] = {
    "ack": marked("Acknowledge"),
    "start": marked("Start work"),
    "pause": marked("Pause"),
    "resume": marked("Resume"),
    "comment": marked("Comment"),
    "resolve": marked("Resolve"),
    "close": marked("Close"),
    "reopen": marked("Reopen"),
}

HAPPENINGS: Mapping[str, str] = {
    "open": marked("opened"),
    "ack": marked("acknowledged"),
    "start": marked("work started"),
    "pause": marked("paused"),
    "resume": marked("resumed"),
    "comment": marked("comment"),
    "resolve": marked("resolved"),
    "close": marked("closed"),
    "reopen": marked("reopened"),
    "recover": marked("the fault is over"),
    "merge": marked("merged"),
    "void": marked("void"),
    "attached": marked("takes others along"),
    "gathered": marked("tells of more incidents"),
    "returned": marked("the fault is back"),
    "unstable": marked("comes and goes"),
    "stable": marked("comes and goes no more"),
    "released": marked("told by itself"),
    "warned": marked("warned of a deadline"),
    "escalated": marked("escalated"),
    "cause": marked("cause told"),
    "action": marked("action"),
    "satisfaction": marked("satisfaction told"),
    "called_back": marked("called back"),
    "delivered": marked("ticket told"),
    "followed": marked("ticket read"),
}

ACTORS: Mapping[str, str] = {
    "monitor": marked("Nineward"),
    "ticket_system": marked("ticket system"),
}

PAUSES: Mapping[str, str] = {
    "customer": marked("waiting for the customer"),
    "change_window": marked("waiting for a change window"),
    "part": marked("waiting for a part"),
    "supplier": marked("waiting for a supplier"),
}

ROLES: Mapping[str, str] = {
    "viewer": marked("Viewer"),
    "operator": marked("Operator"),
    "admin": marked("Administrator"),
    "quality": marked("Quality"),
    "service_desk": marked("Service desk"),
    "customer": marked("Customer"),
    "auditor": marked("Auditor"),
}


REFUSALS = (
    marked("The name or the password is wrong."),
    marked("Too many wrong passwords. Try again in a minute."),
    marked("This sign-in link was used already or has expired. Ask for a new one."),
    marked("A password needs at least 10 characters."),
)
"""What signing in may answer: the errors that a person meets before anything else."""


def word(table: Mapping[str, str], key: str, words: Translator) -> str:
    """The word of ``key`` in the viewer's language."""
    return words(table[key]) if key in table else key.replace("_", " ")
