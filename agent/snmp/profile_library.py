"""The profiles an agent has: which there are, which one is for a device, and each read when first wanted.

Those that come with the product lie in ``agent/snmp/profiles/``, what several of them share in its ``blocks/``. A
user's own folders are looked through first, so that a file of the same name stands in for the shipped one.
"""

from collections.abc import Sequence
from pathlib import Path

from agent.snmp.ber import Oid
from agent.snmp.profile import Profile

SHIPPED = Path(__file__).parent / "profiles"


class Library:
    """Profiles of these folders and of the product. Use ``library``, which keeps one for each set of folders."""

    def __init__(self, folders: Sequence[Path] = ()) -> None:
        """Raises Invalid when a folder cannot be read, or the head of a file in one of them."""
        raise NotImplementedError

    def names(self) -> list[str]:
        """All profiles, by name."""
        raise NotImplementedError

    def load(self, name: str) -> Profile:
        """That profile. Raises Missing when there is none of this name, Invalid with all mistakes in its file."""
        raise NotImplementedError

    def choose(self, object_id: Oid | None, descr: str = "") -> Profile:
        """The profile for a device by its sysObjectID and sysDescr: the longest prefix; of equals, the one whose
        pattern fits the description. ``generic`` where none fits. Raises Invalid when its file is wrong."""
        raise NotImplementedError

    def check(self) -> None:
        """Read every file. Raises Invalid with the mistakes of all of them."""
        raise NotImplementedError


def library(folders: tuple[str, ...] = ()) -> Library:
    """The library of the product's profiles and these folders, made once."""
    raise NotImplementedError
