"""What an engine id tells of its device."""

import pytest

from agent.snmp.engine import engine


@pytest.mark.parametrize(
    ("octets", "enterprise", "made_of"),
    [
        ("8000000903001a2b3c4d5e", 9, "the MAC address 00:1a:2b:3c:4d:5e"),
        ("800007db01c0000201", 2011, "the address 192.0.2.1"),
        ("80001f880220010db8000000000000000000000001", 8072, "the address 2001:db8::1"),
        ("800063a20473776974636831", 25506, "the text 'switch1'"),
        ("80000a4c05deadbeef", 2636, "the octets deadbeef"),
        ("80001f88802088c212", 8072, "the octets 2088c212"),
        ("000000090200c00002010000", 9, "0200c00002010000"),
    ],
)
def test_vendor_and_origin_are_told(octets: str, enterprise: int, made_of: str) -> None:
    told = engine(bytes.fromhex(octets))

    assert (told.enterprise, told.made_of, told.fault) == (enterprise, made_of, "")


@pytest.mark.parametrize(
    ("octets", "fault"),
    [
        ("80000009", "5 to 32"),
        ("00" * 12, "zeros"),
        ("ff" * 12, "zeros or ones"),
        ("80" * 33, "5 to 32"),
        ("0000000901", "old form"),
    ],
)
def test_an_id_against_the_rules_says_so(octets: str, fault: str) -> None:
    assert fault in engine(bytes.fromhex(octets)).fault
