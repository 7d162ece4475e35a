"""Follow-up: what people say of an incident besides working on it: its cause, what is done about that, call-backs.

Everything is a decision in the log and shows when a method returns. None of it moves the incident from its phase.
"""

from collections.abc import Sequence
from typing import Any

from collector.access import Principal
from collector.clock import Clock
from collector.decisions.follow_up import ACTION, CALLED_BACK, CAUSE, LINK, PEOPLE, SATISFACTION, SCORES
from collector.feedback_links import FeedbackLinks
from collector.recording import Recording
from collector.settings import Settings
from collector.store import follow_up as table
from collector.store import incidents
from collector.store.follow_up import Improvement
from collector.store.incidents import Incident
from collector.store.state import State
from rules.errors import Conflicting, Forbidden, Invalid
from rules.incident import ActorKind, Phase
from rules.parameters import DAY
from rules.period import local, parse_instant
from rules.request import Rule
from rules.root_cause import MOST_WHYS, CauseArea, CauseCode

KINDS = ("corrective", "preventive")
MEASURES = ("fault_rate", "mtbf", "mttr", *(rule.value for rule in Rule))
"""What a report has a target for, and an action can be to mend."""
LINK_LIFE = 30 * DAY
"""How long (ms) after its solution somebody may answer about an incident by its link."""

MOST_ANSWERS = 20
"""How often somebody may change their mind by a link: whoever holds one must not fill the log."""

_LONGEST = 4000
_OVER = frozenset({Phase.RESOLVED, Phase.CLOSED})


class FollowUp:
    """The door for what follows an incident. Usable from any thread.

    Methods raise Missing for an incident that does not exist and Unavailable where nothing can be recorded.
    """

    def __init__(
        self, state: State, recording: Recording, links: FeedbackLinks, clock: Clock, settings: Settings
    ) -> None:
        self._state = state
        self._recording = recording
        self.links = links
        self._clock = clock
        self._settings = settings

    def cause(
        self, key: str, principal: Principal, text: str, *, area: str = "", code: str = "", whys: Sequence[str] = ()
    ) -> None:
        """Tell the cause, in place of what was told before. Raises Invalid."""
        answers = [why.strip() for why in whys if why.strip()]
        mistakes = []
        if area and area not in set(CauseArea):
            mistakes.append(f"area: expected {', '.join(CauseArea)}, found {area!r}")
        if code and code not in set(CauseCode):
            mistakes.append(f"code: expected {', '.join(CauseCode)}, found {code!r}")
        if len(answers) > MOST_WHYS:
            mistakes.append(f"whys: at most {MOST_WHYS}, found {len(answers)}")
        if mistakes:
            raise Invalid("The cause cannot be noted.", tuple(mistakes))
        said = _said(text, "Say what the cause was.")
        self._record(
            key,
            principal,
            CAUSE,
            ": ".join(part for part in (area, code, said) if part),
            cause=said,
            area=area,
            code=code,
            whys=answers,
        )

    def add_action(
        self, key: str, principal: Principal, *, kind: str, what: str, owner: str, due: str | int, measure: str = ""
    ) -> Improvement:
        """A new action, which ``owner`` (a name for people) has to do until ``due``: an instant or a day, whose end is
        meant. ``measure`` is the measure of the report that it is to mend. Raises Invalid."""
        if kind not in KINDS:
            raise Invalid(f"kind: expected {' or '.join(KINDS)}, found {kind!r}")
        what, owner = _said(what, "Say what is to be done."), _said(owner, "Say who has to do it.")
        until, told = self.until(due), _mended(measure)
        text = f"{what} ({owner}, {local(until - 1, self._settings.tz):%Y-%m-%d})"
        position = self._record(key, principal, ACTION, text, kind=kind, what=what, owner=owner, due=until, **told)
        with self._state.read() as tx:
            found = table.improvements(tx, incidents.get(tx, key).id)
        return next(one for one in found if one.position == position)

    def change_action(self, key: str, number: int, principal: Principal, **changes: Any) -> Improvement:
        """Change an action: ``what``, ``owner``, ``due``, ``done``, ``effective``, ``remark``, ``measure`` and
        ``withdrawn``.

        Whether it was effective is for somebody else than its owner to say, once it is done. Raises Missing, Invalid,
        Conflicting, Forbidden.
        """
        with self._state.read() as tx:
            incident = incidents.get(tx, key)
            before = table.improvement(tx, incident.id, number)
        if before.withdrawn is not None:
            raise Conflicting(f"Action {number} of {incident.name} was withdrawn.")
        if changes.get("effective") is not None:
            if before.done is None:
                raise Conflicting(
                    f"Action {number} of {incident.name} is not done yet: nobody can tell whether it helped."
                )
            if before.owner == principal.name and not self._settings.one_person:
                raise Forbidden("Somebody other than its owner must judge whether an action was effective.")
        for name in ("what", "owner", "remark"):
            if name in changes:
                changes[name] = _said(changes[name], f"{name}: expected a text")
        if "measure" in changes:
            changes |= {"measure": ""} | _mended(changes["measure"])
        if "due" in changes:
            changes["due"] = self.until(changes["due"])
        if not changes:
            raise Invalid("Say what changes: what, owner, due, done, effective, remark, measure or withdrawn.")
        text = ", ".join(f"{name}: {_shown(name, value, self._settings.tz)}" for name, value in changes.items())
        self._record(key, principal, ACTION, f"{number}: {text}", action=number, **changes)
        with self._state.read() as tx:
            return table.improvement(tx, incident.id, number)

    def called_back(
        self, key: str, principal: Principal, *, reached: bool = True, solved: bool | None = None, text: str = ""
    ) -> None:
        """Somebody called back those who asked. Raises Conflicting while the incident is not over."""
        self._must_be_over(key)
        self._record(key, principal, CALLED_BACK, text.strip()[:_LONGEST], reached=reached, solved=solved)

    def satisfaction(
        self, key: str, principal: Principal, score: int, *, solved: bool | None = None, text: str = ""
    ) -> None:
        """Note what those who asked told somebody: ``score`` from 1 (bad) to 5. Raises Invalid, Conflicting."""
        self._must_be_over(key)
        self._satisfied(key, {"kind": principal.steps_as.value, "name": principal.name}, score, solved, text, PEOPLE)

    def asked_about(self, token: str) -> Incident:
        """The incident that a link is about. Raises Missing, Conflicting when it is too late or too early to answer."""
        with self._state.read() as tx:
            incident = incidents.get(tx, self.links.incident(token))
        if incident.phase not in _OVER or incident.resolved is None:
            raise Conflicting(f"{incident.name} is being worked on again. You will be asked when it is solved.")
        if self._clock.now() - incident.resolved > LINK_LIFE:
            raise Conflicting(f"The time to answer about {incident.name} is over.")
        return incident

    def answer(self, token: str, score: int, *, solved: bool | None = None, text: str = "") -> None:
        """Answer by a link; the last answer counts. Raises Missing, Conflicting, Invalid."""
        incident = self.asked_about(token)
        with self._state.read() as tx:
            given = sum(event.verb == SATISFACTION for event in incidents.events(tx, incident.id))
        if given >= MOST_ANSWERS:
            raise Conflicting(f"{incident.name} was answered {given} times already; that is enough.")
        actor = {"kind": ActorKind.PERSON.value, "name": "the asker, by link"}
        self._satisfied(incident.id, actor, score, solved, text, LINK)

    def until(self, due: str | int) -> int:
        """The instant (ms UTC) that is meant by an instant, or by a day: its end. Raises Invalid."""
        at = parse_instant(due, self._settings.tz)
        return at + DAY if isinstance(due, str) and len(due.strip()) == len("2026-12-01") else at

    def _satisfied(
        self, key: str, actor: dict[str, str], score: int, solved: bool | None, text: str, source: str
    ) -> None:
        if score not in SCORES:
            raise Invalid(f"score: expected {SCORES[0]} to {SCORES[-1]}, found {score}")
        with self._state.read() as tx:
            incident = incidents.get(tx, key)
        draft = {
            "verb": SATISFACTION,
            "incident": incident.id,
            "actor": actor,
            "text": text.strip()[:_LONGEST],
            "score": score,
            "solved": solved,
            "source": source,
        }
        self._recording.record([draft])

    def _must_be_over(self, key: str) -> None:
        with self._state.read() as tx:
            incident = incidents.get(tx, key)
        if incident.phase not in _OVER:
            raise Conflicting(f"{incident.name} is {incident.phase}: nobody is asked before it is resolved.")

    def _record(self, key: str, principal: Principal, verb: str, text: str, **more: Any) -> int:
        with self._state.read() as tx:
            incident = incidents.get(tx, key)
        actor = {"kind": principal.steps_as.value, "name": principal.name}
        draft = {"verb": verb, "incident": incident.id, "actor": actor, "text": text, **more}
        return self._recording.record([draft])[0]


def _said(text: object, complaint: str) -> str:
    if not isinstance(text, str) or not text.strip():
        raise Invalid(complaint)
    return text.strip()[:_LONGEST]


def _shown(name: str, value: object, tz: str) -> str:
    if name == "due" and isinstance(value, int):
        return f"{local(value - 1, tz):%Y-%m-%d}"
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)


def _mended(measure: str) -> dict[str, str]:
    """The measure as it is recorded; nothing for none. Raises Invalid for one that no report has."""
    if measure and measure not in MEASURES:
        raise Invalid(f"measure: expected {', '.join(MEASURES)}, found {measure!r}")
    return {"measure": measure} if measure else {}
