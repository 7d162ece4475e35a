"""The ports proposed are those somebody would be called for."""

import pytest

from agent.snmp.importance import ranked
from agent.snmp.interfaces import Admin, Interface, Oper
from agent.snmp.lldp import Neighbour
from agent.snmp.traffic import Counters

GIGABIT = 1_000_000_000


def port(
    name: str,
    row: int,
    alias: str = "",
    speed: int = GIGABIT,
    kind: int = 6,
    admin: Admin = Admin.UP,
    oper: Oper = Oper.UP,
) -> Interface:
    return Interface(name, Counters(row=row), name, alias, kind, admin, oper, speed)


def order(*ports: Interface, neighbours: tuple[Neighbour, ...] = ()) -> list[tuple[str, bool]]:
    return [(one.name, one.proposed) for one in ranked({one.name: one for one in ports}, neighbours)]


def test_a_port_that_leads_to_a_switch_is_proposed_before_all_others() -> None:
    beyond = Neighbour("Gi2", "aa:bb:cc:dd:ee:ff", name="core-1", forwards=True)
    assert order(port("Gi1", 1), port("Gi2", 2), neighbours=(beyond,))[0] == ("Gi2", True)


def test_a_plain_access_port_is_not_proposed() -> None:
    assert order(port("Gi1", 1), port("Gi2", 2)) == [("Gi1", False), ("Gi2", False)]


def test_a_telephone_does_not_make_a_port_worth_watching() -> None:
    telephone = Neighbour("Gi1", "aa:bb:cc:dd:ee:ff", name="SEP0011", forwards=False)
    assert order(port("Gi1", 1), neighbours=(telephone,)) == [("Gi1", False)]


@pytest.mark.parametrize("alias", ["uplink to core-1", "WAN carrier A", "上联核心交换机", "专线-电信"])
def test_an_alias_that_speaks_of_a_line_counts(alias: str) -> None:
    assert order(port("Gi1", 1, alias)) == [("Gi1", True)]


def test_an_alias_the_device_made_itself_says_nothing() -> None:
    assert ranked({"Vlan1": port("Vlan1", 1, "Vlan1 Interface")}, ())[0].reasons == ()


def test_the_few_fast_ports_stand_before_the_many() -> None:
    many = [port(f"Gi{number}", number) for number in range(1, 5)]
    assert order(*many, port("Te1", 9, speed=10 * GIGABIT))[0][0] == "Te1"


def test_a_port_that_is_switched_off_is_left_out() -> None:
    assert order(port("Gi1", 1, "uplink", admin=Admin.DOWN)) == []


def test_an_empty_socket_is_not_proposed() -> None:
    assert order(port("Te1", 1, speed=10 * GIGABIT, oper=Oper.DOWN), port("Gi1", 2)) == [("Gi1", False), ("Te1", False)]
