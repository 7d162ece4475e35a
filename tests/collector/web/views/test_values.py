"""Measured values with the units their names tell."""

import pytest

from collector.web.views.target import bracket, value_text, worded_values


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("used_ratio", 0.98765, "98.7 %"),
        ("used_ratio[/var]", 0.5, "50.0 %"),
        ("available_bytes", 3 << 30, "3.0 GiB"),
        ("body_bytes", 512, "512 B"),
        ("received_bytes_per_s[eth0]", 2048, "2.0 KiB/s"),
        ("rtt_us", 4123, "4123 µs"),
        ("total_ms", 12.5, "12.5 ms"),
        ("left_days", 41, "41 d"),
        ("errors_per_s[eth0]", 0.5, "0.5 /s"),
        ("errors_s[uplink1]", 0.5, "0.5 /s"),
        ("uptime_s", 86_400, "86400 s"),
        ("status", 200, "200"),
        ("speed_bps", 10_000_000_000, "10 Gb/s"),
        ("in_bps[uplink1]", 1536, "1.536 kb/s"),
        ("temperature_c[inlet]", 23.5, "23.5 °C"),
        ("sessions_count", 1200, "1200"),
    ],
)
def test_a_value_is_told_with_its_unit(name: str, value: float, told: str) -> None:
    assert value_text(name, value) == told


def test_the_whole_comes_before_its_parts_and_shares_before_other_values() -> None:
    values = {"a_bytes": 1.0, "used_ratio[/]": 0.1, "z_ratio": 0.5}
    assert [name for name, _ in worded_values(values)] == ["z", "a bytes", "used[/]"]


def test_a_name_leaves_the_unit_to_the_value_and_a_part_as_it_is_called() -> None:
    assert worded_values({"rtt_max_us": 4.0}) == (("rtt max", "4 µs"),)
    assert worded_values({"used_ratio[/srv/my_data]": 0.5}) == (("used[/srv/my_data]", "50.0 %"),)


def test_a_bracket_names_the_day_only_where_it_differs() -> None:
    day = 1_790_000_000_000

    assert bracket([day, day + 60_000], "UTC") == "14:13:20 … 14:14:20"
    assert bracket([day, day + 86_400_000], "UTC") == "2026-09-21 14:13:20 … 2026-09-22 14:13:20"
    assert bracket([None, day], "UTC") == "– … 2026-09-21 14:13:20"
    assert bracket(None, "UTC") == ""
