"""The plugin protocol, with the vectors of the guidelines."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.nagios import Datum, Range, Status, metric, parse_output, parse_range, perfdata, status

LINE = "'C: used'=12.5GB;~:20;@10:20;0;100 /=2643MB;5948;5958;0;5968 time=0.002722s;;;0.000000 rta=U"


def test_a_line_of_four_tokens_is_read() -> None:
    assert perfdata(LINE) == [
        Datum("C: used", 12.5, "GB", Range(-float("inf"), 20), Range(10, 20, inside=True), 0, 100),
        Datum("/", 2643, "MB", Range(0, 5948), Range(0, 5958), 0, 5968),
        Datum("time", 0.002722, "s", None, None, 0, None),
        Datum("rta", None),
    ]


@pytest.mark.parametrize(
    ("text", "value", "alerts"),
    [
        ("10", 10, False),
        ("10", 10.1, True),
        ("10", -0.1, True),
        ("10:", 9.99, True),
        ("~:10", -5, False),
        ("@10:20", 10, True),
        ("@10:20", 9.99, False),
        ("1:", 0, True),
    ],
)
def test_ranges_alert_outside_and_with_an_at_sign_inside(text: str, value: float, alerts: bool) -> None:
    found = parse_range(text)

    assert found is not None
    assert found.alerts(value) is alerts


@pytest.mark.parametrize("text", ["", "@", "a:b", "1:x", None])
def test_what_is_no_range_is_none(text: str | None) -> None:
    assert parse_range(text) is None


def test_a_quoted_quote_is_one_quote() -> None:
    assert perfdata("'it''s here'=1")[0].label == "it's here"


def test_exponents_and_decimal_commas_are_read() -> None:
    assert [datum.value for datum in perfdata("a=1.5e3 b=2,5")] == [1500, 2.5]


@pytest.mark.parametrize(
    ("token", "found"),
    [
        ("time=3ms", ("time_s", 0.003)),
        ("time=250us", ("time_s", 0.00025)),
        ("time=5ns", ("time_s", 5e-9)),
        ("load=42%", ("load_ratio", 0.42)),
        ("size=2KB", ("size_bytes", 2000)),
        ("size=2KiB", ("size_bytes", 2048)),
        ("size=3PB", ("size_bytes", 3e15)),
        ("hits=17c", ("hits", 17)),
        ("speed=3furlongs", ("speed", 3)),
        ("'C: used'=1", ("C:_used", 1)),
        ("rta=U", None),
    ],
)
def test_values_come_in_base_units(token: str, found: tuple[str, float] | None) -> None:
    assert metric(perfdata(token)[0]) == found


def test_text_and_data_are_taken_from_first_and_later_lines() -> None:
    found = parse_output(b"DISK OK | /=1MB\nlong text\nmore | /home=2MB\n/var=3MB\n")

    assert (found.text, found.long_text) == ("DISK OK", "long text\nmore")
    assert [datum.label for datum in found.data] == ["/", "/home", "/var"]


def test_a_plugin_that_prints_nothing_says_nothing() -> None:
    assert parse_output(b"").text == ""


def test_bytes_that_are_no_text_are_replaced() -> None:
    assert parse_output(b"OK \xff\xfe").text == "OK \ufffd\ufffd"


def test_output_is_read_up_to_64_kib() -> None:
    assert len(parse_output(b"x" * 100_000).text) == 65536


@pytest.mark.parametrize(
    ("code", "said"),
    [(0, Status.OK), (2, Status.CRITICAL), (4, Status.UNKNOWN), (127, Status.UNKNOWN), (-9, Status.UNKNOWN)],
)
def test_only_four_codes_say_something(code: int, said: Status) -> None:
    assert status(code) is said


@given(st.binary(max_size=300))
def test_no_output_whatever_breaks_the_reading(octets: bytes) -> None:
    for datum in parse_output(octets).data:
        metric(datum)
