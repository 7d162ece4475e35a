"""The trend: a month is judged by those before it."""

from typing import Any

from collector.reports.chapters.trend import MONTHS, trend


def figures(name: str, fault_rate: float | None, agreed: int = 1000) -> dict[str, Any]:
    return {
        "name": name, "from": 0, "agreed_ms": agreed, "coverage": 1.0, "availability": 0.99, "failures": 1,
        "fault_rate": fault_rate, "mtbf_h": 100.0, "mttr_h": 2.0,
    }  # fmt: skip


def test_the_limits_come_from_the_months_before() -> None:
    calm = [figures(f"{number}", 0.01) for number in range(8)]

    found = trend([*calm, figures("now", 0.5)])

    assert found["limits"]["fault_rate"] == {"centre": 0.01, "low": 0.01, "high": 0.01}
    assert found["months"][-1]["fault_rate"] == 0.5


def test_few_months_have_no_limits() -> None:
    assert trend([figures(f"{number}", 0.01) for number in range(6)])["limits"]["fault_rate"] is None


def test_a_month_without_measurement_has_no_figure() -> None:
    row = trend([figures("2026-01", 0.0, agreed=0)])["months"][0]

    assert (row["fault_rate"], row["availability"], row["failures"]) == (None, None, None)


def test_there_are_thirteen_months_at_most() -> None:
    assert len(trend([figures(f"{number}", 0.01) for number in range(20)])["months"]) == MONTHS
