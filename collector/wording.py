"""What is told of an incident, in the receiver's language: one line and a text, made from the facts alone.

Pure: the same facts give the same words at every try. For ticket systems and for notices alike.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from collector import texts
from collector.brief_words import parts
from collector.printed import duration, instant
from collector.sentences import said
from collector.texts import Translator
from rules.incident import LIVE

_LINE = 200
_MOST = 8_000

_LEADS = {
    "acknowledged": "Acknowledged",
    "resolved": "Resolved",
    "reopened": "Back again",
    "closed": "Closed",
    "updated": "News",
    "warning": "Deadline",
    "escalated": "Escalated",
    "parked": "Not delivered",
    "voided": "Void",
    "merged": "Merged",
    "test": "Test",
}
"""What stands before the summary. A new incident has nothing there: a ticket keeps its title to the end."""

_ASIDE = {"merged": "Merged", "void": "Void"}
"""What stands there instead of "Resolved" where the incident is in such a state."""

_BEGINNING = frozenset({"opened", "reopened", "escalated"})
"""The events that may be the first that somebody hears of the fault: he gets the brief."""

_PRIORITIES = {"urgent": "Urgent", "important": "Important", "general": "General"}

_RULES = {
    "response": "First answer",
    "response_by_priority": "First answer by priority",
    "start_of_work": "Start of work",
    "solved": "Solved",
    "complaint_reply": "Reply to a complaint",
    "call_back": "Call-back",
}


@dataclass(frozen=True, slots=True)
class Wording:
    """How one receiver is spoken to: ``language`` of LANGUAGES, ``tz`` of the clock on which instants are told.

    ``public_url`` is where the pages are reached, "" when nobody said.
    """

    language: str
    tz: str
    public_url: str = ""

    def title(self, facts: Mapping[str, Any], event: str) -> str:
        """One line of at most 200 characters: which incident, what happened to it, what it is about.

        ``facts`` are those of a Telling; ``event`` one of a Telling or of a notice.
        """
        words = texts.translator(self.language)
        incident = facts.get("incident") or {}
        lead = words("{lead}: ", lead=_lead(facts, event, words)) if event in _LEADS else ""
        number = f"[{incident['number']}] " if incident.get("number") else ""
        return _cut(f"{number}{lead}{_summary(facts, words)}", _LINE)

    def body(self, facts: Mapping[str, Any], event: str) -> str:
        """Several lines of plain text, at most 8 000 characters: what happened and, where a fault begins, the brief.

        The address of the incident's page stands in it, however long the rest is. Ends without a line break.
        """
        words = texts.translator(self.language)
        blocks = [self._happened(facts, event, words), "\n".join(self._particulars(facts, event, words))]
        if event in _BEGINNING:
            for part in parts(facts.get("brief") or {}, words, self.tz):
                blocks.append("\n".join([words("{lead}:", lead=part.title), *(f"- {line}" for line in part.lines)]))
        last = "\n".join(self._links(facts, words))
        text = "\n\n".join(block for block in blocks if block)
        if not last:
            return _cut(text, _MOST)
        return f"{_cut(text, _MOST - len(last) - 2)}\n\n{last}"

    def _happened(self, facts: Mapping[str, Any], event: str, words: Translator) -> str:
        """What the event says, and who says it where that is not the monitor."""
        text = self._called(facts, event, words) or said(str(facts.get("text") or ""), words)
        actor = facts.get("actor") or {}
        who = str(actor.get("name") or "") if actor.get("kind") != "monitor" else ""
        lead = _lead(facts, event, words)
        if who and lead:
            lead = words("{lead} by {who}", lead=lead, who=who)
        if not lead or event == "reopened":
            return text or _summary(facts, words)
        return words("{lead}: {what}", lead=lead, what=text) if text else words("{lead}.", lead=lead)

    def _called(self, facts: Mapping[str, Any], event: str, words: Translator) -> str:
        """What a warning or an escalation is about; empty for any other event."""
        notice = facts.get("notice") or {}
        rule = words(_RULES.get(str(notice.get("rule")), str(notice.get("rule") or "")))
        if event == "warning" and "share" in notice:
            used = f"{notice['share'] * 100:.0f} %"
            return words("{rule}: {used} of the time is used up", rule=rule, used=used)
        if event == "escalated" and notice.get("to"):
            return words("to {who}, because of {rule}", who=notice["to"], rule=rule) if rule else str(notice["to"])
        return ""

    def _particulars(self, facts: Mapping[str, Any], event: str, words: Translator) -> Iterator[str]:
        incident, target = facts.get("incident") or {}, facts.get("target") or {}

        def line(name: str, value: object) -> str:
            return words("{name}: {value}", name=words(name), value=value)

        if incident.get("number"):
            yield line("Incident", f"{incident['number']} ({_summary(facts, words)})")
        if incident.get("priority"):
            yield line("Priority", words(_PRIORITIES.get(incident["priority"], incident["priority"])))
        if target:
            labels = " ".join(f"{key}={value}" for key, value in sorted((target.get("labels") or {}).items()))
            told = [str(target[key]) for key in ("address", "kind") if target.get(key)]
            yield line("Target", " · ".join([str(target.get("name", "")), *told, *([labels] if labels else [])]))
        if facts.get("check"):
            yield line("Check", facts["check"]["name"])
        if facts.get("agents"):
            yield line("Agents", ", ".join(agent["name"] for agent in facts["agents"]))
        since, ended = incident.get("since_ms"), incident.get("ended_ms")
        if since is not None:
            yield line("Since", f"{instant(since, self.tz)} ({self.tz})")
        if since is not None and ended is not None and incident.get("state") not in LIVE:
            after = words("{at}, after {lasted}", at=instant(ended, self.tz), lasted=duration(ended - since, words))
            unseen = not solved(facts) and incident.get("state") not in _ASIDE
            yield line("Set aside", after) if unseen else line("Over", after)
        if incident.get("cause") and event in ("resolved", "closed"):
            yield line("Cause", incident["cause"])
        yield from self._family(facts, words)
        deadline = facts.get("deadline") or {}
        if deadline.get("due") is not None and event not in ("resolved", "closed", "voided", "merged"):
            rule = words(_RULES.get(str(deadline.get("rule")), str(deadline.get("rule"))))
            yield line("Next deadline", words("{rule} until {at}", rule=rule, at=instant(deadline["due"], self.tz)))
        if incident.get("earlier"):
            yield line("Earlier incident", incident["earlier"])

    def _family(self, facts: Mapping[str, Any], words: Translator) -> Iterator[str]:
        """Whom the fault takes along, and which incidents are told of in this one."""
        dependents, members = facts.get("dependents") or {}, facts.get("members") or {}
        # A brief tells them with the services; where there is one, once is enough.
        if dependents.get("count") and not (facts.get("brief") or {}).get("radius"):
            yield _listed("Takes along", dependents["count"], list(dependents.get("names") or ()), words)
        if members.get("count"):
            first = [f"{one['number']} {said(one['summary'], words)}" for one in members.get("first") or ()]
            yield _listed("Tells of", members["count"], first, words)

    def _links(self, facts: Mapping[str, Any], words: Translator) -> Iterator[str]:
        number = (facts.get("incident") or {}).get("number")
        if facts.get("feedback"):
            yield words("Are you content? One click:")
            for score, meaning in ((5, "very"), (4, "rather"), (3, "so-so"), (2, "rather not"), (1, "not at all")):
                yield f"{score} {words(meaning)}: {facts['feedback']}?score={score}"
        if self.public_url and number:
            yield f"{self.public_url.rstrip('/')}/incidents/{number}"


def solved(facts: Mapping[str, Any]) -> bool:
    """Whether an end that is told of is that of the fault: nothing merged, void, or only looked at no more.

    What does not say, as it was recorded before that was, is taken for solved unless its state tells otherwise.
    """
    incident = facts.get("incident") or {}
    return incident.get("state") not in _ASIDE and incident.get("solved") is not False


def _lead(facts: Mapping[str, Any], event: str, words: Translator) -> str:
    """What happened in a word, empty where the summary says it. Only what was solved is called resolved."""
    if event == "resolved" and not solved(facts):
        return words(_ASIDE.get(str((facts.get("incident") or {}).get("state")), "Set aside"))
    return words(_LEADS[event]) if event in _LEADS else ""


def _summary(facts: Mapping[str, Any], words: Translator) -> str:
    incident = facts.get("incident") or {}
    return said(" ".join(str(incident.get("summary") or facts.get("text") or "").split()), words)


def _listed(name: str, count: int, first: list[str], words: Translator) -> str:
    more = words(", and {count} more", count=count - len(first)) if count > len(first) else ""
    names = ", ".join(first) + more
    return words("{name} {count}: {names}", name=words(name), count=count, names=names)


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"
