"""SLA clocks: TV-38 to TV-41 by hand and minute by minute, and laws that hold for every calendar and every pause."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from rules.calendar import Calendar, ServiceHours, read_calendar
from rules.dated import Dated
from rules.parameters import HOUR, MINUTE
from rules.period import parse_instant
from rules.sla_clock import Allowance, Pause, deadline, due, earliest, elapsed
from tests.rules import minutes
from tests.rules.minutes import Open, weekly

TZ = "Asia/Shanghai"
NINE_TO_SIX = weekly(0, 4, (540, 1080))


def at(text: str) -> int:
    """An instant of the week of Friday 2026-07-03 in Shanghai."""
    day, _, time = text.partition(" ")
    dates = {"Fri": "03", "Sat": "04", "Sun": "05", "Mon": "06", "Tue": "07"}
    return parse_instant(f"2026-07-{dates[day]}T{time}", TZ)


def calendar(**changes: object) -> Calendar:
    """Monday to Friday, nine to six."""
    return read_calendar({"name": "office", "tz": TZ, "weekly": {"mon-fri": ["09:00-18:00"]}, **changes})


OFFICE = calendar()
LUNCH = calendar(weekly={"mon-fri": ["09:00-12:00", "13:30-18:00"]})
HOLIDAY = calendar(closed=["2026-07-06"])
MAKE_UP = calendar(open={"2026-07-04": ["09:00-18:00"]})
ALWAYS = weekly(0, 6, (0, 1440))


def without_monday(local: datetime) -> bool:
    return NINE_TO_SIX(local) and local.day != 6


def with_saturday(local: datetime) -> bool:
    return NINE_TO_SIX(local) or (local.day == 4 and 9 <= local.hour < 18)


VECTORS = [
    pytest.param("Fri 17:30", 4 * HOUR, OFFICE, NINE_TO_SIX, [], "Mon 12:30", id="TV-38 plain"),
    pytest.param(
        "Fri 17:30", 4 * HOUR, LUNCH, weekly(0, 4, (540, 720), (810, 1080)), [], "Mon 14:00", id="TV-38 lunch"
    ),
    pytest.param(
        "Fri 17:30", 4 * HOUR, OFFICE, NINE_TO_SIX, [("Mon 10:00", "Mon 11:00")], "Mon 13:30", id="TV-38 pause"
    ),
    pytest.param("Fri 17:30", 4 * HOUR, HOLIDAY, without_monday, [], "Tue 12:30", id="TV-38 holiday"),
    pytest.param("Fri 17:30", 4 * HOUR, MAKE_UP, with_saturday, [], "Sat 12:30", id="TV-38 make-up day"),
    pytest.param("Fri 17:30", 4 * HOUR, None, ALWAYS, [], "Fri 21:30", id="TV-38 day and night"),
    pytest.param("Sat 03:00", 2 * HOUR, OFFICE, NINE_TO_SIX, [], "Mon 11:00", id="TV-39"),
    pytest.param("Fri 16:00", 2 * HOUR, OFFICE, NINE_TO_SIX, [], "Fri 18:00", id="TV-40"),
    pytest.param("Fri 17:30", 8 * HOUR, None, ALWAYS, [("Fri 20:00", "Sat 08:00")], "Sat 13:30", id="TV-41"),
]


@pytest.mark.parametrize(("opened", "allowance", "hours", "is_open", "paused", "expected"), VECTORS)
def test_a_deadline_is_where_the_allowance_ends(
    opened: str,
    allowance: int,
    hours: Calendar | None,
    is_open: Open,
    paused: list[tuple[str, str]],
    expected: str,
) -> None:
    pauses: list[Pause] = [(at(start), at(end)) for start, end in paused]

    assert due(at(opened), allowance, hours, pauses) == at(expected)
    assert minutes.due(at(opened), allowance, is_open, TZ, pauses) == at(expected)


def test_business_minutes_over_a_weekend() -> None:
    """TV-41: half an hour on Friday, an hour and a quarter on Monday."""
    found = elapsed(at("Fri 17:30"), at("Mon 10:15"), OFFICE)

    assert found == 105 * MINUTE
    assert minutes.elapsed(at("Fri 17:30"), at("Mon 10:15"), NINE_TO_SIX, TZ, []) == found


def test_overlapping_pauses_are_one() -> None:
    pauses: list[Pause] = [(at("Mon 10:00"), at("Mon 11:00")), (at("Mon 10:30"), at("Mon 11:30"))]

    assert due(at("Mon 09:00"), 2 * HOUR, OFFICE, pauses) == at("Mon 12:30")


@pytest.mark.parametrize("hours", [None, OFFICE])
def test_a_pause_that_lasts_leaves_the_deadline_open(hours: Calendar | None) -> None:
    assert due(at("Mon 09:00"), 4 * HOUR, hours, [(at("Mon 10:00"), None)]) is None
    assert due(at("Mon 09:00"), HOUR, hours, [(at("Mon 10:00"), None)]) == at("Mon 10:00")


def test_hours_that_never_come_again_have_no_deadline() -> None:
    once = read_calendar({"name": "once", "tz": TZ, "open": {"2026-07-04": ["09:00-18:00"]}})

    assert due(at("Fri 12:00"), 9 * HOUR, once) == at("Sat 18:00")
    assert due(at("Fri 12:00"), 9 * HOUR + 1, once) is None
    assert due(at("Fri 12:00"), 1, read_calendar({"name": "never", "tz": TZ})) is None


def test_what_happens_at_the_deadline_is_in_time() -> None:
    ends = deadline("response", at("Fri 16:00"), [Allowance(at("Fri 16:00"), 2 * HOUR, OFFICE)])

    assert ends.kept(at("Fri 18:00"))
    assert not ends.kept(at("Fri 18:00") + 1)


def test_warnings_come_at_shares_of_the_time_that_counts() -> None:
    ends = deadline("response", at("Fri 16:00"), [Allowance(at("Fri 16:00"), 4 * HOUR, OFFICE)])

    assert dict(ends.warnings) == {
        Fraction(1, 2): at("Fri 18:00"),
        Fraction(3, 4): at("Mon 10:00"),
        Fraction(9, 10): at("Mon 10:36"),
    }


def test_a_new_priority_counts_from_the_opening() -> None:
    opened = at("Mon 09:00")
    ends = deadline("response", opened, [Allowance(opened, 8 * HOUR), Allowance(opened + HOUR, 2 * HOUR)])

    assert (ends.due, ends.broken_by_reclassification) == (at("Mon 11:00"), False)


def test_a_new_priority_whose_time_is_over_already_breaks_it() -> None:
    opened = at("Mon 09:00")
    ends = deadline("response", opened, [Allowance(opened, 8 * HOUR), Allowance(opened + 3 * HOUR, 2 * HOUR)])

    assert (ends.due, ends.broken_by_reclassification) == (at("Mon 11:00"), True)


def test_what_was_late_before_is_not_late_by_its_new_priority() -> None:
    opened = at("Mon 09:00")
    ends = deadline("response", opened, [Allowance(opened, 4 * HOUR), Allowance(opened + 5 * HOUR, 2 * HOUR)])

    assert not ends.broken_by_reclassification


def test_the_countdown_shows_what_comes_first() -> None:
    opened = at("Mon 09:00")
    found = [deadline(name, opened, [Allowance(opened, hours * HOUR)]) for name, hours in (("b", 4), ("a", 1))]
    never = deadline("c", opened, [Allowance(opened, HOUR)], [(opened, None)])

    first = earliest([*found, never])

    assert first is not None
    assert first.rule == "a"
    assert earliest([never]) is None


def test_a_calendar_that_changes_holds_from_its_instant() -> None:
    changed = ServiceHours(Dated.of([(None, OFFICE), (at("Mon 12:00"), None)]))

    assert due(at("Fri 17:30"), 12 * HOUR, changed) == at("Mon 20:30")
    assert changed.over() is None


# Laws

ZONES = ["Asia/Shanghai", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe"]
SPRING = parse_instant("2026-03-20T00:00:00Z", "UTC")
"""Before the clocks change in Berlin, New York and on Lord Howe Island."""


DATES = [(date(2026, 3, 20) + timedelta(days=number)).isoformat() for number in range(41)]


@st.composite
def calendars(draw: st.DrawFn) -> Calendar | None:
    """Weeks with a morning and an afternoon somewhere, with holidays and make-up days, in zones with summer time."""
    if draw(st.booleans()):
        return None
    cuts = sorted(draw(st.lists(st.integers(0, 96), min_size=4, max_size=4, unique=True)))
    spells = ((cuts[0] * 15, cuts[1] * 15), (cuts[2] * 15, cuts[3] * 15))
    days = draw(st.sets(st.integers(0, 6), min_size=1))
    named = draw(st.lists(st.sampled_from(DATES), max_size=6, unique=True))
    half = len(named) // 2
    exceptions = {"closed": named[:half], "open": {day: ["10:00-16:00"] for day in named[half:]}}
    made = read_calendar({"name": "any", "tz": draw(st.sampled_from(ZONES)), **exceptions})
    return replace(made, weekly=dict.fromkeys(days, spells))


starts = st.integers(0, 30 * 24 * 60).map(lambda minute: SPRING + minute * MINUTE)
allowances = st.integers(1, 60 * 24 * 6).map(lambda count: count * MINUTE)
pauses = st.lists(
    st.tuples(starts, st.integers(1, 4000)).map(lambda one: (one[0], one[0] + one[1] * MINUTE)), max_size=4
)


@settings(max_examples=150, deadline=None)
@given(calendars(), starts, allowances, pauses)
def test_the_time_until_the_deadline_is_the_allowance(
    hours: Calendar | None, start: int, allowance: int, paused: list[Pause]
) -> None:
    ends = due(start, allowance, hours, paused)

    assert ends is not None
    assert elapsed(start, ends, hours, paused) == allowance
    assert elapsed(start, ends - 1, hours, paused) == allowance - 1


@settings(max_examples=100, deadline=None)
@given(calendars(), starts, allowances, allowances, pauses)
def test_a_larger_allowance_is_due_later(
    hours: Calendar | None, start: int, allowance: int, more: int, paused: list[Pause]
) -> None:
    earlier, later = due(start, allowance, hours, paused), due(start, allowance + more, hours, paused)

    assert earlier is not None
    assert later is not None
    assert earlier < later


@settings(max_examples=100, deadline=None)
@given(calendars(), starts, allowances, pauses, pauses)
def test_pauses_never_bring_a_deadline_nearer(
    hours: Calendar | None, start: int, allowance: int, paused: list[Pause], more: list[Pause]
) -> None:
    without, with_more = due(start, allowance, hours, paused), due(start, allowance, hours, [*paused, *more])

    assert without is not None
    assert with_more is not None
    assert with_more >= without


@settings(max_examples=60, deadline=None)
@given(calendars(), starts, starts, starts, pauses)
def test_time_adds_up(hours: Calendar | None, a: int, b: int, c: int, paused: list[Pause]) -> None:
    a, b, c = sorted((a, b, c))

    assert elapsed(a, b, hours, paused) + elapsed(b, c, hours, paused) == elapsed(a, c, hours, paused)


@settings(max_examples=25, deadline=None)
@given(calendars(), starts, st.integers(1, 1500).map(lambda count: count * MINUTE), pauses)
def test_the_arithmetic_is_what_counting_minutes_gives(
    hours: Calendar | None, start: int, allowance: int, paused: list[Pause]
) -> None:
    # an edge on a wall time that comes twice, or never, in the night of the change can be read in two ways
    edges = {edge for spells in (hours.weekly.values() if hours else ()) for spell in spells for edge in spell}
    assume(not any(90 <= edge <= 180 for edge in edges))

    def is_open(local: datetime) -> bool:
        if hours is None:
            return True
        day = local.date()
        spells = hours.open.get(day, () if day in hours.closed else hours.weekly.get(day.weekday(), ()))
        return any(begin <= local.hour * 60 + local.minute < end for begin, end in spells)

    ends = due(start, allowance, hours, paused)

    assert ends is not None
    assert minutes.elapsed(start, ends, is_open, hours.tz if hours else TZ, list(paused)) == allowance
