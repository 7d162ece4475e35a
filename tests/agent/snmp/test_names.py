"""Objects by name: what people type, what they are shown, and what becomes of mistakes."""

import re
import tomllib

import pytest

from agent.snmp import names
from agent.snmp.name_table import FOLDER, nodes
from agent.snmp.names import Names, shipped
from agent.snmp.node import Node
from agent.snmp.profile_library import SHIPPED
from rules.errors import Invalid, Missing

SYS_UP_TIME = (1, 3, 6, 1, 2, 1, 1, 3, 0)
IF_DESCR = (1, 3, 6, 1, 2, 1, 2, 2, 1, 2)


@pytest.mark.parametrize(
    ("word", "oid"),
    [
        ("sysUpTime.0", SYS_UP_TIME),
        ("SNMPv2-MIB::sysUpTime.0", SYS_UP_TIME),
        ("IF-MIB::ifDescr.1", (*IF_DESCR, 1)),
        ("ifdescr.1", (*IF_DESCR, 1)),
        (".1.3.6.1.2.1.1.3.0", SYS_UP_TIME),
        ("1.3.6.1.2.1.1.3.0", SYS_UP_TIME),
        ("mib-2", (1, 3, 6, 1, 2, 1)),
        ("lldpRemSysName.0.5.1", (1, 0, 8802, 1, 1, 2, 1, 4, 1, 1, 9, 0, 5, 1)),
    ],
)
def test_an_object_is_found_by_what_people_call_it(word: str, oid: tuple[int, ...]) -> None:
    assert shipped().oid(word) == oid


def test_an_object_that_has_a_name_is_shown_by_it_with_its_index() -> None:
    assert names.named((*IF_DESCR, 3)) == "IF-MIB::ifDescr.3"


def test_an_object_nobody_named_is_shown_by_the_nearest_name_above_it() -> None:
    assert names.named((1, 3, 6, 1, 4, 1, 9, 1, 516)) == "SNMPv2-SMI::cisco.1.516"


def test_an_object_outside_of_the_tree_is_shown_by_its_number() -> None:
    assert names.named((2, 16, 840)) == "2.16.840"


def test_a_name_is_found_again_by_what_it_is_shown_as() -> None:
    known = shipped()

    assert all(known.oid(known.named(node.oid)) == node.oid for node in nodes())


def test_an_unknown_name_is_told_with_the_one_that_was_meant() -> None:
    with pytest.raises(Missing, match="did you mean 'sysUpTime'"):
        shipped().oid("sysUptme.0")


@pytest.mark.parametrize("word", ["", "1..3", "1.3.x", "1.3.99999999999", "sysUpTime.zero", "1.3.٣"])
def test_what_is_no_object_is_refused(word: str) -> None:
    with pytest.raises(Invalid):
        shipped().oid(word)


def test_a_single_object_may_be_named_without_its_0() -> None:
    assert shipped().value_oid("sysUpTime") == SYS_UP_TIME


def test_a_column_without_an_index_is_no_value() -> None:
    with pytest.raises(Invalid, match=re.escape("IF-MIB::ifDescr is no single value")):
        shipped().value_oid("ifDescr")


@pytest.mark.parametrize("word", ["ifTable", "1.3.6.1.2.1.2.2", "1.3.6.1.2.1.2.2.1"])
def test_a_table_is_found_by_name_number_and_entry(word: str) -> None:
    title, entry, columns, index = shipped().table(word)

    assert (title, entry, index) == ("IF-MIB::ifTable", IF_DESCR[:-1], ("number",))
    assert [node.name for node in columns][:3] == ["ifIndex", "ifDescr", "ifType"]


def test_a_name_of_two_objects_must_be_told_apart_by_its_mib() -> None:
    known = Names([Node((1, 3, 1), "A-MIB", "same"), Node((1, 3, 2), "B-MIB", "same")])

    with pytest.raises(Invalid, match=r"(?s)several objects.*A-MIB::same.*B-MIB::same"):
        known.oid("same")
    assert known.oid("B-MIB::same") == (1, 3, 2)


def test_names_given_besides_count_for_more() -> None:
    known = shipped().with_nodes([Node(IF_DESCR, "OUR-MIB", "ourDescr")])

    assert known.named((*IF_DESCR, 1)) == "OUR-MIB::ourDescr.1"


def test_no_object_stands_twice_in_the_table() -> None:
    every = [node.oid for node in nodes()]

    assert len(every) == len(set(every))


def test_every_name_is_written_as_smi_writes_names() -> None:
    assert [node.title for node in nodes() if not re.fullmatch(r"[a-z][A-Za-z0-9-]*", node.name)] == []


def test_the_standard_objects_that_profiles_poll_have_names() -> None:
    """Those of mib-2, of net-snmp and of the big network vendors; small vendors have none of their own here."""
    polled = set()
    for path in sorted(SHIPPED.rglob("*.toml")):
        for given in tomllib.loads(path.read_text(encoding="utf-8")).get("objects", {}).values():
            polled.add(given if isinstance(given, str) else given["oid"])
    known = {node.oid for node in nodes()}
    standard = [
        oid
        for oid in (tuple(map(int, text.split("."))) for text in polled)
        if oid[:6] == (1, 3, 6, 1, 2, 1) or oid[:7] == (1, 3, 6, 1, 4, 1, 2021)
    ]

    assert len(standard) > 40
    assert [oid for oid in standard if (oid[:-1] if oid[-1] == 0 else oid) not in known] == []


def test_the_folder_of_mibs_holds_nothing_that_is_not_read() -> None:
    assert {path.suffix for path in FOLDER.iterdir() if path.is_file()} == {".toml"}
