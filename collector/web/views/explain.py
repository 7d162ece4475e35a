"""Why a target was in a state at an instant, as a page: from the answer of ``collector.explain``."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from collector.printed import NO_FIGURE, instant
from collector.texts import Translator
from collector.web.views.target import bracket, worded_values
from collector.web.views.words import OUTCOMES, STATES, word
from rules.duration import format_duration

_MOST_RESULTS = 60


@dataclass(frozen=True, slots=True)
class ViewOfAgent:
    """What one agent's confirmed span says at the instant."""

    agent: str
    state: str
    state_word: str
    since: str
    bracket: str
    detected: str


@dataclass(frozen=True, slots=True)
class RawResult:
    """One raw result near the instant, with its place in the log."""

    at: str
    agent: str
    outcome: str
    outcome_word: str
    values: tuple[tuple[str, str], ...]
    text: str
    place: str
    here: bool


@dataclass(frozen=True, slots=True)
class ExplainedCheck:
    """One check of the target as its agents saw it."""

    name: str
    vital: bool
    rules: str
    agents: tuple[ViewOfAgent, ...]
    results: tuple[RawResult, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """Everything the page shows."""

    target_id: str
    target: str
    at: str
    zone: str
    state: str
    state_word: str
    stretch: str
    because: tuple[str, ...]
    checks: tuple[ExplainedCheck, ...]


def explanation(target_id: str, answer: Mapping[str, Any], tz: str, words: Translator) -> Explanation:
    """``answer`` is what ``collector.explain.explain`` gives."""
    start, end = answer["stretch"]
    return Explanation(
        target_id=target_id,
        target=answer["target"],
        at=instant(answer["at"], tz),
        zone=tz,
        state=answer["state"],
        state_word=word(STATES, answer["state"], words),
        stretch=f"{instant(start, tz)} – {instant(end, tz)}",
        because=tuple(answer["because"]),
        checks=tuple(_check(check, answer["at"], tz, words) for check in answer["checks"]),
    )


def _check(check: Mapping[str, Any], at: int, tz: str, words: Translator) -> ExplainedCheck:
    rules = check["parameters"]
    down, up = rules["confirm_down"], rules["confirm_up"]
    results: Sequence[Mapping[str, Any]] = check["results"]
    # The results nearest to the instant are the ones that explain it.
    nearest = sorted(sorted(results, key=lambda one: abs(one["at"] - at))[:_MOST_RESULTS], key=lambda one: one["at"])
    closest = min((abs(one["at"] - at) for one in nearest), default=None)
    return ExplainedCheck(
        name=check["check"],
        vital=check["vital"],
        rules=words(
            "every {interval}; down after {down} failures, up after {up} answers; unknown after {gap} without a result",
            interval=format_duration(rules["interval_ms"]),
            down=down,
            up=up,
            gap=format_duration(rules["max_gap_ms"]),
        ),
        agents=tuple(_agent(seen, tz, words) for seen in check["agents"]),
        results=tuple(_result(one, abs(one["at"] - at) == closest, tz, words) for one in nearest),
    )


def _agent(seen: Mapping[str, Any], tz: str, words: Translator) -> ViewOfAgent:
    state = seen["state"] or "unknown"
    return ViewOfAgent(
        agent=seen["agent"],
        state=state,
        state_word=word(STATES, state, words),
        since=instant(seen["since"], tz),
        bracket=bracket(seen["start_bracket"], tz) or NO_FIGURE,
        detected=instant(seen["detected"], tz),
    )


def _result(one: Mapping[str, Any], here: bool, tz: str, words: Translator) -> RawResult:
    return RawResult(
        at=instant(one["at"], tz),
        agent=one["agent"],
        outcome=one["outcome"],
        outcome_word=word(OUTCOMES, one["outcome"], words),
        values=worded_values(one["values"]),
        text=one["text"],
        place=str(one["position"]),
        here=here,
    )
