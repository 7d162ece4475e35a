"""Names and addresses."""

import asyncio

import pytest

from agent.names import Unresolved, resolve
from agent.stream import split


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "[::1]", "fe80::1%lo"])
def test_an_address_stands_for_itself(host: str) -> None:
    assert asyncio.run(resolve(host)) == [host.strip("[]")]


def test_a_name_gives_each_address_once() -> None:
    found = asyncio.run(resolve("localhost"))

    assert len(found) == len(set(found)) > 0


@pytest.mark.parametrize("host", ["", "no-such-host.invalid", "a" * 300, "x..y"])
def test_what_does_not_resolve_is_told(host: str) -> None:
    with pytest.raises(Unresolved):
        asyncio.run(resolve(host))


def test_an_address_of_the_other_family_is_none() -> None:
    with pytest.raises(Unresolved):
        asyncio.run(resolve("127.0.0.1", "ipv6"))


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("host", ("host", 7)),
        ("host:80", ("host", 80)),
        ("::1", ("::1", 7)),
        ("[::1]:80", ("::1", 80)),
        ("[::1]", ("::1", 7)),
    ],
)
def test_host_and_port_are_split(text: str, place: tuple[str, int]) -> None:
    assert split(text, 7) == place


@pytest.mark.parametrize("text", ["", ":80", "host:x", "host:0", "host:70000", "a b", "host/path"])
def test_what_is_no_place_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is no"):
        split(text, 7)
