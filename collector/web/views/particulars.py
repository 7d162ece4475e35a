"""What an incident's page shows beside its story: brief, deadlines, who belongs to it, who was told, what follows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from collector.brief_words import Part, parts
from collector.follow_up import MEASURES as MENDED
from collector.incident_words import (
    AREAS,
    CODES,
    EVENTS,
    KINDS,
    MILESTONES,
    STATES,
    action_state,
    call_back,
    clock,
    countdown,
    day,
    recipient,
    satisfaction,
)
from collector.printed import NO_FIGURE, duration, instant
from collector.reports.words import MEASURES, named
from collector.store.errands import ErrandState
from collector.texts import Translator
from rules.root_cause import MOST_WHYS, CauseArea, CauseCode

Found = Mapping[str, Any]
Choices = tuple[tuple[str, str], ...]

_LEVELS = ((1.0, "bad"), (0.75, "warn"))


@dataclass(frozen=True, slots=True)
class Clock:
    """One rule: ``used`` is the length of its meter in percent, ``level`` good, warn or bad."""

    rule: str
    allowed: str
    due: str
    standing: str
    verdict: str
    used: str
    level: str
    running: bool


@dataclass(frozen=True, slots=True)
class Sent:
    """Something that another system or a channel was told. ``state`` is how far that is, ``key`` the same as a word of
    the program; ``release`` is the id of an errand that a person may send again, else empty."""

    to: str
    event: str
    state: str
    key: str
    when: str
    note: str
    release: str


@dataclass(frozen=True, slots=True)
class ActionRow:
    """A corrective or preventive action, with what may be done about it: names of fields to send."""

    number: int
    incident: str
    kind: str
    what: str
    owner: str
    due: str
    state: str
    late: bool
    remark: str
    doable: bool
    judgeable: bool


@dataclass(frozen=True, slots=True)
class CauseForm:
    """What is known of the cause, to be changed in a form."""

    text: str
    area: str
    code: str
    whys: tuple[str, ...]
    areas: Choices
    codes: Choices


@dataclass(frozen=True, slots=True)
class Particulars:
    """Everything. Lists are empty where there is nothing to show."""

    deadline: str
    late: bool
    brief: tuple[Part, ...]
    clocks: tuple[Clock, ...]
    lengths: tuple[tuple[str, str], ...]
    escalated: tuple[tuple[str, str], ...]
    dependents: tuple[tuple[str, str, str], ...]
    dependents_count: int
    members: tuple[tuple[str, str, bool], ...]
    members_count: int
    tickets: tuple[tuple[str, str], ...]
    errands: tuple[Sent, ...]
    notices: tuple[Sent, ...]
    cause: CauseForm
    cause_words: str
    analysis_due: str
    actions: tuple[ActionRow, ...]
    kinds: Choices
    measures: Choices
    satisfaction: str
    call_backs: tuple[str, ...]
    over: bool
    link: str


def particulars(found: Found, tz: str, words: Translator) -> Particulars:
    """``found`` is an incident as the API tells it."""
    following = found["follow_up"]
    deadline = found["deadline"]
    return Particulars(
        deadline=countdown(deadline, tz, words),
        late=deadline is not None and deadline["late"],
        brief=tuple(parts(found["brief"], words, tz)) if found["brief"] else (),
        clocks=tuple(_clock(one, tz, words) for one in found["clocks"]),
        lengths=tuple(
            (named(MILESTONES, key, words), duration(found["milestones"][key], words))
            for key in MILESTONES
            if found["milestones"][key] is not None
        ),
        escalated=tuple((recipient(one, words), instant(one["at"], tz)) for one in found["escalations"]),
        dependents=tuple(
            (one["target_id"], one["target"], "" if one["since"] is None else instant(one["since"], tz))
            for one in found["dependents"]
        ),
        dependents_count=found["dependents_count"],
        members=tuple((one["number"], one["title"], one["lasting"]) for one in found["members"]),
        members_count=found["members_count"],
        tickets=tuple((one["system"], one["assignee"]) for one in found["tickets"] if one["assignee"]),
        errands=tuple(_sent(one, one["system"], one["due"], one["trouble"], tz, words) for one in found["errands"]),
        notices=tuple(
            _sent(one, one["channel"], one["sent"] or one["at"], one["answer"], tz, words)
            for one in found["deliveries"]
        ),
        cause=_cause(following["cause"], words),
        cause_words=_cause_words(following["cause"], words),
        analysis_due="" if following["analysis_due"] is None else day(following["analysis_due"], tz),
        actions=action_rows(following["actions"], tz, words),
        kinds=_choices(KINDS, words),
        measures=tuple((key, words(MEASURES[key])) for key in MENDED),
        satisfaction="" if following["satisfaction"] is None else satisfaction(following["satisfaction"], words),
        call_backs=tuple(call_back(one, tz, words) for one in following["call_backs"]),
        over=bool(following["feedback_link"]),
        link=following["feedback_link"],
    )


def action_rows(found: Sequence[Found], tz: str, words: Translator) -> tuple[ActionRow, ...]:
    """Actions as rows of a table."""
    return tuple(
        ActionRow(
            number=one["number"],
            incident=one["incident"],
            kind=named(KINDS, one["kind"], words),
            what=one["what"],
            owner=one["owner"],
            due=day(one["due"], tz),
            state=action_state(one, words),
            late=one["late"],
            remark=one["remark"],
            doable=one["done"] is None and one["withdrawn"] is None,
            judgeable=one["done"] is not None and one["effective"] is None and one["withdrawn"] is None,
        )
        for one in found
    )


def _clock(one: Found, tz: str, words: Translator) -> Clock:
    rule, allowed, due, standing = clock(one, tz, words)
    used = one["used"] or 0.0
    level = next((level for share, level in _LEVELS if used >= share), "good")
    return Clock(
        rule=rule,
        allowed=allowed,
        due=due,
        standing=standing,
        verdict={"kept": "met", "late": "missed"}.get(one["standing"], ""),
        used=f"{min(used, 1.0) * 100:.1f}",
        level="bad" if one["standing"] == "late" else level,
        running=one["done"] is None and one["standing"] != "by_itself",
    )


def _sent(one: Found, to: str, when: int, note: str, tz: str, words: Translator) -> Sent:
    return Sent(
        to=to,
        event=named(EVENTS, one["event"], words),
        state=named(STATES, one["state"], words),
        key=one["state"],
        when=instant(when, tz),
        note=note,
        release=one.get("id", "") if one["state"] == ErrandState.PARKED else "",
    )


def _cause(found: Found | None, words: Translator) -> CauseForm:
    known: Found = found or {"text": "", "area": "", "code": "", "whys": []}
    whys = (*known["whys"], *("" for _ in range(MOST_WHYS)))[:MOST_WHYS]
    return CauseForm(
        text=known["text"],
        area=known["area"],
        code=known["code"],
        whys=tuple(whys),
        areas=tuple((area.value, named(AREAS, area.value, words)) for area in CauseArea),
        codes=tuple((code.value, named(CODES, code.value, words)) for code in CauseCode),
    )


def _cause_words(found: Found | None, words: Translator) -> str:
    """The area of the cause and what broke; empty where nobody said."""
    if found is None or not (found["area"] or found["code"]):
        return ""
    area = named(AREAS, found["area"], words) if found["area"] else NO_FIGURE
    return f"{area} · {named(CODES, found['code'], words)}" if found["code"] else area


def _choices(table: Mapping[str, str], words: Translator) -> Choices:
    return tuple((key, words(text)) for key, text in table.items())
