"""The columns of whole lives tell of any period what the engine tells of it."""

import dataclasses
from typing import Any

import numpy as np
from hypothesis import event, given, settings
from hypothesis import strategies as st

from rules.availability import figures, figures_of
from rules.entry import entry_of
from rules.lives import Lives, lives
from rules.parameters import Parameters
from rules.past import STATES, Summary, about, entries_of, firm, joined, lives_of, past, summary
from rules.period import Period
from rules.record import read_record
from rules.replay import timelines
from tests.rules.stories import EPOCH
from tests.rules.test_laws import SPAN, records

PARAMETERS = Parameters().with_settings({"maintenance_cap": "5m", "merge_gap": "200s", "min_failure": "45s"})
TZ = "Asia/Shanghai"
WIDE = Period(EPOCH - SPAN, EPOCH + 3 * SPAN, TZ)

PERIODS = st.tuples(st.integers(-SPAN // 4, SPAN), st.integers(1, SPAN)).map(
    lambda bounds: Period(EPOCH + bounds[0], EPOCH + bounds[0] + bounds[1], TZ)
)


def told(found: Summary, place: int) -> dict[str, Any]:
    """One object of a summary under the names that figures have."""
    numbers: dict[str, Any] = {
        f"{state.value}_ms": int(found.time[place, number]) for number, state in enumerate(STATES)
    }
    numbers |= {name: int(getattr(found, name)[place]) for name in ("failures", "episodes", "restored", "open")}
    numbers["agreed_ms"] = int(found.agreed[place])
    ratios = {"availability": 1, "coverage": 1, "mtbf": 3_600_000, "mttr": 3_600_000}
    for name, unit in ratios.items():
        value = float(getattr(found, name)[place])
        numbers[name if unit == 1 else f"{name}_h"] = None if np.isnan(value) else value / unit
    return numbers


@settings(deadline=None, max_examples=80)
@given(records(), PERIODS)
def test_a_summary_says_what_the_figures_say(lines: list[str], period: Period) -> None:
    record = read_record(lines)
    wide = timelines(record, WIDE, PARAMETERS)
    found = summary(past(wide.values()), period)
    document = figures(timelines(record, period, PARAMETERS).values(), period, PARAMETERS)

    expected = {entry["name"]: entry for entry in document["objects"]}
    for place, name in enumerate(wide):
        said = told(found, place)
        assert said == {key: expected[name][key] for key in said}
    devices = past(entry for entry in wide.values() if entry.kind != "service")
    pooled = told(summary(devices, period).pooled(), 0)
    assert pooled == {key: document["fleet"][key] for key in pooled}
    assert int(summary(devices, period).affected.sum()) == document["fleet"]["objects_affected"]


@settings(deadline=None, max_examples=80)
@given(records(), PERIODS)
def test_lives_from_columns_are_lives_from_timelines(lines: list[str], period: Period) -> None:
    record = read_record(lines)
    wide = [entry for entry in timelines(record, WIDE, PARAMETERS).values() if entry.kind != "service"]
    ours = lives_of(past(wide), period)
    theirs = lives(timelines(record, period, PARAMETERS).values(), period)

    for column in dataclasses.fields(Lives):
        assert np.array_equal(np.array(getattr(ours, column.name)), np.array(getattr(theirs, column.name))), column.name


@settings(deadline=None, max_examples=150)
@given(records(), PERIODS)
def test_whole_figures_from_columns_are_those_of_timelines(lines: list[str], period: Period) -> None:
    record = read_record(lines)
    wide = list(timelines(record, WIDE, PARAMETERS).values())
    plain = timelines(record, period, PARAMETERS)
    found, known = past(wide), [about(entry) for entry in wide]
    sure = firm(found, np.array([one.doubt for one in known]), period)
    event(f"{sure.sum()} of {len(sure)} by columns")

    entries = [
        entry if by_columns else entry_of(plain[entry.name])
        for entry, by_columns in zip(entries_of(found, known, period), sure.tolist(), strict=True)
    ]
    assert entries == [entry_of(plain[entry.name]) for entry in entries]
    ours = figures_of(entries, period, PARAMETERS)
    theirs = figures(plain.values(), period, PARAMETERS)
    assert ours == theirs


@settings(deadline=None, max_examples=30)
@given(records(), PERIODS, st.integers(0, 3))
def test_columns_can_be_joined(lines: list[str], period: Period, cut: int) -> None:
    wide = list(timelines(read_record(lines), WIDE, PARAMETERS).values())
    known = [about(entry) for entry in wide]

    apart = joined(past(wide[:cut]), past(wide[cut:]))
    assert entries_of(apart, known, period) == entries_of(past(wide), known, period)


def test_nothing_is_a_past_too() -> None:
    found = past(())

    assert summary(found, WIDE).time.shape == (0, len(STATES))
    assert list(lives_of(found, WIDE).names) == []
    assert entries_of(found, [], WIDE) == []
