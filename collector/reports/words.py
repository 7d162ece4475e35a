"""The names of things in a report. English wordings are the keys of the catalogue (`collector.texts`)."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from collector.printed import NO_FIGURE, number, percent
from collector.texts import Translator
from rules.fault_rate import WORDS
from rules.parameters import FaultRate

STATES = {
    "up": "Up",
    "degraded": "Degraded",
    "down": "Down",
    "unreachable": "Unreachable",
    "unknown": "Unknown",
    "maintenance": "Maintenance",
    "excluded": "Excluded",
    "out_of_service": "Out of service",
}
"""The eight classes of time, in the order in which they are listed."""

VERDICTS = {
    "met": "Met",
    "missed": "Missed",
    "insufficient_data": "Insufficient data",
    "not_applicable": "Not applicable",
}

MEASURES = {
    "fault_rate": "Fault rate",
    "mtbf": "Mean time between failures (MTBF)",
    "mttr": "Mean time to restore (MTTR)",
    "response": "Answered in time",
    "response_by_priority": "Answered in the time of their priority",
    "start_of_work": "Work begun in time",
    "solved": "Solved in time",
    "complaint_reply": "Complaints answered in time",
    "call_back": "Called back in time",
}
"""The measures with a target; those on requests are shares of the ones that were due."""

CAUSES = {
    None: NO_FIGURE,
    "masked_start": "Went on after its parent had come back",
    "maintenance_overrun": "Maintenance overran",
    "correction": "Correction",
    "reboot": "Reboot that no look saw",
}

FAULT_RATES = WORDS
"""The readings of the fault rate."""

DEVICES = {
    "host": "Host",
    "switch": "Switch",
    "router": "Router",
    "firewall": "Firewall",
    "server": "Server",
    "website": "Website",
    "service": "Service",
}
"""The kinds of targets that have a word of ours; any other is told as it was written."""

EDGES = {
    "midpoint": "midpoint of the two looks",
    "first_bad": "first bad look",
    "last_good": "last good look",
}
"""By which rule an edge is dated."""

CHANGES = {
    "add": "added",
    "set": "set",
    "change": "changed",
    "propose": "proposed",
    "approve": "approved",
    "withdraw": "withdrawn",
    "retire": "retired",
    "remove": "removed",
    "open": "opened",
    "ack": "acknowledged",
    "start": "work begun",
    "pause": "paused",
    "resume": "resumed",
    "comment": "commented",
    "resolve": "solved",
    "close": "closed",
    "reopen": "reopened",
    "merge": "merged",
    "void": "declared void",
    "called_back": "called back",
    "satisfaction": "answered",
    "cause": "cause told",
    "action": "action noted",
}
"""What happened to an entry of the configuration, or was done about an incident."""

KINDS = {
    "outage": "Outage",
    "degraded": "Degraded",
    "threshold": "Threshold",
    "agent_lost": "Agent lost",
    "collector": "Collector",
    "site": "Site dark",
    "storm": "Storm",
    "certificate": "Certificate",
    "burn": "Budget burns",
    "forecast": "Forecast miss",
    "problem": "Problem",
    "improvement": "Improvement",
}

INCIDENT_STATES = {
    "open": "Open",
    "acknowledged": "Acknowledged",
    "started": "In progress",
    "paused": "Paused",
    "resolved": "Resolved",
    "closed": "Closed",
    "merged": "Merged",
    "void": "Void",
}


def named(table: Mapping[Any, str], key: Any, words: Translator) -> str:
    """What a table calls ``key``, in the reader's language; the key itself where the table does not know it."""
    return words(table[key]) if key in table else str(key)


def measured(row: Mapping[str, Any], key: str, words: Translator) -> str:
    """A headline figure (``actual``, ``before``, ``year`` or ``bound``), on its own side of the target."""
    value = row[key]
    if value is None:
        return NO_FIGURE
    if row["measure"] == "fault_rate":
        shown = number if counted(row) else percent
        return shown(value, 4, row["target"], up=True)
    if "due" in row["exposure"]:
        return percent(value, 2, row["target"])
    return words("{hours} h", hours=number(value, 2, row["target"], up=row["measure"] == "mttr"))


def target(row: Mapping[str, Any], words: Translator) -> str:
    """The target of a measure with its comparator; a bound that is included is written with ≤ or ≥."""
    if row["measure"] == "fault_rate":
        return f"< {plain(row['target'])}" if counted(row) else f"< {percent(row['target'])}"
    if "due" in row["exposure"]:
        return f"≥ {percent(row['target'])}"
    sign = "≥" if row["measure"] == "mtbf" else "≤"
    bound = plain(row["target"])
    return f"{sign} {words('{hours} h', hours=bound)}"


def plain(value: float) -> str:
    """A number as it was set, with all its digits and no exponent."""
    text = f"{Decimal(repr(value)):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def counted(row: Mapping[str, Any]) -> bool:
    """Whether a fault rate is a number of failures and no share."""
    return row.get("definition") == FaultRate.R4


def exposure(row: Mapping[str, Any], words: Translator) -> str:
    """What a measure was taken over; no figure is shown without it."""
    found = row["exposure"]
    if "due" in found:
        return words.number("{count} due", "{count} due", found["due"])
    if "objects" in found:
        return words("{affected} of {count} targets", affected=found["affected"], count=found["objects"])
    if "restored" in found:
        return words.number("{count} outage restored", "{count} outages restored", found["restored"])
    if "agreed_ms" in found:
        return words("{hours} h agreed", hours=hours(found["agreed_ms"]))
    if "operating_ms" in found:
        return words("{hours} h in operation", hours=hours(found["operating_ms"]))
    return words("{hours} h known", hours=hours(found["known_ms"]))


def exposures(row: Mapping[str, Any], words: Translator) -> str:
    """What a headline row was taken over, in each of its columns that has a figure."""
    found = [exposure({"exposure": row["exposure"]}, words)]
    for key, name in (("before", "Period before"), ("year", "Year so far")):
        over = row.get(f"{key}_exposure")
        if row[key] is not None and over is not None:
            said = exposure({"exposure": over}, words)
            found.append(words("{column}: {exposure}", column=words(name), exposure=said))
    return "; ".join(found)


def hours(span: int) -> str:
    """A length of time (ms) in hours with two decimals, cut; what is there is never printed as nothing."""
    return number(span / 3_600_000, 2, 0.0)
