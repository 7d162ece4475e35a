"""A calendar told its holidays: all or none, twice the same as once."""

import pytest

from collector import calendars
from collector.calendar_days import usual_hours
from collector.specs import CalendarSpec, DaySpec, DaysSpec
from collector.store import agreements
from rules.errors import Invalid, Missing
from rules.parameters import HOUR
from rules.period import parse_instant
from tests.collector.rooms import ADMIN, Rooms

WEEK = {"mon-thu": ("09:00-12:00", "13:30-18:00"), "fri": ("09:00-16:00",)}
OFFICE = CalendarSpec("office", "Asia/Shanghai", WEEK, ("2026-05-01",), names={"2026-05-01": "劳动节"}, years=(2025,))
TOLD = DaysSpec(
    (
        DaySpec("2026-10-01", "closed", "国庆节"),
        DaySpec("2026-10-10", "open", "国庆节"),
        DaySpec("2026-10-11", "open", "", ("10:00-15:00",)),
    ),
    years=(2026,),
)


@pytest.fixture
def office(rooms: Rooms) -> Rooms:
    """Rooms with a calendar."""
    rooms.registry.agreements.set_calendar(OFFICE, ADMIN)
    return rooms


def kept(rooms: Rooms) -> agreements.Calendar:
    with rooms.state.read() as tx:
        return agreements.resolve_calendar(tx, "office")


def test_days_are_added_to_those_there_are(office: Rooms) -> None:
    done = office.registry.agreements.set_days("office", TOLD, ADMIN)
    found = kept(office)

    assert (done.added, done.changed, done.removed) == (("2026-10-01", "2026-10-10", "2026-10-11"), (), ())
    assert found.closed == ("2026-05-01", "2026-10-01")
    assert found.open == {"2026-10-10": WEEK["mon-thu"], "2026-10-11": ("10:00-15:00",)}
    assert found.names == {"2026-05-01": "劳动节", "2026-10-01": "国庆节", "2026-10-10": "国庆节"}
    assert found.years == done.years == (2025, 2026)
    assert (found.weekly, found.tz) == (WEEK, "Asia/Shanghai")


def test_the_same_days_again_change_nothing(office: Rooms) -> None:
    office.registry.agreements.set_days("office", TOLD, ADMIN)
    before = office.log.head()

    done = office.registry.agreements.set_days("office", TOLD, ADMIN)

    assert (len(done.unchanged), done.added, done.changed) == (3, (), ())
    assert office.log.head() == before


def test_a_dry_run_only_tells(office: Rooms) -> None:
    done = office.registry.agreements.set_days("office", DaysSpec(TOLD.days, (2026,), dry_run=True), ADMIN)

    assert len(done.added) == 3
    assert kept(office).closed == ("2026-05-01",)


def test_a_day_may_change_its_kind(office: Rooms) -> None:
    done = office.registry.agreements.set_days("office", DaysSpec((DaySpec("2026-05-01", "open"),)), ADMIN)

    assert done.changed == ("2026-05-01",)
    assert (kept(office).closed, list(kept(office).open)) == ((), ["2026-05-01"])


def test_days_that_the_file_lacks_go_only_when_that_is_asked(office: Rooms) -> None:
    done = office.registry.agreements.set_days("office", DaysSpec(TOLD.days, (2026,), replace=True), ADMIN)

    assert done.removed == ("2026-05-01",)
    assert kept(office).closed == ("2026-10-01",)


def test_other_years_are_never_taken_away(office: Rooms) -> None:
    done = office.registry.agreements.set_days(
        "office", DaysSpec((DaySpec("2027-01-01", "closed"),), (2027,), replace=True), ADMIN
    )

    assert done.removed == ()


def test_hours_that_are_given_hold_on_days_without_any(office: Rooms) -> None:
    office.registry.agreements.set_days("office", DaysSpec(TOLD.days, hours=("08:00-12:00",)), ADMIN)

    assert kept(office).open == {"2026-10-10": ("08:00-12:00",), "2026-10-11": ("10:00-15:00",)}


def test_all_mistakes_are_told_and_nothing_is_done(office: Rooms) -> None:
    wrong = (
        DaySpec("1 October", "closed"),
        DaySpec("2026-10-02", "half"),
        DaySpec("2026-10-03", "closed", hours=("09:00-12:00",)),
        DaySpec("2026-10-04", "open", hours=("9-12",)),
        DaySpec("2026-10-05", "closed"),
        DaySpec("2026-10-05", "closed"),
    )

    with pytest.raises(Invalid) as refused:
        office.registry.agreements.set_days("office", DaysSpec(wrong), ADMIN)

    assert [mistake.partition(":")[0] for mistake in refused.value.mistakes] == [
        "days[0].date",
        "days[1].kind",
        "days[2].hours",
        "days[3].hours[0]",
        "days",
    ]
    assert kept(office).closed == ("2026-05-01",)


def test_a_calendar_without_hours_must_be_told_those_of_a_make_up_day(rooms: Rooms) -> None:
    rooms.registry.agreements.set_calendar(CalendarSpec("empty", "UTC"), ADMIN)

    with pytest.raises(Invalid) as refused:
        rooms.registry.agreements.set_days("empty", TOLD, ADMIN)

    assert "2026-10-10" in refused.value.mistakes[0]


def test_a_calendar_nobody_made_is_missing(rooms: Rooms) -> None:
    with pytest.raises(Missing):
        rooms.registry.agreements.set_days("none", TOLD, ADMIN)


@pytest.mark.parametrize(
    ("weekly", "usual"),
    [
        (WEEK, WEEK["mon-thu"]),
        ({"mon": ("09:00-17:00",), "tue": ("10:00-18:00",)}, ("09:00-17:00",)),
        ({"sat,sun": ()}, ()),
        ({}, ()),
    ],
)
def test_the_usual_hours_are_those_of_most_days(weekly: dict[str, tuple[str, ...]], usual: tuple[str, ...]) -> None:
    assert usual_hours(weekly) == usual


def test_hours_are_those_in_force_at_the_time(office: Rooms) -> None:
    saturday = parse_instant("2026-10-10", "Asia/Shanghai")
    office.registry.agreements.set_days("office", TOLD, ADMIN)
    with office.state.read() as tx:
        now = calendars.in_force(tx, "office")

    assert now is not None
    assert sum(end - start for start, end in now.hours(saturday, saturday + 24 * HOUR)) == int(7.5 * HOUR)
    assert now.uncovered(saturday, saturday + 1) == ()


def test_no_calendar_is_no_hours(rooms: Rooms) -> None:
    with rooms.state.read() as tx:
        assert (calendars.in_force(tx, ""), calendars.in_force(tx, "gone")) == (None, None)
