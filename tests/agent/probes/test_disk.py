"""File systems and disks: the traps of statvfs and mount tables."""

import asyncio
import os
import threading
from pathlib import Path

import pytest

from agent.fstab import Mount, expected, mounts
from agent.probes.disk import Disk, DiskProbe, activity, disks, judge, space, watched
from agent.probes.probe import Subject
from agent.procfs import text
from rules.result import Outcome
from tests.agent.probes.conftest import looks

TABLE = mounts(
    """/dev/sda1 / ext4 rw,relatime 0 0
proc /proc proc rw 0 0
tmpfs /run tmpfs rw 0 0
/dev/sda1 /run/bind ext4 rw 0 0
/dev/sdb1 /srv/my\\040data xfs ro 0 0
/dev/loop3 /snap/x squashfs ro 0 0
nas:/export /mnt/nas nfs4 rw 0 0
"""
)
FSTAB = """# comment
UUID=1 / ext4 errors=remount-ro 0 1
UUID=2 none swap sw 0 0
UUID=3 /backup ext4 noauto 0 0
UUID=4 /media/stick vfat nofail 0 0
nas:/export /mnt/nas nfs4 defaults 0 0
UUID=5 /missing ext4
"""


def statistics(blocks: int, free: int, available: int, files: int = 1000, spare: int = 900) -> os.statvfs_result:
    return os.statvfs_result((4096, 4096, blocks, free, available, files, spare, spare, 0, 255))


def test_all_local_mounts_are_watched_once_per_device_and_those_of_fstab() -> None:
    assert list(watched(TABLE, expected(FSTAB))) == ["/", "/srv/my data", "/mnt/nas"]


def test_the_root_is_watched_whatever_its_type() -> None:
    assert list(watched([Mount("overlay", "/", "overlay", frozenset())], {})) == ["/"]


def test_fstab_expects_what_is_mounted_at_boot() -> None:
    assert list(expected(FSTAB)) == ["/", "/mnt/nas", "/missing"]


def test_space_is_what_an_unprivileged_writer_has_left() -> None:
    found = space("/x", statistics(blocks=1000, free=150, available=100))

    assert found["used_ratio[/x]"] == round(850 / 950, 4)
    assert found["free_bytes[/x]"] == 100 * 4096
    assert found["inodes_used_ratio[/x]"] == 0.1


def test_a_file_system_without_fixed_inodes_has_no_share_of_them() -> None:
    assert "inodes_used_ratio[/x]" not in space("/x", statistics(10, 5, 5, files=0, spare=0))


def test_missing_hanging_broken_and_read_only_mounts_are_told() -> None:
    mounted = {mount.point: mount for mount in TABLE}

    assert judge(["/missing"], ["/srv/my data", "/"], mounted, ["/mnt/nas"], {"/x": OSError(5, "")}) == [
        "/missing is not mounted",
        "/mnt/nas hangs",
        "/x: input/output error",
        "/srv/my data is read-only",
    ]


STATS = """   8 0 sda 100 0 800 50 200 0 1600 150 0 120 200
   8 1 sda1 100 0 800 50 200 0 1600 150 0 120 200
   7 0 loop0 1 0 8 0 0 0 0 0 0 0 0
"""


def test_only_whole_disks_are_counted() -> None:
    assert disks(STATS, ["sda", "loop0", "dm-0"]) == {"sda": Disk(300, 200, 200, 800 * 512, 1600 * 512)}


def test_activity_is_waiting_time_queue_and_bytes() -> None:
    before = {"sda": Disk(0, 0, 0, 0, 0)}
    after = {"sda": Disk(100, 500, 20_000, 10_000, 20_000)}

    assert activity(before, after, 10) == {
        "await_ms[sda]": 5,
        "queue[sda]": 2,
        "read_bytes_s[sda]": 1000,
        "written_bytes_s[sda]": 2000,
    }


def test_a_disk_without_requests_has_no_waiting_time() -> None:
    still = {"sda": Disk(5, 5, 5, 5, 5)}

    assert "await_ms[sda]" not in activity(still, still, 10)


def test_this_machines_root_is_read() -> None:
    first, _ = looks("disk", times=2)

    assert first.outcome is Outcome.OK
    assert 0 < first.values["used_ratio[/]"] <= 1


def test_a_mount_that_is_expected_and_not_there_is_failed() -> None:
    found = looks("disk", times=1, mounts="/,/no/such/mount")[0]

    assert (found.outcome, found.text) == (Outcome.FAILED, "/no/such/mount is not mounted")
    assert "used_ratio[/]" in found.values


def test_a_mount_that_turned_read_only_is_failed(monkeypatch: pytest.MonkeyPatch) -> None:
    tables = iter(["/dev/sda1 / ext4 rw 0 0", "/dev/sda1 / ext4 ro 0 0"])
    monkeypatch.setattr("agent.probes.disk.text", lambda path: next(tables) if path.endswith("mounts") else text(path))

    first, second = looks("disk", times=2, disks=False)

    assert first.outcome is Outcome.OK
    assert (second.outcome, second.text) == (Outcome.FAILED, "/ is read-only")


def test_a_hanging_mount_is_told_once_waited_for_and_then_left_alone(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    release = threading.Event()
    asked: list[str] = []
    real = os.statvfs

    def hang(point: str) -> os.statvfs_result:
        if point == str(tmp_path):
            asked.append(point)
            release.wait(10)
        return real(point)

    table = f"/dev/sda1 / ext4 rw 0 0\nnas:/x {tmp_path} nfs4 rw 0 0\n"
    monkeypatch.setattr(os, "statvfs", hang)
    monkeypatch.setattr("agent.probes.disk.text", lambda path: table if path.endswith("mounts") else text(path))

    async def run() -> None:
        probe = DiskProbe({"mounts": f"/,{tmp_path}", "disks": "false"})
        for _ in range(2):
            found = await probe.look(Subject(""), 0.25)
            assert (found.outcome, found.text) == (Outcome.FAILED, f"{tmp_path} hangs")
            assert "used_ratio[/]" in found.values
        assert len(asked) == 1
        release.set()
        while probe._hanging:
            await asyncio.sleep(0.01)
        assert (await probe.look(Subject(""), 1)).outcome is Outcome.OK

    try:
        asyncio.run(run())
    finally:
        release.set()
