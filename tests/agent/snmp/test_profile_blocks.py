"""Blocks of which no recording has enough: what they make of rows as the MIBs define them."""

import pytest

from agent.snmp.ber import Oid, Value
from agent.snmp.health import Component, evaluate, wanted
from agent.snmp.profile import State
from agent.snmp.profile_library import library
from agent.snmp.table import Table

BGP: Oid = (1, 3, 6, 1, 2, 1, 15, 3, 1)
OSPF: Oid = (1, 3, 6, 1, 2, 1, 14, 10, 1)
POE: Oid = (1, 3, 6, 1, 2, 1, 105, 1, 3, 1, 1)


def only(cells: dict[Oid, dict[Oid, Value]]) -> Component:
    """The one component that a router makes of these rows."""
    profile = library().load("cisco-ios")
    columns, _ = wanted(profile)
    assert set(cells) <= set(columns)
    (component,) = evaluate(profile, Table(cells)).components
    return component


@pytest.mark.parametrize(("state", "admin", "told"), [(6, 2, State.OK), (3, 2, State.CRITICAL), (1, 1, State.ABSENT)])
def test_a_bgp_peer_that_was_stopped_on_purpose_is_no_fault(state: int, admin: int, told: State) -> None:
    peer = (192, 0, 2, 1)

    component = only({(*BGP, 2): {peer: state}, (*BGP, 3): {peer: admin}})

    assert (component.key, component.state) == ("neighbour:BGP 192.0.2.1", told)


@pytest.mark.parametrize(("state", "told"), [(8, State.OK), (4, State.OK), (3, State.WARNING), (1, State.CRITICAL)])
def test_an_ospf_neighbour_may_stay_two_way(state: int, told: State) -> None:
    component = only({(*OSPF, 6): {(192, 0, 2, 9, 0): state}})

    assert (component.key, component.state) == ("neighbour:OSPF 192.0.2.9", told)


@pytest.mark.parametrize(("state", "told"), [(1, State.OK), (2, State.ABSENT), (3, State.CRITICAL)])
def test_power_over_ethernet_has_its_state_and_its_load(state: int, told: State) -> None:
    component = only({(*POE, 2): {(1,): 370}, (*POE, 3): {(1,): state}, (*POE, 4): {(1,): 74}})

    assert (component.state, component.value) == (told, None if told is State.ABSENT else 20.0)
