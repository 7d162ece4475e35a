"""Root causes: until when the analysis is due."""

import pytest

from rules.period import local, parse_instant
from rules.root_cause import analysis_due

TZ = "Asia/Shanghai"


@pytest.mark.parametrize(
    ("resolved", "last_day"),
    [
        ("2026-09-21 09:00", "2026-09-28"),  # a Monday: Tuesday to Friday, then the next Monday
        ("2026-09-25 23:59", "2026-10-02"),  # a Friday
        ("2026-09-26 12:00", "2026-10-02"),  # a Saturday
        ("2026-09-27 12:00", "2026-10-02"),  # a Sunday
    ],
)
def test_it_is_due_at_the_end_of_the_fifth_working_day(resolved: str, last_day: str) -> None:
    due = analysis_due(parse_instant(resolved.replace(" ", "T"), TZ), TZ)

    assert f"{local(due - 1, TZ):%Y-%m-%d %H:%M}" == f"{last_day} 23:59"
