"""The batch format: what an agent writes is what the collector reads, and nothing malformed gets through."""

import contextlib
import json
import struct

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collector import encode as arrays
from collector.decode import SKEW_MAX, dating, decode, due_times
from rules.check import due
from rules.errors import Invalid, NinewardError
from rules.result import Outcome, Reading, Result
from rules.wire import MAGIC, Header, encode, header_bytes, integers, read_header

HEADER = Header("a_1", "0123456789abcdef", 7, sent_mono=1_000_000.5, sent_wall=1_700_000_000_000)
INT64 = st.integers(-(1 << 63), (1 << 63) - 1)

readings = st.builds(
    Reading,
    st.sampled_from(Outcome),
    st.dictionaries(
        st.sampled_from(["rtt_us", "free_ratio[/var]", "x"]),
        # A metric that is a whole number here and a fraction there travels as doubles, exact up to 2⁵³.
        st.one_of(st.integers(-(1 << 53), 1 << 53), st.floats(allow_nan=False, allow_infinity=False)),
        max_size=3,
    ),
    st.text(max_size=8).filter(lambda text: text.isprintable()),
)
results = st.lists(
    st.builds(
        Result,
        st.integers(1, (1 << 32) - 1),
        st.sampled_from([1, 500, 60_000, (1 << 31) - 1]),
        st.integers(-1, 1 << 20),
        st.integers(-(1 << 50), 1 << 50),
        readings,
    ),
    min_size=1,
    max_size=30,
)


@settings(deadline=None)
@given(results)
def test_everything_written_is_read_back(written: list[Result]) -> None:
    batch = decode(encode(HEADER, written))

    assert batch.header == HEADER
    assert batch.last_seq == 6 + len(written)
    for row, result in enumerate(written):
        assert (batch.handle[row], batch.interval[row], batch.at[row]) == (result.handle, result.interval, result.at)
        assert batch.slot[row] == result.slot
        assert tuple(Outcome)[batch.outcome[row]] is result.reading.outcome
        assert batch.values_of(row) == result.reading.values
        assert batch.texts.get(row, "") == result.reading.text


@given(INT64)
def test_integers_stay_integers(number: int) -> None:
    batch = decode(encode(HEADER, [Result(1, 1, 0, 0, Reading(Outcome.OK, {"n": number}))]))

    ((_, column),) = batch.values()["n"]

    assert column.tolist() == [number]
    assert column.dtype == np.int64


@given(st.lists(st.one_of(INT64, st.integers(0, 300)), max_size=40))
def test_arrays_write_the_same_columns_as_the_plain_writer(values: list[int]) -> None:
    assert arrays.integers(np.array(values, np.int64)) == b"".join(integers(values))


@given(st.integers(1, (1 << 32) - 1), st.integers(1, (1 << 31) - 1), st.integers(0, 1 << 31))
def test_due_times_of_arrays_are_those_of_the_agent(handle: int, interval: int, slot: int) -> None:
    found = due_times(np.array([handle]), np.array([interval]), np.array([slot]))

    assert found.tolist() == [due(handle, interval, slot)]


@settings(deadline=None, max_examples=300)
@given(results, st.data())
def test_a_damaged_body_is_refused_or_read_never_a_crash(written: list[Result], data: st.DataObject) -> None:
    body = bytearray(encode(HEADER, written))
    for _ in range(data.draw(st.integers(1, 4))):
        body[data.draw(st.integers(0, len(body) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(body)))

    # Anything but a batch or a NinewardError ends the test.
    with contextlib.suppress(NinewardError):
        batch = decode(bytes(body[:cut] if data.draw(st.booleans()) else body))
        assert len(batch.handle) == len(batch.at)


def test_every_truncation_is_refused_with_its_place() -> None:
    body = encode(HEADER, [Result(n, 60_000, 5, 300_000, Reading(Outcome.OK, {"rtt_us": n}, "x")) for n in (1, 2, 300)])

    for end in range(len(body)):
        with pytest.raises(Invalid, match=r"^byte \d+: "):
            decode(body[:end])


def test_bytes_left_over_are_refused() -> None:
    body = encode(HEADER, [Result(1, 60_000, 5, 0, Reading(Outcome.OK))])

    with pytest.raises(Invalid, match=f"byte {len(body)}: 1 bytes are left over"):
        decode(body + b"\0")


def test_unknown_header_fields_are_ignored() -> None:
    table = {**json.loads(header_bytes(HEADER)), "version": 2, "colour": "blue"}

    assert read_header(table, 8).boot == HEADER.boot


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("agent", 7),
        ("boot", ""),
        ("boot", "x" * 65),
        ("first_seq", 0),
        ("first_seq", True),
        ("first_seq", 1 << 60),
        ("sent_mono", "soon"),
        ("health", {"queue": "full"}),
        ("mono_lost", 1),
    ],
)
def test_an_ill_typed_header_is_refused(field: str, value: object) -> None:
    with pytest.raises(Invalid, match="byte 8"):
        read_header({**json.loads(header_bytes(HEADER)), field: value}, 8)


@pytest.mark.parametrize("word", ["a b", "a\n", "\ud800", "ü", "x" * 65])
@pytest.mark.parametrize("field", ["boot", "machine_boot"])
def test_a_boot_id_is_one_plain_word(field: str, word: str) -> None:
    """It stands in the line that the log's hash covers: what cannot be written there would spoil a whole commit."""
    with pytest.raises(Invalid, match="boot ids"):
        read_header({**json.loads(header_bytes(HEADER)), field: word}, 8)


def test_a_slot_beyond_all_time_is_refused() -> None:
    """Its instant would run out of 64 bits, in the log too, where it would spoil the commit of its neighbours."""
    far = Result(1, 1 << 30, 1 << 39, due(1, 1 << 30, 1 << 39), Reading(Outcome.OK))
    near = Result(1, 1 << 30, 0, due(1, 1 << 30, 0), Reading(Outcome.OK))

    for results in ([far], [near, far]):
        with pytest.raises(Invalid, match="slot"):
            decode(encode(HEADER, results))


def test_infinity_in_the_header_is_refused() -> None:
    table = json.loads(header_bytes(HEADER).replace(b"1000000.5", b"1e999"))

    with pytest.raises(Invalid, match="not finite"):
        read_header(table, 8)


def test_a_header_that_lacks_a_field_is_refused() -> None:
    with pytest.raises(Invalid, match="'sent_mono'"):
        read_header({"agent": "a", "boot": "b", "first_seq": 1, "sent_wall": 0}, 8)


def test_a_value_that_is_no_number_cannot_travel() -> None:
    with pytest.raises(Invalid, match="'x' is not a finite number"):
        encode(HEADER, [Result(1, 60_000, 0, 0, Reading(Outcome.OK, {"x": float("nan")}))])


def test_a_tiny_body_cannot_ask_for_a_huge_array() -> None:
    head = header_bytes(HEADER)
    body = MAGIC + struct.pack("<I", len(head)) + head + struct.pack("<I", 0xFFFFFFFF) + bytes(500)

    with pytest.raises(NinewardError, match="4294967295 results"):
        decode(body)


def test_results_are_dated_by_their_age_whatever_the_senders_clock_says() -> None:
    header = Header("a", "b", 1, sent_mono=50_000.0, sent_wall=123, rtt=200.0)

    offset, trusted = dating(header, 1_700_000_000_000)

    assert offset + 20_000 == 1_700_000_000_000 - 30_000 - 100
    assert trusted


def test_results_of_an_earlier_boot_are_dated_by_the_corrected_wall_clock() -> None:
    received, skew = 1_700_000_000_000, 2_000
    header = Header("a", "b", 1, 5.0, received - skew, mono_lost=True, wall_base=1_699_990_000_000)

    offset, trusted = dating(header, received)

    assert offset + 1_000 == 1_699_990_001_000 + skew
    assert trusted


def test_a_wall_clock_far_off_is_not_trusted() -> None:
    received = 1_700_000_000_000
    header = Header("a", "b", 1, 5.0, received - SKEW_MAX - 1, mono_lost=True, wall_base=0)

    assert dating(header, received)[1] is False
