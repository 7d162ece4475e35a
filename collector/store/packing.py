"""Packs: many batches as one blob, much smaller than each alone; unpacking gives back every byte."""

from collections.abc import Iterator, Sequence

from collector.store.entry import Entry


def pack(entries: Sequence[Entry], before: bytes) -> bytes:
    """The entries as one blob. ``before`` is the hash of the entry before the first."""
    raise NotImplementedError


def unpack(blob: bytes) -> Iterator[Entry]:
    """The entries of a pack, in order, with their hashes."""
    raise NotImplementedError
