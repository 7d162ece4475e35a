from collections.abc import Mapping
from pathlib import Path

import pytest

from agent.snmp.ber import Oid, Value
from agent.snmp.health import Component, evaluate, wanted
from agent.snmp.profile import Profile, State
from agent.snmp.profile_file import read_file
from agent.snmp.table import Table
from rules.result import Outcome

BOX: Oid = (1, 3, 6, 1, 4, 1, 99999)


class Bench:
    """A profile written in a test, and readings of a box made up for it.

    Its objects are columns 1.3.6.1.4.1.99999.N, and single objects where N ends in .0.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / "boxes.toml"

    def profile(self, text: str) -> Profile:
        self._path.write_text('title = "Boxes"\n' + text.replace("BOX.", "1.3.6.1.4.1.99999."), "utf-8")
        head, parts = read_file(self._path)
        return Profile("boxes", head.title, head.matches, head.uses, parts)

    def components(self, text: str, cells: Mapping[Oid, Mapping[Oid, Value]]) -> list[Component]:
        """``cells``: column (behind 99999) → index → value; a single object is a column with a value at index (0,)."""
        profile = self.profile(text)
        return list(evaluate(profile, reading(cells)).components)


def reading(cells: Mapping[Oid, Mapping[Oid, Value]]) -> Table:
    return Table(
        {BOX + column: rows for column, rows in cells.items()},
        {BOX + column + (0,): rows[(0,)] for column, rows in cells.items() if (0,) in rows},
    )


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


TEMPERATURE = """
[objects]
name = "BOX.1"
celsius = { oid = "BOX.2", absent = [0, 65535], low = -60, high = 200 }
status = "BOX.3"
limit = { oid = "BOX.4", absent = [0] }

[states.status]
ok = { 1 = "normal" }
warning = { 2 = "warm" }
critical = { 3 = "hot" }
unknown = { 9 = "cannot say" }
absent = { 5 = "not present" }

[[part]]
kind = "temperature"
name = ["{name}", "sensor {index}"]
value = "celsius"
state = { status = "status" }
limits = { warn = "limit", critical = 80 }
"""


def temperature(bench: Bench, **columns: Value) -> Component:
    places = {"name": (1,), "celsius": (2,), "status": (3,), "limit": (4,)}
    (component,) = bench.components(TEMPERATURE, {places[key]: {(7,): value} for key, value in columns.items()})
    return component


@pytest.mark.parametrize(
    ("status", "state", "word"),
    [
        (1, State.OK, "normal"),
        (2, State.WARNING, "warm"),
        (3, State.CRITICAL, "hot"),
        (5, State.ABSENT, "not present"),
        (b"2", State.WARNING, "warm"),
    ],
)
def test_the_devices_own_word_is_its_state(bench: Bench, status: Value, state: State, word: str) -> None:
    component = temperature(bench, celsius=30, status=status)

    assert (component.state, component.text) == (state, word)


def test_the_devices_own_word_outranks_the_limits(bench: Bench) -> None:
    assert temperature(bench, celsius=95, status=1, limit=40).state is State.OK


@pytest.mark.parametrize("status", [9, 17, None])
def test_limits_count_where_the_device_does_not_say(bench: Bench, status: Value) -> None:
    component = temperature(bench, celsius=45, status=status, limit=40)

    assert (component.state, component.text) == (State.WARNING, "45 °C, warning from 40 °C up")


def test_the_worse_limit_counts(bench: Bench) -> None:
    assert temperature(bench, celsius=81, limit=40).state is State.CRITICAL


def test_a_limit_that_means_absence_does_not_count(bench: Bench) -> None:
    assert temperature(bench, celsius=45, limit=0).state is State.OK


def test_a_state_nobody_knows_is_unknown_and_told(bench: Bench) -> None:
    component = temperature(bench, status=17)

    assert (component.state, component.text) == (State.UNKNOWN, "state 17")


@pytest.mark.parametrize("raw", [0, 65535, -99, 255, b"", b"N/A", None, (1, 3)])
def test_numbers_that_mean_absence_are_absent(bench: Bench, raw: Value) -> None:
    component = temperature(bench, name=b"PSU", celsius=raw)

    assert (component.state, component.value) == (State.ABSENT, None)


@pytest.mark.parametrize(("raw", "value"), [(31, 31.0), (b"51.569", 51.569), (b" -4 C", -4.0), (b"38 degrees", 38.0)])
def test_numbers_in_words_are_read(bench: Bench, raw: Value, value: float) -> None:
    assert temperature(bench, celsius=raw).value == value


def test_a_name_is_decoded_and_its_blanks_are_closed(bench: Bench) -> None:
    assert temperature(bench, name="主板  温度 ".encode("gb18030"), celsius=30).name == "主板 温度"


@pytest.mark.parametrize("name", [None, b"", b"  "])
def test_the_next_name_counts_where_one_is_not_there(bench: Bench, name: Value) -> None:
    assert temperature(bench, name=name, celsius=30).name == "sensor 7"


def test_a_missing_table_makes_nothing(bench: Bench) -> None:
    assert bench.components(TEMPERATURE, {}) == []


def test_a_column_that_broke_off_leaves_the_rest_good(bench: Bench) -> None:
    cells: dict[Oid, dict[Oid, Value]] = {(1,): {(1,): b"A"}, (2,): {(1,): 30, (2,): 31}, (3,): {(1,): 1}}

    assert [(one.name, one.state) for one in bench.components(TEMPERATURE, cells)] == [
        ("A", State.OK),
        ("sensor 2", State.OK),
    ]


def test_parts_of_one_name_are_told_apart_by_their_order(bench: Bench) -> None:
    cells: dict[Oid, dict[Oid, Value]] = {(1,): {(9,): b"Fan", (30,): b"Fan"}, (2,): {(30,): 20, (9,): 10}}

    assert [(one.key, one.value) for one in bench.components(TEMPERATURE, cells)] == [
        ("temperature:Fan", 10.0),
        ("temperature:Fan #2", 20.0),
    ]


def test_keys_stay_when_the_rows_get_other_numbers(bench: Bench) -> None:
    before = bench.components(TEMPERATURE, {(1,): {(1,): b"CPU", (2,): b"Inlet"}, (2,): {(1,): 50, (2,): 20}})
    after = bench.components(TEMPERATURE, {(1,): {(7,): b"Inlet", (8,): b"CPU"}, (2,): {(7,): 20, (8,): 50}})

    assert {one.key: one.value for one in before} == {one.key: one.value for one in after}


@pytest.mark.parametrize(
    ("si", "precision", "raw", "value"),
    [(9, 1, 235, 23.5), (8, 0, 23769, 23.769), (10, 0, 3, 3000.0), (9, -2, 3, 300.0), (None, None, 7, 7.0)],
)
def test_scale_and_precision_of_sensors(bench: Bench, si: Value, precision: Value, raw: int, value: float) -> None:
    text = """
[objects]
si = "BOX.1"
precision = "BOX.2"
reading = { oid = "BOX.3", si = "si", precision = "precision" }
[[part]]
kind = "voltage"
name = "sensor"
value = "reading"
"""
    (component,) = bench.components(text, {(1,): {(1,): si}, (2,): {(1,): precision}, (3,): {(1,): raw}})

    assert component.value == value


def test_offset_comes_before_scale(bench: Bench) -> None:
    text = """
[objects]
fahrenheit = { oid = "BOX.1", offset = -32, scale = 0.5555555555555556 }
[[part]]
kind = "temperature"
name = "room"
value = "fahrenheit"
"""
    assert bench.components(text, {(1,): {(1,): 212}})[0].value == pytest.approx(100)


MEMORY = """
[objects]
unit = "BOX.1"
total = { oid = "BOX.2", times = "unit", wrap = true }
used = { oid = "BOX.3", times = "unit", wrap = true }
[[part]]
kind = "memory"
name = "RAM"
used = "used"
total = "total"
"""


def test_a_share_has_its_bytes_beside_it(bench: Bench) -> None:
    cells: dict[Oid, dict[Oid, Value]] = {(1,): {(1,): 1024}, (2,): {(1,): 4000}, (3,): {(1,): 1000}}

    assert evaluate(bench.profile(MEMORY), reading(cells)).metrics == {
        "memory_ratio[RAM]": 0.25,
        "memory_used_bytes[RAM]": 1_024_000.0,
        "memory_total_bytes[RAM]": 4_096_000.0,
    }


def test_sizes_gone_over_their_32_bits_are_put_right(bench: Bench) -> None:
    cells: dict[Oid, dict[Oid, Value]] = {(1,): {(1,): 4096}, (2,): {(1,): -(2**31)}, (3,): {(1,): 2**30}}

    assert bench.components(MEMORY, cells)[0].value == 50.0


@pytest.mark.parametrize(("unit", "total"), [(0, 100), (None, 100), (1024, 0), (1024, None)])
def test_a_share_of_nothing_is_absent(bench: Bench, unit: Value, total: Value) -> None:
    cells: dict[Oid, dict[Oid, Value]] = {(1,): {(1,): unit}, (2,): {(1,): total}, (3,): {(1,): 1}}

    assert bench.components(MEMORY, cells)[0].state is State.ABSENT


@pytest.mark.parametrize(
    ("used", "state"), [(101, State.OK), (200, State.OK), (201, State.ABSENT), (724, State.ABSENT)]
)
def test_a_share_far_over_the_whole_is_absent(bench: Bench, used: int, state: State) -> None:
    cells: dict[Oid, dict[Oid, Value]] = {(1,): {(1,): 1024}, (2,): {(1,): 100}, (3,): {(1,): used}}

    assert bench.components(MEMORY, cells)[0].state is state


@pytest.mark.parametrize(
    ("which", "value"),
    [
        ('used = "a"\nfree = "b"', 25.0),
        ('used = "a"\ntotal = "b"', pytest.approx(100 / 3)),
        ('free = "a"\ntotal = "b"', pytest.approx(200 / 3)),
        ('free = ["a", "c"]\ntotal = "b"', 50.0),
        ('free = ["a", "d"]\ntotal = "b"', pytest.approx(200 / 3)),
    ],
)
def test_two_of_used_free_and_total_make_a_share(bench: Bench, which: str, value: float) -> None:
    names = [name for name in "abcd" if f'"{name}"' in which]
    objects = "\n".join(f'{name} = "BOX.{number}.0"' for number, name in enumerate("abcd", 1) if name in names)
    text = f'[objects]\n{objects}\n[[part]]\nkind = "memory"\nname = "RAM"\n{which}\n'

    (component,) = bench.components(text, {(1,): {(0,): 10}, (2,): {(0,): 30}, (3,): {(0,): 5}})

    assert component.value == value


SENSORS = """
[objects]
name = "BOX.1"
type = "BOX.2"
value = "BOX.3"
status = "BOX.4"
[[part]]
kind = "sensor"
name = "{name}"
value = "value"
when = { CONDITION }
unless = { type = [99] }
present = { status = [1] }
"""


@pytest.mark.parametrize(
    ("condition", "names"),
    [
        ("type = [8]", ["A"]),
        ("type = [8, 10]", ["A", "Fan B"]),
        ("name = ['^fan']", ["Fan B"]),
        ("type = ['1.3.6.1.4.1.99999.5']", ["C"]),
        ("'{1}' = [2, 3]", ["Fan B", "C"]),
        ("'{-1}' = 1", ["A"]),
        ("'{2}' = [1]", []),
    ],
)
def test_only_rows_that_fit_are_read(bench: Bench, condition: str, names: list[str]) -> None:
    cells: dict[Oid, dict[Oid, Value]] = {
        (1,): {(1,): b"A", (2,): b"Fan B", (3,): b"C"},
        (2,): {(1,): 8, (2,): 10, (3,): (*BOX, 5)},
        (3,): {(1,): 1, (2,): 2, (3,): 3},
    }

    assert [one.name for one in bench.components(SENSORS.replace("CONDITION", condition), cells)] == names


@pytest.mark.parametrize(("status", "state"), [(1, State.OK), (2, State.ABSENT), (None, State.OK)])
def test_a_row_whose_thing_is_not_there_is_absent(bench: Bench, status: Value, state: State) -> None:
    cells: dict[Oid, dict[Oid, Value]] = {(1,): {(1,): b"A"}, (2,): {(1,): 8}, (3,): {(1,): 1}, (4,): {(1,): status}}

    assert bench.components(SENSORS.replace("CONDITION", "type = [8]"), cells)[0].state is state


def test_names_are_found_by_way_of_another_table(bench: Bench) -> None:
    text = """
[objects]
load = "BOX.1"
entity = { oid = "BOX.2", index = "{1}" }
name = { oid = "BOX.3", via = "entity" }
[[part]]
kind = "cpu"
name = ["{name} core {2}", "core {index}"]
value = "load"
"""
    cells: dict[Oid, dict[Oid, Value]] = {
        (1,): {(7, 0): 5, (7, 1): 6, (8, 0): 7},
        (2,): {(7,): 1001},
        (3,): {(1001,): b"RP0"},
    }

    assert [one.name for one in bench.components(text, cells)] == ["RP0 core 0", "RP0 core 1", "core 8.0"]


TWO = """
[objects]
here = "BOX.1"
there = "BOX.2"
[states.here]
ok = { 1 = "on" }
critical = { 2 = "off" }
absent = { 3 = "empty" }
[states.there]
ok = { 1 = "fed" }
warning = { 2 = "weak" }
unknown = { 3 = "?" }
[[part]]
kind = "power_supply"
name = "supply {index}"
state = { here = "here", there = "there" }
"""


@pytest.mark.parametrize(
    ("here", "there", "state", "words"),
    [
        (1, 1, State.OK, "on, fed"),
        (1, 2, State.WARNING, "weak"),
        (2, 2, State.CRITICAL, "off"),
        (3, 2, State.ABSENT, "empty"),
        (1, 3, State.OK, "on"),
        (None, 3, State.UNKNOWN, "?"),
        (1, None, State.OK, "on"),
    ],
)
def test_the_worst_of_several_states_counts(bench: Bench, here: Value, there: Value, state: State, words: str) -> None:
    (component,) = bench.components(TWO, {(1,): {(1,): here}, (2,): {(1,): there}})

    assert (component.state, component.text) == (state, words)


BITS = """
[objects]
flags = "BOX.1"
[states.flags]
bits = true
warning = { 0 = "low paper", 4 = "door open" }
critical = { 1 = "no paper" }
absent = { 7 = "no printer" }
[[part]]
kind = "health"
name = "printer"
state = { flags = "flags" }
"""


@pytest.mark.parametrize(
    ("raw", "state", "words"),
    [
        (b"\x00", State.OK, ""),
        (b"", State.OK, ""),
        (b"\x80", State.WARNING, "low paper"),
        (b"\x88", State.WARNING, "low paper, door open"),
        (b"\xc0", State.CRITICAL, "no paper"),
        (b"\x00\x01", State.OK, ""),
        (b"\xc1", State.ABSENT, "no printer"),
        (2, State.CRITICAL, "no paper"),
        (0, State.OK, ""),
    ],
)
def test_flags_are_read_bit_by_bit(bench: Bench, raw: Value, state: State, words: str) -> None:
    (component,) = bench.components(BITS, {(1,): {(1,): raw}})

    assert (component.state, component.text) == (state, words)


def test_states_in_words_are_read_without_regard_to_capitals(bench: Bench) -> None:
    text = TWO.replace('1 = "fed"', 'ok = "fed"').replace('2 = "weak"', '"needs care" = "weak"')

    assert bench.components(text, {(2,): {(1,): b"Needs Care"}})[0].state is State.WARNING


@pytest.mark.parametrize(
    ("better", "names"), [({(1,): 5}, ["new 1"]), ({(1,): 0}, ["new 1", "old 1"]), ({}, ["old 1"])]
)
def test_a_fallback_counts_only_where_nothing_better_is_found(
    bench: Bench, better: dict[Oid, Value], names: list[str]
) -> None:
    text = """
[objects]
new = { oid = "BOX.1", absent = [0] }
old = "BOX.2"
[[part]]
kind = "cpu"
name = "new {index}"
value = "new"
[[part]]
kind = "cpu"
name = "old {index}"
value = "old"
fallback = true
"""
    assert [one.name for one in bench.components(text, {(1,): better, (2,): {(1,): 7}})] == names


def test_metrics_are_in_base_units_and_without_what_is_absent(bench: Bench) -> None:
    text = """
[objects]
load = { oid = "BOX.1", absent = [255] }
[[part]]
kind = "cpu"
name = "CPU {index}"
value = "load"
"""
    health = evaluate(bench.profile(text), reading({(1,): {(1,): 50, (2,): 255}}))

    assert health.metrics == {"cpu_ratio[CPU 1]": 0.5}


def test_everything_a_profile_needs_is_wanted_once(bench: Bench) -> None:
    text = """
[objects]
load = { oid = "BOX.1", times = "unit" }
unit = "BOX.2.0"
entity = "BOX.3"
name = { oid = "BOX.4", via = "entity" }
type = "BOX.5"
limit = "BOX.6"
[[part]]
kind = "load"
name = ["{name}", "{name} {index}"]
value = "load"
when = { type = [1], "{1}" = [1] }
limits = { critical = "limit" }
"""
    columns, singles = wanted(bench.profile(text))

    assert (sorted(columns), singles) == ([(*BOX, number) for number in (1, 3, 4, 5, 6)], ((*BOX, 2, 0),))


@pytest.mark.parametrize(
    ("state", "outcome"),
    [
        (State.OK, Outcome.OK),
        (State.WARNING, Outcome.DEGRADED),
        (State.CRITICAL, Outcome.FAILED),
        (State.UNKNOWN, Outcome.ERROR),
        (State.ABSENT, None),
    ],
)
def test_a_state_is_an_outcome_of_a_check(state: State, outcome: Outcome | None) -> None:
    assert state.outcome is outcome
