"""Which ways in a credential gives."""

import pytest

from agent.probes.probe import credential
from agent.snmp.credentials import ways_in

COMMUNITY = credential("lab", {"kind": "snmp", "community": "c"})
USER = credential(
    "v3", {"kind": "snmp", "user": "u", "auth": "SHA-256", "auth_key": "k", "priv": "AES-256", "priv_key": "p"}
)


def test_a_community_is_version_2c_unless_it_says_otherwise() -> None:
    old = credential("old", {"kind": "snmp", "community": "c", "version": "1"})

    assert [way.version for way in ways_in((COMMUNITY, old))] == ["v2c", "v1"]


def test_long_aes_keys_are_tried_in_both_ways() -> None:
    assert [(way.auth, way.priv) for way in ways_in((USER,))] == [("sha256", "aes256"), ("sha256", "aes256-blumenthal")]


def test_a_version_admits_only_its_own() -> None:
    assert [way.name for way in ways_in((COMMUNITY, USER), "v1")] == ["lab"]
    assert {way.name for way in ways_in((COMMUNITY, USER), "v3")} == {"v3"}


def test_credentials_of_another_kind_are_passed_over() -> None:
    assert list(ways_in((credential("web", {"kind": "http", "token": "t"}),))) == []


def test_secrets_do_not_print_themselves() -> None:
    assert "'k'" not in repr(list(ways_in((USER,))))


def test_an_unknown_protocol_is_named() -> None:
    with pytest.raises(ValueError, match="rot13"):
        list(ways_in((credential("x", {"kind": "snmp", "user": "u", "auth": "rot13"}),)))
