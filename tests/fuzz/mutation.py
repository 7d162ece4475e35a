"""Good bytes made bad, the same way again for the same seed."""

from collections.abc import Sequence
from random import Random

_TELLING = bytes.fromhex("00 01 02 04 05 06 30 41 46 7f 80 81 82 84 85 88 a2 ff")
"""Octets that mean something to the encoding: types, long and indefinite lengths, ends of ranges."""
_LONGEST = 65_507


class Mutator:
    """Turns examples into what nobody meant to send."""

    def __init__(self, seed: int, examples: Sequence[bytes]) -> None:
        self._random = Random(seed)
        self._examples = list(examples)

    def next(self) -> bytes:
        """An example with one to five faults; rarely one of no example at all."""
        random = self._random.random
        if random() < 0.01:
            return self._random.randbytes(int(random() * 200))
        octets = bytearray(self._examples[int(random() * len(self._examples))])
        for _ in range(1 + int(random() ** 3 * 5)):
            self._harm(octets)
        return bytes(octets[:_LONGEST])

    def _harm(self, octets: bytearray) -> None:
        random = self._random.random
        size = len(octets)
        at = int(random() * size)
        kind = int(random() * 16)
        if not size or kind == 0:
            octets[at:at] = self._random.randbytes(1 + int(random() * 6))
        elif kind < 5:
            octets[at] = _TELLING[int(random() * len(_TELLING))]
        elif kind < 8:
            octets[at] = int(random() * 256)
        elif kind < 10:
            octets[at] ^= 1 << int(random() * 8)
        elif kind < 12:
            # Lengths stand near the beginning, and being off by one is what they do wrong.
            octets[at] = octets[at] + (1 if kind == 10 else -1) & 0xFF
        elif kind == 12:
            del octets[at : at + 1 + int(random() * 8)]
        elif kind == 13:
            del octets[at:]
        elif kind == 14:
            other = self._examples[int(random() * len(self._examples))]
            begin = int(random() * len(other))
            octets[at:at] = other[begin : begin + int(random() * 40)]
        else:
            # The same again and again: depth, endless names, many values.
            part = bytes(octets[at : at + 1 + int(random() * 24)])
            octets[at:at] = part * (1 + int(random() ** 4 * 200))
