"""Addresses as the kernel takes them and gives them."""

import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.icmp.destination import destination, destinations, packed, spelled
from rules.errors import Invalid


@pytest.mark.parametrize("address", ["192.0.2.1", "2001:db8::1", "::1"])
def test_an_address_is_spelled_as_it_was_given(address: str) -> None:
    assert str(destination(address)) == address


@pytest.mark.parametrize(("address", "family"), [("192.0.2.1", 4), ("2001:db8::1", 6)])
def test_the_family_is_known(address: str, family: int) -> None:
    assert destination(address).family == family


@pytest.mark.parametrize("addresses", [["192.0.2.1", "192.0.2.2"], ["192.0.2.1", "2001:db8::1", "fe80::1%lo"], []])
def test_many_are_what_each_is(addresses: list[str]) -> None:
    made = destinations(addresses)

    assert made == [destination(address) for address in addresses]
    assert [target.family for target in made] == [destination(address).family for address in addresses]


@pytest.mark.parametrize("wrong", ["192.0.2", "web", "192.0.2.1\0", ""])
def test_among_many_what_is_no_address_is_refused(wrong: str) -> None:
    with pytest.raises(Invalid):
        destinations(["192.0.2.1", wrong])


def test_a_link_local_address_keeps_its_zone() -> None:
    target = destination("fe80::1%lo")

    assert target.sockaddr == ("fe80::1", 0, 0, socket.if_nametoindex("lo"))
    assert str(target) == "fe80::1%lo"


def test_a_zone_may_be_a_number() -> None:
    assert destination("fe80::1%4711").sockaddr == ("fe80::1", 0, 0, 4711)


def test_a_zone_on_another_address_means_nothing_to_the_kernel() -> None:
    assert destination("2001:db8::1%lo") == destination("2001:db8::1")


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ("", "no IP address"),
        ("10.0.0", "no IP address"),
        ("10.0.0.256", "no IP address"),
        ("host.example", "no IP address"),
        ("::g", "no IP address"),
        ("fe80::1", "name the interface"),
        ("fe80::1%no-such-if", "no interface"),
        ("10.0.0.1\0", "no IP address"),
    ],
)
def test_what_cannot_be_asked_is_refused_in_words(wrong: str, said: str) -> None:
    with pytest.raises(Invalid, match=said):
        destination(wrong)


@given(st.binary(min_size=4, max_size=4))
def test_four_bytes_are_an_address(address: bytes) -> None:
    assert packed(address) == destination(socket.inet_ntoa(address))


def test_sixteen_bytes_are_an_address() -> None:
    assert str(packed(socket.inet_pton(socket.AF_INET6, "2001:db8::5"))) == "2001:db8::5"


def test_a_zone_whose_interface_is_gone_is_told_by_its_number() -> None:
    assert spelled(socket.inet_pton(socket.AF_INET6, "fe80::1") + (4711).to_bytes(4, "little")) == "fe80::1%4711"
