import shutil
from pathlib import Path

import pytest

from agent.snmp.profile_file import read_head
from agent.snmp.profile_library import SHIPPED, Library, library
from agent.snmp.profile_values import parse_oid
from rules.errors import Invalid, Missing

BOX = """
title = "Boxes"
match = [{ object_id = "1.3.6.1.4.1.99999" }]
use = ["box-fans"]
"""
FANS = """
title = "Fans of boxes"
[objects]
fan = "1.3.6.1.4.1.99999.1.1.2"
[[part]]
kind = "fan"
name = "fan {index}"
value = "fan"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "blocks").mkdir()
    (tmp_path / "blocks" / "box-fans.toml").write_text(FANS, "utf-8")
    (tmp_path / "boxes.toml").write_text(BOX, "utf-8")
    return tmp_path


def chosen(object_id: str, descr: str = "") -> str:
    return library().choose(parse_oid(object_id), descr).name


def test_every_shipped_profile_and_block_is_right() -> None:
    library().check()


def test_every_shipped_block_is_used() -> None:
    files = [*SHIPPED.glob("*.toml"), *(SHIPPED / "blocks").glob("*.toml")]
    used = {block for path in files for block in read_head(path).uses}

    assert {path.stem for path in (SHIPPED / "blocks").glob("*.toml")} == used


def test_no_two_shipped_profiles_want_the_same_devices() -> None:
    wanted = [
        (match.object_id, match.descr and match.descr.pattern)
        for name in library().names()
        for match in library().load(name).matches
    ]

    assert len(wanted) == len(set(wanted))


@pytest.mark.parametrize(
    ("object_id", "descr", "name"),
    [
        ("1.3.6.1.4.1.9.1.1208", "Cisco IOS Software, C2960X Software, Version 15.0(2a)EX5", "cisco-ios"),
        (
            "1.3.6.1.4.1.9.1.2494",
            "Cisco IOS Software, Catalyst L3 Switch (CAT9K_IOSXE), 17.3",
            "cisco-ios-xe",
        ),
        ("1.3.6.1.4.1.9.1.2404", "Cisco Adaptive Security Appliance Version 9.12(2)", "cisco-asa"),
        ("1.3.6.1.4.1.9.12.3.1.3.2193", "Cisco NX-OS(tm) n9000", "cisco-nx-os"),
        ("1.3.6.1.4.1.9.6.1.95.26.1", "26-port Gigabit Managed Switch", "cisco-small-business"),
        ("1.3.6.1.4.1.2011.2.23.276", "S5720-36C-EI-AC Huawei Versatile Routing Platform", "huawei-vrp"),
        ("1.3.6.1.4.1.2011.2.321.9", "USG6330", "huawei-usg"),
        ("1.3.6.1.4.1.2011.2.235", "", "huawei-ibmc"),
        ("1.3.6.1.4.1.1916.2.473", "7520-48Y-8C-FabricEngine (9.0.4.0)", "extreme-voss"),
        ("1.3.6.1.4.1.1916.2.168", "ExtremeXOS (X460G2-48t-10G4) version 22.4", "extreme-exos"),
        ("1.3.6.1.4.1.4242.4242", "Something nobody knows", "generic"),
    ],
)
def test_a_device_gets_the_profile_of_its_family(object_id: str, descr: str, name: str) -> None:
    assert chosen(object_id, descr) == name


def test_a_device_without_an_identity_is_generic() -> None:
    assert library().choose(None).name == "generic"


def test_an_unknown_profile_is_missing_and_what_was_meant_is_told() -> None:
    with pytest.raises(Missing, match="did you mean 'cisco-ios'"):
        library().load("cisco-io")


def test_a_profile_has_its_own_parts_before_those_of_its_blocks(folder: Path) -> None:
    own = FANS.partition("[objects]")[2].replace('kind = "fan"', 'kind = "cpu"')
    (folder / "boxes.toml").write_text(f"{BOX}[objects]{own}", "utf-8")

    assert [part.kind for part in Library([folder]).load("boxes").parts] == ["cpu", "fan"]


def test_a_file_of_ones_own_stands_in_for_the_shipped_one(folder: Path) -> None:
    shutil.move(folder / "boxes.toml", folder / "cisco-ios.toml")

    assert Library([folder]).load("cisco-ios").title == "Boxes"


def test_the_first_of_several_folders_counts(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    other = tmp_path_factory.mktemp("other")
    (other / "boxes.toml").write_text(BOX.replace("Boxes", "Other boxes"), "utf-8")

    assert Library([other, folder]).load("boxes").title == "Other boxes"


def test_choosing_reads_no_more_than_the_heads_and_the_one_profile(folder: Path) -> None:
    (folder / "broken.toml").write_text('title = "Broken"\n[objects]\nno TOML', "utf-8")

    assert Library([folder]).choose((1, 3, 6, 1, 4, 1, 99999, 1)).name == "boxes"


def test_a_profile_is_read_once(folder: Path) -> None:
    shelf = Library([folder])
    first = shelf.load("boxes")
    (folder / "boxes.toml").unlink()

    assert shelf.load("boxes") is first


def test_the_library_of_the_same_folders_is_made_once(folder: Path) -> None:
    assert library((str(folder),)) is library((str(folder),))


def test_all_broken_heads_are_told_at_once(folder: Path) -> None:
    for name in ("one", "two"):
        (folder / f"{name}.toml").write_text("title = 5", "utf-8")

    with pytest.raises(Invalid) as raised:
        Library([folder])
    assert len(raised.value.mistakes) == 2


def test_a_check_tells_what_is_wrong_behind_the_heads(folder: Path) -> None:
    (folder / "boxes.toml").write_text(BOX.replace("box-fans", "box-fens"), "utf-8")

    with pytest.raises(Invalid, match="there is no block 'box-fens', did you mean 'box-fans'"):
        Library([folder]).check()


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="does not exist"):
        Library([tmp_path / "nowhere"])


def test_a_name_that_cannot_be_typed_is_told(folder: Path) -> None:
    (folder / "My Boxes.toml").write_text(BOX, "utf-8")

    with pytest.raises(Invalid, match="needs a name of small letters"):
        Library([folder])


def test_a_block_is_not_matched(folder: Path) -> None:
    block = 'match = [{ object_id = "1.3.6.1.4.1.99999" }]' + FANS
    (folder / "blocks" / "box-fans.toml").write_text(block, "utf-8")

    with pytest.raises(Invalid, match="a block is for the profiles that use it"):
        Library([folder]).load("boxes")


def test_a_block_that_uses_itself_is_told(folder: Path) -> None:
    (folder / "blocks" / "box-fans.toml").write_text('use = ["box-fans"]' + FANS, "utf-8")

    with pytest.raises(Invalid, match="uses itself"):
        Library([folder]).load("boxes")
