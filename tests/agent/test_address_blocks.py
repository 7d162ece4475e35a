"""Blocks and ranges of addresses, as people write them; Python's own ipaddress is the second opinion."""

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.address_blocks import expand
from rules.errors import Invalid

MOST = 70_000


@pytest.mark.parametrize(
    ("word", "addresses"),
    [
        ("192.0.2.7", ["192.0.2.7"]),
        ("2001:db8::7", ["2001:db8::7"]),
        ("[2001:db8::7]", ["2001:db8::7"]),
        ("fe80::1%eth0", ["fe80::1%eth0"]),
        ("192.0.2.0/30", ["192.0.2.1", "192.0.2.2"]),
        ("192.0.2.7/30", ["192.0.2.5", "192.0.2.6"]),
        ("192.0.2.6/31", ["192.0.2.6", "192.0.2.7"]),
        ("192.0.2.6/32", ["192.0.2.6"]),
        ("2001:db8::/126", ["2001:db8::1", "2001:db8::2", "2001:db8::3"]),
        ("2001:db8::/127", ["2001:db8::", "2001:db8::1"]),
        ("192.0.2.254-192.0.3.1", ["192.0.2.254", "192.0.2.255", "192.0.3.0", "192.0.3.1"]),
        ("192.0.2.9-11", ["192.0.2.9", "192.0.2.10", "192.0.2.11"]),
        ("192.0.2.9-9", ["192.0.2.9"]),
        ("2001:db8::fe-2001:db8::100", ["2001:db8::fe", "2001:db8::ff", "2001:db8::100"]),
        ("255.255.255.254-255.255.255.255", ["255.255.255.254", "255.255.255.255"]),
    ],
)
def test_a_word_stands_for_its_addresses(word: str, addresses: list[str]) -> None:
    assert expand(word, MOST) == addresses


@pytest.mark.parametrize("word", ["web-1", "core.example", "10.example", "3com", "a-10.0.0.1", "localhost"])
def test_a_name_is_left_to_the_resolver(word: str) -> None:
    assert expand(word, MOST) is None


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("192.0.2.0/33", "from 0 to 32"),
        ("2001:db8::/129", "from 0 to 128"),
        ("192.0.2.0/", "from 0 to 32"),
        ("192.0.2.0/255.255.255.0", "from 0 to 32"),
        ("192.0.2/24", "Expected 4 octets"),
        ("web/24", "Expected 4 octets"),
        ("192.0.2.256", "not permitted"),
        ("192.0.2", "Expected 4 octets"),
        ("192.0.2.7%eth0", "zone"),
        ("2001:db8:::7", "neither an IPv4 nor an IPv6 address"),
        ("192.0.2.20-192.0.2.10", "ends before it begins"),
        ("192.0.2.20-2001:db8::1", "one end is IPv4"),
        ("192.0.2.20-300", "not permitted"),
        ("192.0.2.20-", "no range"),
        ("10.0.0.0/8", "16,777,214 addresses; at most 70,000"),
        ("2001:db8::/64", "at most 70,000"),
        ("10.0.0.0-10.255.255.255", "16,777,216 addresses"),
    ],
)
def test_what_cannot_be_is_told_with_its_reason(word: str, said: str) -> None:
    with pytest.raises(Invalid) as told:
        expand(word, MOST)

    assert word in str(told.value)
    assert said in str(told.value)


@given(st.integers(0, 2**32 - 1), st.integers(18, 32))
def test_a_block_has_the_hosts_that_pythons_own_module_counts(value: int, length: int) -> None:
    address = ipaddress.IPv4Address(value)
    network = ipaddress.ip_network(f"{address}/{length}", strict=False)

    assert expand(f"{address}/{length}", MOST) == [str(host) for host in network.hosts()]


@given(st.integers(0, 2**128 - 1), st.integers(116, 128))
def test_a_block_of_ipv6_too(value: int, length: int) -> None:
    address = ipaddress.IPv6Address(value)
    network = ipaddress.ip_network(f"{address}/{length}", strict=False)

    assert [ipaddress.ip_address(one) for one in expand(f"{address}/{length}", MOST) or ()] == list(network.hosts())
