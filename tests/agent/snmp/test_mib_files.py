"""Names out of MIB files that people have."""

import os
from pathlib import Path

import pytest

from agent.snmp import mib_files
from agent.snmp.node import Node
from rules.errors import Invalid

pytest.importorskip("pysmi", reason="needs the Python package pysmi")

MIB = """
ACME-MIB DEFINITIONS ::= BEGIN
IMPORTS
    MODULE-IDENTITY, OBJECT-TYPE, NOTIFICATION-TYPE, Integer32, IpAddress, enterprises FROM SNMPv2-SMI
    DisplayString, MacAddress, TEXTUAL-CONVENTION FROM SNMPv2-TC
    SnmpAdminString FROM SNMP-FRAMEWORK-MIB
    ifIndex FROM IF-MIB;
-- 设备
acme MODULE-IDENTITY
    LAST-UPDATED "202611210000Z" ORGANIZATION "x" CONTACT-INFO "x" DESCRIPTION "x" ::= { enterprises 99999 }
Tenths ::= TEXTUAL-CONVENTION DISPLAY-HINT "d-1" STATUS current DESCRIPTION "x" SYNTAX Integer32
acmeTemperature OBJECT-TYPE
    SYNTAX Tenths MAX-ACCESS read-only STATUS current DESCRIPTION "x" ::= { acme 1 }
acmeState OBJECT-TYPE
    SYNTAX INTEGER { good(1), bad(2) } MAX-ACCESS read-only STATUS current DESCRIPTION "x" ::= { acme 2 }
acmeFlags OBJECT-TYPE
    SYNTAX BITS { hot(0), cold(1) } MAX-ACCESS read-only STATUS current DESCRIPTION "x" ::= { acme 3 }
acmeTable OBJECT-TYPE
    SYNTAX SEQUENCE OF AcmeEntry MAX-ACCESS not-accessible STATUS current DESCRIPTION "x" ::= { acme 4 }
acmeEntry OBJECT-TYPE
    SYNTAX AcmeEntry MAX-ACCESS not-accessible STATUS current DESCRIPTION "x"
    INDEX { ifIndex, acmePeer, acmeMac, IMPLIED acmeName } ::= { acmeTable 1 }
AcmeEntry ::= SEQUENCE { acmePeer IpAddress, acmeMac MacAddress, acmeName SnmpAdminString }
acmePeer OBJECT-TYPE
    SYNTAX IpAddress MAX-ACCESS read-only STATUS current DESCRIPTION "x" ::= { acmeEntry 1 }
acmeMac OBJECT-TYPE
    SYNTAX MacAddress MAX-ACCESS read-only STATUS current DESCRIPTION "x" ::= { acmeEntry 2 }
acmeName OBJECT-TYPE
    SYNTAX SnmpAdminString MAX-ACCESS read-only STATUS current DESCRIPTION "x" ::= { acmeEntry 3 }
acmeAlarm NOTIFICATION-TYPE STATUS current DESCRIPTION "x" ::= { acme 0 1 }
END
"""
ACME = (1, 3, 6, 1, 4, 1, 99_999)


def read(folder: Path, cache: Path, **files: str) -> tuple[dict[str, Node], list[str]]:
    folder.mkdir(exist_ok=True)
    for name, text in files.items():
        (folder / name).write_bytes(text.encode("gb18030"))
    nodes, faults = mib_files.nodes([folder], cache)
    return {node.name: node for node in nodes}, faults


@pytest.fixture(scope="module")
def acme(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Node]:
    place = tmp_path_factory.mktemp("mibs")
    nodes, faults = read(place / "files", place / "cache", anything=MIB)
    assert faults == []
    return nodes


def test_objects_have_their_numbers_and_their_mib(acme: dict[str, Node]) -> None:
    assert (acme["acmeState"].oid, acme["acmeState"].title) == ((*ACME, 2), "ACME-MIB::acmeState")
    assert acme["acmeState"].scalar
    assert acme["acmeAlarm"].oid == (*ACME, 0, 1)


def test_enumerations_bits_and_hints_are_kept(acme: dict[str, Node]) -> None:
    assert acme["acmeState"].states == {1: "good", 2: "bad"}
    assert (acme["acmeFlags"].form, acme["acmeFlags"].states) == ("bits", {0: "hot", 1: "cold"})
    assert acme["acmeTemperature"].form == "d-1"
    assert (acme["acmeName"].form, acme["acmeMac"].form) == ("text", "mac")


def test_the_index_of_a_table_is_known_by_its_parts(acme: dict[str, Node]) -> None:
    assert acme["acmeTable"].index == ("number", "address", "mac", "implied text")


def test_what_was_compiled_is_used_again(tmp_path: Path) -> None:
    read(tmp_path / "files", tmp_path / "cache", acme=MIB)
    (compiled,) = (tmp_path / "cache").rglob("ACME-MIB.py")
    before = compiled.stat().st_mtime_ns

    nodes, _ = read(tmp_path / "files", tmp_path / "cache")
    assert "acmeState" in nodes
    assert compiled.stat().st_mtime_ns == before


def test_a_mib_that_cannot_be_read_is_told_and_the_others_are_used(tmp_path: Path) -> None:
    nodes, faults = read(
        tmp_path / "files", tmp_path / "cache", acme=MIB, broken="BROKEN-MIB DEFINITIONS ::= BEGIN\n ?? \nEND\n"
    )

    assert "acmeState" in nodes
    assert [fault for fault in faults if fault.startswith("BROKEN-MIB: cannot be read")]


def test_a_mib_that_is_missing_is_told(tmp_path: Path) -> None:
    needy = MIB.replace("ACME-MIB", "NEEDY-MIB").replace("ifIndex FROM IF-MIB", "ifIndex FROM FAR-AWAY-MIB")
    _, faults = read(tmp_path / "files", tmp_path / "cache", needy=needy)

    assert "FAR-AWAY-MIB: another MIB needs it, and it is in none of the folders" in faults


@pytest.mark.parametrize("make", [False, True])
def test_a_folder_without_mibs_is_refused(tmp_path: Path, make: bool) -> None:
    if make:
        (tmp_path / "files").mkdir()

    with pytest.raises(Invalid, match="no MIB" if make else "no folder"):
        mib_files.nodes([tmp_path / "files"], tmp_path / "cache")


def test_what_others_may_have_written_is_not_run(tmp_path: Path) -> None:
    read(tmp_path / "files", tmp_path / "cache", acme=MIB)
    (place,) = (tmp_path / "cache").iterdir()
    os.chmod(place, 0o777)  # noqa: PTH101

    with pytest.raises(Invalid, match="can be written by others"):
        read(tmp_path / "files", tmp_path / "cache")
