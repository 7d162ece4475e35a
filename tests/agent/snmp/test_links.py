"""Lines between devices, and the ways that lead to them."""

from agent.snmp.links import Link, Seen, links, parents
from agent.snmp.lldp import Neighbour


def seen(place: int, *heard: Neighbour, name: str = "") -> Seen:
    return Seen((f"192.0.2.{place}",), name or f"sw-{place}", f"00:00:00:00:00:{place:02x}", heard)


def hears(place: int, port: str, their_port: str = "", **more: object) -> Neighbour:
    return Neighbour(port, f"00:00:00:00:00:{place:02x}", their_port, **more)  # type: ignore[arg-type]


def test_a_line_both_ends_tell_of_is_one_line() -> None:
    assert links([seen(0, hears(1, "a1", "b1")), seen(1, hears(0, "b1", "a1"))]) == [Link(0, 1, "a1", "b1")]


def test_a_line_only_one_end_tells_of_is_a_line() -> None:
    assert links([seen(0), seen(1, hears(0, "b1", "a1"))]) == [Link(1, 0, "b1", "a1")]


def test_two_lines_between_two_devices_are_two() -> None:
    both = [seen(0, hears(1, "a1", "b1"), hears(1, "a2", "b2")), seen(1, hears(0, "b1", "a1"), hears(0, "b2", "a2"))]
    assert len(links(both)) == 2


def test_a_neighbour_is_known_by_its_address_when_its_chassis_is_not() -> None:
    odd = Neighbour("a1", "unknown", addresses=("192.0.2.1",))
    assert links([seen(0, odd), seen(1)]) == [Link(0, 1, "a1", "")]


def test_a_neighbour_is_known_by_its_name_with_or_without_a_domain() -> None:
    odd = Neighbour("a1", "unknown", name="SW-1.example.net")
    assert links([seen(0, odd), seen(1)]) == [Link(0, 1, "a1", "")]


def test_a_name_that_two_devices_have_names_none() -> None:
    odd = Neighbour("a1", "unknown", name="switch")
    assert links([seen(0, odd), seen(1, name="switch"), seen(2, name="switch")]) == []


def test_a_neighbour_that_was_not_found_is_no_line() -> None:
    assert links([seen(0, hears(9, "a1"))]) == []


def test_each_is_reached_through_the_neighbours_nearer_to_the_root() -> None:
    ring = [Link(0, 1, "", ""), Link(0, 2, "", ""), Link(1, 3, "", ""), Link(2, 3, "", ""), Link(3, 4, "", "")]
    assert parents(5, ring, [0]) == {1: (0,), 2: (0,), 3: (1, 2), 4: (3,)}


def test_what_no_root_leads_to_has_no_parent() -> None:
    assert parents(4, [Link(0, 1, "", ""), Link(2, 3, "", "")], [0]) == {1: (0,)}


def test_without_a_root_nothing_is_proposed() -> None:
    assert parents(2, [Link(0, 1, "", "")], []) == {}
