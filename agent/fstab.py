"""What is mounted, and what should be: readings of /proc/self/mounts and /etc/fstab."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Mount:
    """One line of either file. ``options`` are the mount options as they stand there."""

    device: str
    point: str
    type: str
    options: frozenset[str]

    @property
    def read_only(self) -> bool:
        return "ro" in self.options


def mounts(table: str) -> list[Mount]:
    """The mounts of a table in fstab form, in its order; comments and short lines are passed over."""
    found = []
    for line in table.splitlines():
        words = line.split()
        if len(words) >= 3 and not words[0].startswith("#"):
            options = frozenset(words[3].split(",")) if len(words) > 3 else frozenset({"defaults"})
            found.append(Mount(_plain(words[0]), _plain(words[1]), words[2], options))
    return found


def expected(fstab: str) -> dict[str, Mount]:
    """What /etc/fstab wants mounted at boot, by mount point.

    ``noauto`` and ``nofail`` say that its absence is no fault; swap has no mount point.
    """
    return {
        mount.point: mount
        for mount in mounts(fstab)
        if mount.point.startswith("/") and mount.type != "swap" and not mount.options & {"noauto", "nofail"}
    }


def _plain(word: str) -> str:
    """Blanks in these files are written as three octal digits behind a backslash."""
    if "\\" not in word:
        return word
    for code, character in (("\\040", " "), ("\\011", "\t"), ("\\012", "\n"), ("\\134", "\\")):
        word = word.replace(code, character)
    return word
