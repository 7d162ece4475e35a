"""Whatever a device answers, a profile makes components of it, and no noise."""

import math

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agent.snmp.ber import Oid, Value
from agent.snmp.health import evaluate, wanted
from agent.snmp.profile import State
from agent.snmp.profile_library import library
from agent.snmp.table import Table

VALUES: st.SearchStrategy[Value] = st.one_of(
    st.none(),
    st.integers(-(2**31), 20),
    st.integers(0, 2**64 - 1),
    st.binary(max_size=12),
    st.from_regex(rb"\A-?[0-9]{1,400}(\.[0-9]+)? ?[A-Za-z]*\Z"),
    st.lists(st.integers(0, 2**32 - 1), max_size=12).map(tuple),
)
INDEXES = st.lists(st.integers(0, 9), max_size=3).map(tuple)


@st.composite
def readings(draw: st.DrawFn, name: str) -> Table:
    columns, singles = wanted(library().load(name))
    index = draw(st.lists(INDEXES, min_size=1, max_size=3))
    cells = {column: {place: draw(VALUES) for place in index if draw(st.booleans())} for column in columns}
    return Table(cells, {oid: draw(VALUES) for oid in singles})


@pytest.mark.parametrize("name", library().names())
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(data=st.data())
def test_nothing_a_device_answers_upsets_its_profile(name: str, data: st.DataObject) -> None:
    health = evaluate(library().load(name), data.draw(readings(name)))

    assert all(map(math.isfinite, health.metrics.values()))
    assert len({one.key for one in health.components}) == len(health.components)
    assert [one for one in health.components if one.state is State.ABSENT and one.value is not None] == []


@pytest.mark.parametrize("name", ["a\nb", "a\r\nb", "a\tb", " a  b "])
def test_a_name_is_one_line(name: str) -> None:
    profile = library().load("mikrotik-routeros")
    gauges = (1, 3, 6, 1, 4, 1, 14988, 1, 1, 3, 100, 1)
    cells: dict[Oid, dict[Oid, Value]] = {
        (*gauges, 2): {(1,): name.encode()},
        (*gauges, 3): {(1,): 30},
        (*gauges, 4): {(1,): 1},
    }

    assert [one.name for one in evaluate(profile, Table(cells)).components] == ["a b"]
