"""What real devices say of their neighbours, with ports by the names of interfaces."""

import pytest

from agent.snmp import lldp
from agent.snmp.interfaces import COLUMNS, interfaces
from agent.snmp.lldp import Neighbour
from tests.agent.snmp.recordings.recording import names, table

pytestmark = pytest.mark.skipif(not names(), reason="the SNMP recordings are not beside the project")


def heard(name: str) -> tuple[Neighbour, ...]:
    read = table(name, (*COLUMNS, *lldp.COLUMNS), lldp.SCALARS)
    return lldp.neighbours(read, interfaces(read))


def test_the_own_chassis_is_a_mac_address_in_words() -> None:
    assert lldp.chassis(table("arista-7150s52-eos4_20", lldp.COLUMNS, lldp.SCALARS)) == "00:1c:73:b4:fd:69"


def test_a_neighbour_with_its_port_name_address_and_capability() -> None:
    assert heard("arista-7150s52-eos4_20")[0] == Neighbour(
        "Ethernet47", "44:4c:a8:31:3e:df", "Ethernet23", "ZJ-BP-Bak-Arista", ("172.16.229.22",), True
    )


@pytest.mark.parametrize(
    ("name", "port"),
    [
        ("aruba-6100-aoscx10_10", "1/1/14"),
        ("cisco-ie3200-iosxe17_12", "Gi1/1"),
        ("dlink-dgs1510-28", "eth1/0/26"),
        ("h3c-e528-comware5_20", "GigabitEthernet1/0/24"),
        ("juniper-mx960-junos12_3", "xe-1/2/0"),
        ("juniper-qfx5100-junos14_1", "xe-0/0/0"),
    ],
)
def test_ports_are_named_as_the_interfaces_are(name: str, port: str) -> None:
    assert port in {neighbour.port for neighbour in heard(name)}


def test_a_device_without_lldp_has_no_neighbours() -> None:
    assert heard("cisco-c3750-ios12_2_50") == ()
