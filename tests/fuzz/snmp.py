"""Mutated SNMP messages at every door, counted and timed: ``python -m tests.fuzz.snmp --count 10000000``.

Ends with 1 when anything but the promised errors came out of a door, and prints the bytes that did it.
"""

import argparse
import resource
import sys
import traceback
from collections import Counter
from dataclasses import dataclass, field
from time import perf_counter, process_time

from tests.fuzz.mutation import Mutator
from tests.fuzz.snmp_doors import ALLOWED, doors

_SHOWN = 5


@dataclass
class Findings:
    """What a run has seen. ``slowest_s`` is CPU time, so that another program's turn is nobody's fault here."""

    packets: int = 0
    read: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    faults: list[tuple[str, bytes, str]] = field(default_factory=list)
    slowest_s: float = 0.0
    slowest: tuple[str, bytes] = ("", b"")


def run(count: int, seed: int) -> Findings:
    """Push about ``count`` packets through the doors, one door after the other."""
    found = Findings()
    entrances = doors()
    for place, (name, (door, examples)) in enumerate(entrances.items()):
        mutate = Mutator(seed + place, examples).next
        for _ in range(-(-count // len(entrances))):
            packet = mutate()
            began = perf_counter()
            try:
                door(packet)
                found.read += 1
            except ALLOWED as refused:
                found.refused[type(refused).__name__] += 1
            except Exception:
                found.faults.append((name, packet, traceback.format_exc()))
            took = perf_counter() - began
            if took > found.slowest_s:
                # Once more, by the CPU's clock: was it the packet, or the machine?
                began = process_time()
                try:
                    door(packet)
                except ALLOWED:
                    pass
                except Exception:
                    pass
                took = process_time() - began
                if took > found.slowest_s:
                    found.slowest_s, found.slowest = took, (name, packet)
            found.packets += 1
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description="Push mutated SNMP messages through every door of the engine.")
    parser.add_argument("--count", type=int, default=10_000_000)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began = process_time()
    found = run(asked.count, asked.seed)
    took = process_time() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    refused = ", ".join(f"{number:,} {name}" for name, number in found.refused.most_common())
    print(f"packets        {found.packets:,} (seed {asked.seed}, {took:.0f} s of CPU)")
    print(f"read           {found.read:,}; refused: {refused}")
    print(f"crashes        {len(found.faults):,}")
    name, packet = found.slowest
    print(f"slowest packet {found.slowest_s * 1000:.2f} ms, {len(packet):,} bytes at the door {name!r}")
    print(f"peak memory    {peak / 1024:.1f} MiB, {before / 1024:.1f} MiB before the first packet")
    for name, packet, fault in found.faults[:_SHOWN]:
        print(f"\nat the door {name!r}: {packet.hex()}\n{fault}")
    return 1 if found.faults else 0


if __name__ == "__main__":
    sys.exit(main())
