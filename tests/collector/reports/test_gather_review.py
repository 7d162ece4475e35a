"""What a quarter is made of, gathered from a real house: its months, earlier periods, groups of parts, effects."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from collector.reports.evidence import Review
from collector.reports.gather import gather
from collector.reports.gather_review import LEAST, whole_months
from collector.reports.kinds import Kind, periods
from collector.specs import ServiceSpec
from collector.store import incidents, targets
from rules.period import Period, local, month, quarter, year
from tests.collector.api.asking import Door
from tests.collector.reports.served import MONTH, TZ, serving
from tests.collector.rooms import ADMIN, START

DAY = 86_400_000
QUARTER = f"{local(START, TZ).year}-Q{(local(START, TZ).month + 2) // 3}"


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Door]:
    with serving(tmp_path) as door:
        yield door


def reviewed(door: Door, kind: Kind = Kind.QUARTER, name: str = QUARTER) -> Review | None:
    now = door.clock.at
    with door.house.state.read() as tx:
        period, before = periods(tx, kind, name, TZ, now)
    return gather(door.house, period, before, now, door.house.settings).review


def test_a_quarter_and_a_year_consist_of_months() -> None:
    assert len(whole_months(quarter("2026-Q3", TZ))) == 3
    assert len(whole_months(year("2026", TZ))) == 12


def test_a_month_and_days_do_not() -> None:
    august = month("2026-08", TZ)

    assert whole_months(august) == []
    assert whole_months(Period(august.start - DAY, august.end + 20 * DAY, TZ)) == []


def test_a_month_has_no_review(served: Door) -> None:
    assert reviewed(served, Kind.MONTH, MONTH) is None


def test_months_before_the_records_are_left_out(served: Door) -> None:
    found = reviewed(served)

    assert found is not None
    assert [part.name for part in found.parts] == [MONTH]
    assert found.parts[0].end == served.clock.at
    assert (found.before.fleet, found.year_ago.fleet, list(found.older)) == (None, None, [])


def test_each_object_of_a_month_has_its_verdicts(served: Door) -> None:
    found = reviewed(served)

    assert found is not None
    names = {entry["name"] for entry in found.parts[0].objects}
    assert names >= {"shop-1", "beta-1", "portal"}
    assert all(set(entry["verdicts"]) == {"fault_rate", "mtbf", "mttr"} for entry in found.parts[0].objects)


def test_only_parts_that_a_service_can_do_without_are_a_group(served: Door) -> None:
    needs = {"all_of": ["core-1", {"any_of": ["shop-1", "shop-2"]}]}
    served.house.registry.agreements.set_service(ServiceSpec("either", needs), ADMIN)
    served.clock.at += 1
    found = reviewed(served)

    assert found is not None
    assert list(found.spares) == [{"service": "either", "least": 1, "parts": ["shop-1", "shop-2"]}]


def test_a_measure_that_was_done_is_told_with_its_target_and_too_soon_with_no_count(served: Door) -> None:
    with served.house.state.read() as tx:
        target = targets.resolve(tx, "shop-1").id
        one = next(each for each in incidents.page(tx, limit=-1) if each.target == target)
    follow_up = served.house.follow_up
    number = follow_up.add_action(
        one.id, ADMIN, kind="corrective", what="new fan", owner="wei", due=served.clock.at + DAY
    ).number
    follow_up.change_action(one.id, number, ADMIN, done=True)
    served.clock.at += LEAST - 1
    early = reviewed(served)
    served.clock.at += 1
    late = reviewed(served)

    assert early is not None
    assert late is not None
    assert [(row["what"], row["target"], row["around"]) for row in early.effects] == [("new fan", "shop-1", None)]
    (row,) = late.effects
    assert [side["failures"] for side in row["around"]] == [1, 0]
