"""The profiles an agent has: which there are, which one is for a device, and each read when first wanted.

Those that come with the product lie in ``agent/snmp/profiles/``, what several of them share in its ``blocks/``. A
user's own folders are looked through first, so that a file of the same name stands in for the shipped one.
"""

from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from re import Pattern

from agent.snmp.ber import Oid
from agent.snmp.profile import Part, Profile
from agent.snmp.profile_file import NAME, Head, read_file, read_head
from rules.errors import Invalid, Missing
from rules.settings import suggest

SHIPPED = Path(__file__).parent / "profiles"
GENERIC = "generic"


class Library:
    """Profiles of these folders and of the product. Use ``library``, which keeps one for each set of folders.

    To choose, only the heads of the files are read, once; a profile is read whole when it is first loaded.
    """

    def __init__(self, folders: Sequence[Path] = ()) -> None:
        """Raises Invalid when a folder cannot be read, or the head of a file in one of them."""
        places = (*folders, SHIPPED)
        self._files = dict(_files(places, "."))
        self._block_files = dict(_files(places, "blocks"))
        self._profiles: dict[str, Profile] = {}
        self._blocks: dict[str, tuple[Part, ...]] = {}
        self._heads: dict[Oid, list[tuple[Pattern[str] | None, str]]] = {}
        mistakes: list[str] = []
        for name, path in self._files.items():
            try:
                head = read_head(path)
            except Invalid as wrong:
                mistakes.append(str(wrong))
                continue
            for match in head.matches:
                self._heads.setdefault(match.object_id, []).append((match.descr, name))
        if mistakes:
            raise Invalid("Device profiles cannot be used.", tuple(mistakes))

    def names(self) -> list[str]:
        """All profiles, by name."""
        return sorted(self._files)

    def load(self, name: str) -> Profile:
        """That profile. Raises Missing when there is none of this name, Invalid with all mistakes in its file."""
        if name not in self._profiles:
            if name not in self._files:
                raise Missing(f"There is no device profile {name!r}{suggest(name, self._files)}")
            head, parts = read_file(self._files[name])
            blocks = self._parts_of(head, self._files[name], ())
            self._profiles[name] = Profile(name, head.title, head.matches, head.uses, (*parts, *blocks))
        return self._profiles[name]

    def choose(self, object_id: Oid | None, descr: str = "") -> Profile:
        """The profile for a device by its sysObjectID and sysDescr: the longest prefix; of equals, the one whose
        pattern fits the description. ``generic`` where none fits. Raises Invalid when its file is wrong."""
        for length in range(len(object_id or ()), 1, -1):
            heads = self._heads.get((object_id or ())[:length], ())
            fitting = [(pattern is None, name) for pattern, name in heads if pattern is None or pattern.search(descr)]
            if fitting:
                return self.load(min(fitting, key=lambda one: one[0])[1])
        return self.load(GENERIC)

    def check(self) -> None:
        """Read every file. Raises Invalid with the mistakes of all of them."""
        mistakes: list[str] = []
        for name in self._files:
            try:
                self.load(name)
            except Invalid as wrong:
                mistakes.append(str(wrong))
        if mistakes:
            raise Invalid("Device profiles cannot be used.", tuple(dict.fromkeys(mistakes)))

    def _parts_of(self, head: Head, path: Path, above: tuple[str, ...]) -> Iterator[Part]:
        """The parts of the blocks a file uses, in order."""
        for name in head.uses:
            if name in above:
                raise Invalid(f"The profile {path} has 1 mistake:", (f"use: the block {name!r} uses itself",))
            if name not in self._block_files:
                fault = f"use: there is no block {name!r}{suggest(name, self._block_files)}"
                raise Invalid(f"The profile {path} has 1 mistake:", (fault,))
            if name not in self._blocks:
                block, parts = read_file(self._block_files[name])
                if block.matches:
                    fault = "match: a block is for the profiles that use it"
                    raise Invalid(f"The profile {self._block_files[name]} has 1 mistake:", (fault,))
                below = self._parts_of(block, self._block_files[name], (*above, name))
                self._blocks[name] = (*parts, *below)
            yield from self._blocks[name]


@cache
def library(folders: tuple[str, ...] = ()) -> Library:
    """The library of the product's profiles and these folders, made once."""
    return Library([Path(folder) for folder in folders])


def _files(places: Sequence[Path], below: str) -> Iterator[tuple[str, Path]]:
    """The files by name, those of the first place last, so that they stand in for others of their name."""
    for place in reversed(places):
        folder = place / below
        if below == "." and not folder.is_dir():
            raise Invalid(f"The folder of device profiles {folder} does not exist.")
        for path in sorted(folder.glob("*.toml")):
            if not NAME.fullmatch(path.stem):
                raise Invalid(f"The profile {path} needs a name of small letters, digits and hyphens.")
            yield path.stem, path
