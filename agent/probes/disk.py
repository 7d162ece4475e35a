"""File systems and disks of the agent's host.

Space is judged by what an unprivileged writer can still write, inodes beside it; a file system that is missing, hangs
or turned read-only is a failure that no percentage shows. Disks are told by how long a request waits and how many wait,
not by "busy", which is normal for a disk with parallel queues.
"""

import asyncio
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from agent.counters import moved
from agent.fstab import Mount, expected, mounts
from agent.probes.probe import Log, Probe, Subject, option, silent
from agent.procfs import text
from agent.thread import in_thread
from rules.result import Outcome, Reading
from rules.threshold import Threshold


@dataclass(frozen=True, slots=True)
class Options:
    mounts: tuple[str, ...] = option((), "mount points to look at and expect; empty: all local ones and those of fstab")
    read_only: tuple[str, ...] = option((), "mount points that may be read-only")
    disks: bool = option(True, "also read waiting times and queues of the disks")


_LOCAL = frozenset({"ext2", "ext3", "ext4", "xfs", "btrfs", "zfs", "f2fs", "jfs", "reiserfs", "vfat", "exfat", "ntfs3"})
"""Types that hold data of this machine. Not here: images that are always full (squashfs, iso9660), kernel file systems,
and the network's, which are looked at when named or in fstab."""

_IN_MEMORY = frozenset({"tmpfs", "overlay", "ramfs", "squashfs", "iso9660"})

_NO_DISK = ("loop", "ram", "zram", "sr", "fd", "dm-", "md")
"""Block devices without a spindle of their own; what lies below them is counted itself."""


def watched(table: Iterable[Mount], wanted: Mapping[str, Mount]) -> dict[str, Mount]:
    """Mounts to look at when none are named, by mount point: the root, the local ones once per device, fstab's.

    The root is there whatever its type (an overlay in a container). Of bind mounts the first one stands for all.
    """
    found: dict[str, Mount] = {}
    devices: set[str] = set()
    for mount in table:
        local = mount.type in _LOCAL and mount.device not in devices
        if local or mount.point == "/" or mount.point in wanted:
            found[mount.point] = mount  # a later mount on the same point covers the earlier one
            devices.add(mount.device)
    return found


def space(point: str, statistics: os.statvfs_result) -> dict[str, float]:
    """Space and inodes of one mount. File systems that make inodes as they need them (0 of them) give none."""
    free = statistics.f_bavail * statistics.f_frsize
    used = (statistics.f_blocks - statistics.f_bfree) * statistics.f_frsize
    values: dict[str, float] = {}
    if used + free > 0:
        values[f"used_ratio[{point}]"] = round(used / (used + free), 4)
        values[f"free_bytes[{point}]"] = free
    inodes = statistics.f_files - statistics.f_ffree + statistics.f_favail
    if statistics.f_files > 0 and inodes > 0:
        values[f"inodes_used_ratio[{point}]"] = round(1 - statistics.f_favail / inodes, 4)
    return values


@dataclass(frozen=True, slots=True)
class Disk:
    """Counters of one disk since boot, from /proc/diskstats: requests done, milliseconds they took, and so on."""

    requests: int
    took_ms: int
    queue_ms: int
    read_bytes: int
    written_bytes: int


def disks(diskstats: str, whole: Iterable[str]) -> dict[str, Disk]:
    """Counters by disk, of those in ``whole`` (names of /sys/block). Sectors there are 512 bytes, always."""
    names = {name for name in whole if not name.startswith(_NO_DISK)}
    found = {}
    for line in diskstats.splitlines():
        words = line.split()
        if len(words) >= 14 and words[2] in names:
            read, _, sectors_in, read_ms, written, _, sectors_out, written_ms, _, _, queue_ms = map(int, words[3:14])
            found[words[2]] = Disk(read + written, read_ms + written_ms, queue_ms, sectors_in * 512, sectors_out * 512)
    return found


def activity(before: Mapping[str, Disk], after: Mapping[str, Disk], elapsed_s: float) -> dict[str, float]:
    """What the disks did between two looks. ``await_ms`` is the mean time a request took; none without requests."""
    values: dict[str, float] = {}
    for name, now in after.items():
        then = before.get(name)
        if then is None or elapsed_s < 0.5:
            continue
        requests, took = moved(then.requests, now.requests), moved(then.took_ms, now.took_ms)
        queued = moved(then.queue_ms, now.queue_ms)
        read, written = moved(then.read_bytes, now.read_bytes), moved(then.written_bytes, now.written_bytes)
        if requests is None or took is None or queued is None or read is None or written is None:
            continue
        if requests:
            values[f"await_ms[{name}]"] = round(took / requests, 2)
        values[f"queue[{name}]"] = round(queued / 1000 / elapsed_s, 3)
        values[f"read_bytes_s[{name}]"] = round(read / elapsed_s)
        values[f"written_bytes_s[{name}]"] = round(written / elapsed_s)
    return values


def judge(
    wanted: Iterable[str],
    writable: Iterable[str],
    mounted: Mapping[str, Mount],
    hanging: Iterable[str],
    broken: Mapping[str, OSError],
) -> list[str]:
    """What is wrong that no percentage shows, one phrase per mount; empty when all is well."""
    wrong = [f"{point} is not mounted" for point in wanted if point not in mounted]
    wrong += [f"{point} hangs" for point in sorted(hanging)]
    wrong += [f"{point}: {os.strerror(trouble.errno or 0).lower()}" for point, trouble in broken.items()]
    wrong += [f"{point} is read-only" for point in writable if point in mounted and mounted[point].read_only]
    return wrong


class DiskProbe(Probe):
    """Looks at every mount within the deadline, and never waits twice for a mount that hangs."""

    shape = Options
    thresholds = (
        Threshold("used_ratio", warn=0.85, critical=0.95, for_ms=1_800_000, clear=0.82),
        Threshold("inodes_used_ratio", warn=0.85, critical=0.95, for_ms=1_800_000, clear=0.82),
        Threshold("await_ms", warn=50, critical=200, for_ms=900_000, clear=25),
        Threshold("queue", warn=10, critical=30, for_ms=1_800_000, clear=5),
    )

    def __init__(
        self,
        options: Mapping[str, object] | None = None,
        local: Mapping[str, object] | None = None,
        log: Log = silent,
    ) -> None:
        super().__init__(options, local, log)
        self._asked: set[str] = set()
        self._hanging: set[str] = set()
        self._seen_writable: set[str] = set()
        self._disks: dict[str, Disk] = {}
        self._at_s = 0.0

    async def look(self, subject: Subject, deadline_s: float) -> Reading:
        options: Options = self.options
        fstab = expected(text("/etc/fstab"))
        table = mounts(text("/proc/self/mounts"))
        mounted = {mount.point: mount for mount in table}
        looked_at = (
            {point: mounted[point] for point in options.mounts if point in mounted}
            if options.mounts
            else watched(table, fstab)
        )
        found = await self._survey(looked_at, deadline_s * 0.8)

        values: dict[str, float] = {}
        broken: dict[str, OSError] = {}
        for point, answer in found.items():
            if isinstance(answer, OSError):
                broken[point] = answer
            else:
                values |= space(point, answer)
        if options.disks:
            values |= self._activity()

        wanted = options.mounts or tuple(fstab)
        # What was writable once, was named without "may be read-only", or stands in fstab without "ro" must be so.
        writable = self._seen_writable | set(options.mounts) | {p for p, mount in fstab.items() if not mount.read_only}
        self._seen_writable |= {point for point, mount in looked_at.items() if not mount.read_only}
        hanging = [point for point in looked_at if point in self._hanging]
        wrong = judge(wanted, sorted(writable - set(options.read_only)), mounted, hanging, broken)
        return Reading(Outcome.FAILED if wrong else Outcome.OK, values, "; ".join(wrong))

    async def _survey(self, points: Mapping[str, Mount], patience_s: float) -> dict[str, os.statvfs_result | OSError]:
        """statvfs of each mount. Local ones answer from memory; the others may hang, and are asked in a thread.

        A hanging statvfs can be neither interrupted nor ended. Its mount stays marked, and is not asked again, until
        the thread comes back.
        """
        found: dict[str, os.statvfs_result | OSError] = {}
        at_risk = [point for point, mount in points.items() if mount.type not in _LOCAL | _IN_MEMORY]
        for point in points.keys() - set(at_risk):
            found[point] = _ask(point)
        at_risk = [point for point in at_risk if point not in self._hanging]

        def ask_all() -> None:
            for point in at_risk:
                self._asked.add(point)
                found[point] = _ask(point)
                self._asked.discard(point)
                self._hanging.discard(point)

        if at_risk:
            try:
                await asyncio.wait_for(in_thread(ask_all, "statvfs"), patience_s)
            except TimeoutError:
                self._hanging |= self._asked
        return dict(found)

    def _activity(self) -> dict[str, float]:
        at_s = asyncio.get_running_loop().time()
        try:
            now = disks(text("/proc/diskstats"), os.listdir("/sys/block"))  # noqa: PTH208 - no Path objects per look
        except OSError:
            return {}
        values = activity(self._disks, now, at_s - self._at_s)
        self._disks, self._at_s = now, at_s
        return values


def _ask(point: str) -> os.statvfs_result | OSError:
    try:
        return os.statvfs(point)
    except OSError as trouble:
        return trouble
