"""The calendar issues what is due, once, and revises what changed; time is given."""

from collections.abc import Callable

import pytest

from collector.reports.archive import Archive
from collector.reports.calendar import FIRST_AFTER, ReportCalendar
from collector.reports.kinds import ended
from collector.specs import CorrectionSpec
from collector.store.reports import Issued
from rules.period import parse_instant
from rules.result import Outcome
from tests.collector.reports.test_revisions import END, FROZEN, HOUR, MONTH, TZ, corrected
from tests.collector.rooms import ADMIN, START, Rooms
from tests.collector.watched import MINUTE, Watched, an_outage, watched


@pytest.fixture
def found(rooms: Rooms) -> Watched:
    made = watched(rooms)
    an_outage(made)
    return made


@pytest.fixture
def archive(found: Watched) -> Archive:
    return Archive(found, found.log, found.fold, found.intake, found.clock, found.settings)


@pytest.fixture
def rendered(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The files that were made. What pages look like is no matter of the calendar, and drawing them takes long."""
    made: list[str] = []

    def render(key: str, form: str, lang: str) -> tuple[bytes, str]:
        made.append(f"{key}.{lang}.{form}")
        return b"", ""

    monkeypatch.setattr(archive, "file", render)
    return made


@pytest.fixture
def calendar(found: Watched, archive: Archive, rendered: list[str]) -> ReportCalendar:
    return ReportCalendar(archive, found.state, found.log, found.clock, found.settings)


@pytest.fixture
def issued(found: Watched, archive: Archive, calendar: ReportCalendar) -> Callable[[int], list[Issued]]:
    """What there is after the calendar had its turn at an instant, the oldest first."""

    def at(moment: int) -> list[Issued]:
        found.rooms.clock.at = moment
        calendar.issue()
        return archive.listed(100)[::-1]

    return at


def test_nothing_is_due_before_the_morning_of_day_1(issued: Callable[[int], list[Issued]]) -> None:
    assert issued(END + FIRST_AFTER - 1) == []


def test_on_day_1_the_month_and_the_quarter_that_are_over_have_a_report_each(
    issued: Callable[[int], list[Issued]],
) -> None:
    made = issued(END + FIRST_AFTER)

    assert {(one.kind, one.name, one.revision) for one in made} == {("month", MONTH, 0), ("quarter", "2026-Q3", 0)}
    assert {one.issued_by for one in made} == {"nineward"}


def test_its_page_is_kept_with_it(issued: Callable[[int], list[Issued]], rendered: list[str]) -> None:
    made = issued(END + FIRST_AFTER)

    assert sorted(f"{one.id}.en.html" for one in made) == sorted(rendered)


def test_it_is_issued_once(issued: Callable[[int], list[Issued]]) -> None:
    first = issued(END + FIRST_AFTER)

    assert issued(END + FIRST_AFTER + HOUR) == first


def test_when_it_is_frozen_it_is_issued_by_itself(issued: Callable[[int], list[Issued]]) -> None:
    issued(FROZEN - 1)

    made = issued(FROZEN)

    assert [one.revision for one in made] == [0, 0, 1, 1]
    assert issued(FROZEN + HOUR) == made


def test_what_a_collector_that_stood_still_missed_is_made_up(issued: Callable[[int], list[Issued]]) -> None:
    made = issued(parse_instant("2027-01-20", TZ))

    months = [one.name for one in made if one.kind == "month"]
    assert sorted(months) == ["2026-09", "2026-10", "2026-11", "2026-12"]
    assert {one.name for one in made if one.kind == "year"} == {"2026"}
    assert {one.revision for one in made} == {1}


def test_a_frozen_month_that_did_not_change_is_not_revised(
    issued: Callable[[int], list[Issued]], calendar: ReportCalendar, archive: Archive
) -> None:
    made = issued(FROZEN)

    calendar.revise()

    assert archive.listed(100)[::-1] == made


def test_an_approved_correction_revises_every_frozen_period_it_bears_on(
    found: Watched, issued: Callable[[int], list[Issued]], calendar: ReportCalendar, archive: Archive
) -> None:
    issued(FROZEN)
    corrected(found)
    found.rooms.clock.at = FROZEN + HOUR

    calendar.revise()
    calendar.revise()

    made = archive.listed(100)
    assert {(one.kind, one.revision) for one in made} == {("month", 1), ("month", 2), ("quarter", 1), ("quarter", 2)}
    assert len(made) == 4


def test_what_is_only_proposed_revises_nothing(
    found: Watched, issued: Callable[[int], list[Issued]], calendar: ReportCalendar, archive: Archive
) -> None:
    made = issued(FROZEN)
    found.rooms.registry.overlays.propose(
        CorrectionSpec("core-1", START, START + HOUR, "excluded", "never approved", responsible="carrier"), ADMIN
    )

    calendar.revise()

    assert archive.listed(100)[::-1] == made


def test_late_results_revise_too(
    found: Watched, issued: Callable[[int], list[Issued]], calendar: ReportCalendar, archive: Archive
) -> None:
    last = (END - START) // MINUTE
    found.looked((minute, Outcome.OK) for minute in range(last - 200, last - 100))
    issued(FROZEN)
    found.rooms.clock.at = FROZEN + HOUR
    found.looked((minute, Outcome.FAILED) for minute in range(last - 90, last - 60))

    calendar.revise()

    assert [one.revision for one in archive.listed(2)] == [2, 2]


def test_what_changed_no_figure_is_computed_once_only(
    found: Watched,
    issued: Callable[[int], list[Issued]],
    calendar: ReportCalendar,
    archive: Archive,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    last = (END - START) // MINUTE
    found.looked((minute, Outcome.OK) for minute in range(last - 200, last - 100))
    made = issued(FROZEN)
    found.rooms.clock.at = FROZEN + HOUR
    found.looked((minute, Outcome.OK) for minute in range(last - 150, last - 140))
    computed: list[str] = []
    compute = archive.issue

    def counting(kind: str, *rest: object, **more: object) -> Issued:
        computed.append(kind)
        return compute(kind, *rest, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(archive, "issue", counting)

    calendar.revise()
    calendar.revise()

    assert sorted(computed) == ["month", "quarter"]
    assert len(archive.listed(100)) == len(made)


def test_what_goes_wrong_with_one_report_stops_no_other(
    issued: Callable[[int], list[Issued]], archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    compute = archive.issue

    def failing(kind: str, *rest: object, **more: object) -> Issued:
        if kind == "month":
            raise RuntimeError("broken")
        return compute(kind, *rest, **more)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(archive, "issue", failing)
        assert [one.kind for one in issued(FROZEN)] == ["quarter"]

    assert sorted(one.kind for one in issued(FROZEN + 1)) == ["month", "quarter"]


def test_the_periods_of_13_months_the_oldest_first() -> None:
    found = [name for _, name, _ in ended(TZ, parse_instant("2027-01-15", TZ))]

    assert found[0] == "2025-12"
    assert found[-3:] == ["2026-12", "2026-Q4", "2026"]
    assert [name for name in found if "Q" in name] == ["2025-Q4", "2026-Q1", "2026-Q2", "2026-Q3", "2026-Q4"]
