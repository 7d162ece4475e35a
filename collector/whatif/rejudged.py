"""Outcomes by other thresholds: a logged result judged again from its values.

Agents log the outcome after the thresholds, and in the text which limit was broken. So what a limit had made of a
result can be told from what the probe itself had said of it.
"""

import re
from collections.abc import Mapping, Sequence

from rules.result import Outcome, Reading
from rules.threshold import Memory, Threshold, judge

_SAID = re.compile(r"(?P<name>\S+) \S+, (?:warn|critical) at \S+")


class Judge:
    """The results of one check by one agent, in order of time."""

    def __init__(self, thresholds: Sequence[Mapping[str, object]]) -> None:
        self.judge_by(thresholds)
        self._memory: Memory = {}

    def judge_by(self, thresholds: Sequence[Mapping[str, object]]) -> None:
        """Go on with these limits."""
        self._thresholds = tuple(Threshold.from_plan(table) for table in thresholds)

    def outcome(self, at: int, logged: Outcome, values: Mapping[str, float], text: str) -> Outcome:
        """What the result would have come to.

        Limits that the probe brings itself (on metrics no setting speaks of) are not known here; what they made
        degraded stays so.
        """
        reading = Reading(self._before(logged, values, text), values)
        reading, self._memory = judge(self._thresholds, reading, at, self._memory)
        return reading.outcome

    def _before(self, logged: Outcome, values: Mapping[str, float], text: str) -> Outcome:
        """What the probe had said before any limit."""
        if logged is not Outcome.DEGRADED:
            return logged
        parts = (_SAID.fullmatch(part) for part in text.split("; "))
        made = [found["name"] for found in parts if found and found["name"] in values]
        if not made or any(not self._speaks_of(name) for name in made):
            return logged
        return Outcome.OK

    def _speaks_of(self, name: str) -> bool:
        return any(name == one.metric or name.startswith(one.metric + "[") for one in self._thresholds)
