"""What the document of objectives says, in sentences: for pages and the command line alike.

A printed figure stays on its own side of its target, and nothing is printed without what it rests on.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from collector.printed import NO_FIGURE, duration, instant, number, percent
from collector.reports.words import MEASURES, VERDICTS, named
from collector.texts import Translator
from rules.period import local

Found = Mapping[str, Any]

NAMES = {
    **MEASURES,
    "response": "First answer",
    "response_by_priority": "First answer by priority",
    "start_of_work": "Start of work",
    "solved": "Solved",
    "complaint_reply": "Reply to a complaint",
    "call_back": "Call-back",
}

_MANY = "R4"
_HOUR = 3_600_000


@dataclass(frozen=True, slots=True)
class Row:
    """One objective: what was promised, what was reached, the verdict (key and word), and what that rests on."""

    name: str
    target: str
    value: str
    verdict: str
    verdict_word: str
    basis: str


@dataclass(frozen=True, slots=True)
class Spending:
    """A budget in sentences. ``share`` is how much of it is used (1: all), None where there is none.

    ``level`` is how urgent that is: good, warn (half of it, or it will not last the month), bad (it is used up).
    ``left`` and ``outlook`` are sentences, empty where there is nothing to say.
    """

    share: float | None
    used: str
    level: str
    left: str
    outlook: str


@dataclass(frozen=True, slots=True)
class Alert:
    """A burn rule that fires or is blind."""

    severity: str
    firing: bool
    text: str


def rows(item: Found, words: Translator) -> list[Row]:
    """Every objective of a set, those on requests last, where it has some."""
    return [_row(one, words) for one in (*item["objectives"], *item.get("requests", ()))]


def spending(item: Found, tz: str, words: Translator) -> Spending:
    """The budget of a set and what will become of it; ``tz`` is the zone of dates."""
    kept, ahead = item["budget"], item["forecast"]
    if kept is None or kept["used"] is None:
        return Spending(None, NO_FIGURE, "good", words("There is no budget to use."), "")
    used = words(
        "{used} of {whole} used ({share})",
        used=duration(kept["used_ms"], words),
        whole=duration(kept["whole_ms"], words),
        share=percent(kept["used"], 1, 1.0, up=True),
    )
    if kept["outage_left_ms"] > 0:
        left = words("Budget left: one more outage of {length}.", length=duration(kept["outage_left_ms"], words))
    elif kept["spent_at"] is not None:
        left = words("The budget was used up at {instant}.", instant=instant(kept["spent_at"], tz, seconds=False))
    else:
        left = words("No budget is left.")
    missing = ahead is not None and ahead["missed"]
    level = "bad" if kept["used"] >= 1 else "warn" if missing or kept["warnings"] else "good"
    return Spending(kept["used"], used, level, left, _outlook(kept, ahead, tz, words))


def alerts(item: Found, words: Translator) -> list[Alert]:
    """The burn rules that fire or are blind, the most severe first."""
    found = []
    for one in item["burns"] or ():
        window = words("{hours} h", hours=one["long_ms"] // _HOUR)
        if one["blind"]:
            found.append(
                Alert(one["severity"], False, words("Blind: too little is known of the last {window}.", window=window))
            )
        elif one["firing"]:
            said = words(
                "The last {window} used {share} of the budget: {burn} times as fast as it allows (limit {rate}).",
                window=window,
                share=percent(one["used"], 1),
                burn=number(one["long_burn"], 1),
                rate=number(one["rate"], 2),
            )
            found.append(Alert(one["severity"], True, said))
    return found


def deadline(one: Found, tz: str, at: int, words: Translator) -> str:
    """The countdown of an incident's next deadline, as of an instant (ms UTC)."""
    name = named(NAMES, one["rule"], words)
    due = instant(one["due"], tz, seconds=False)
    if one["late"]:
        return words("{rule}: overdue since {due}", rule=name, due=due)
    left = duration(one["due"] - at, words)
    return words("{rule}: until {due}, {left} left", rule=name, due=due, left=left)


def _outlook(kept: Found, ahead: Found | None, tz: str, words: Translator) -> str:
    if kept["used"] >= 1:
        return ""
    if ahead is None:
        return words("Too little has been seen for a forecast.")
    if ahead["runs_out"] is None:
        return words("Nothing was used in the last days.")
    if ahead["missed"]:
        return words(
            "At the pace of the last days it will miss this month on the {day}.", day=_day(ahead["runs_out"], tz, words)
        )
    days = number(ahead["days_left"], 0)
    return words("At the pace of the last days the budget lasts {days} more days: beyond the month.", days=days)


def _day(at: int, tz: str, words: Translator) -> str:
    """The day of the month: 23rd, or 23 where the language counts so."""
    day = local(at, tz).day
    if words.language != "en":
        return str(day)
    ending = "th" if day // 10 == 1 else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")
    return f"{day}{ending}"


def _row(one: Found, words: Translator) -> Row:
    target, value, basis = _told(one, words)
    return Row(
        named(NAMES, one["name"], words), target, value, one["verdict"], named(VERDICTS, one["verdict"], words), basis
    )


def _told(one: Found, words: Translator) -> tuple[str, str, str]:
    match one["name"]:
        case "fault_rate":
            return _fault_rate(one, words)
        case "mtbf":
            target, value = _hours(one["target_h"], words), _hours(one["value_h"], words, one["target_h"])
            operating = number(one["operating_ms"] / _HOUR, 1)
            basis = words("{hours} h in operation", hours=operating)
            failures = words.number("{count} failure", "{count} failures", one["failures"])
            return f"≥ {target}", value, f"{basis}, {failures}"
        case "mttr":
            target, value = _hours(one["target_h"], words), _hours(one["value_h"], words, one["target_h"], up=True)
            return (
                f"≤ {target}",
                value,
                words.number("{count} outage restored", "{count} outages restored", one["restored"]),
            )
    return _asked(one, words)


def _fault_rate(one: Found, words: Translator) -> tuple[str, str, str]:
    basis = words(
        "{down} down in {hours} h agreed, {coverage} of it known",
        down=duration(one["down_ms"], words),
        hours=number(one["agreed_ms"] / _HOUR, 1),
        coverage=percent(one["coverage"]),
    )
    if one["definition"] == _MANY:
        return f"< {one['target']:g}", number(one["value"], 4, one["target"], up=True), basis
    return f"< {percent(one['target'])}", percent(one["value"], 4, one["target"], up=True), basis


def _asked(one: Found, words: Translator) -> tuple[str, str, str]:
    allowed = one["allowed_ms"]
    within = (
        " / ".join(duration(length, words) for length in allowed.values())
        if isinstance(allowed, Mapping)
        else duration(allowed, words)
    )
    target = words("≥ {share} within {length}", share=percent(one["target"], 0), length=within)
    basis = [words("{count} of {due} due in time", count=one["in_time"], due=one["due"])]
    if one["pending"]:
        basis.append(words("{count} not due yet", count=one["pending"]))
    if one["self_recovered"]:
        basis.append(words("{count} recovered by themselves", count=one["self_recovered"]))
    return target, percent(one["value"], 2, one["target"]), ", ".join(basis)


def _hours(value: float | None, words: Translator, goal: float | None = None, *, up: bool = False) -> str:
    return NO_FIGURE if value is None else words("{hours} h", hours=number(value, 1, goal, up=up))
