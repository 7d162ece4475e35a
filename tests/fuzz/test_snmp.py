"""A short run of the SNMP fuzzer, and that it would see a fault."""

from contextlib import suppress

import pytest

from agent.snmp.message import Report
from tests.fuzz import snmp, snmp_doors
from tests.fuzz.mutation import Mutator


def test_nothing_but_the_promised_errors_comes_out_of_a_door() -> None:
    found = snmp.run(100_000, seed=20)

    assert found.faults == []
    assert found.packets >= 100_000


def test_mutations_go_deep_as_well_as_wrong() -> None:
    found = snmp.run(7_000, seed=3)

    assert found.read > 500
    assert set(found.refused) == {"Malformed", "Forged", "Report"}


@pytest.mark.parametrize("name", snmp_doors.doors())
def test_every_example_is_taken_by_its_door(name: str) -> None:
    door, examples = snmp_doors.doors()[name]
    taken = 0
    for example in examples:
        # A Report is raised as what it says.
        with suppress(Report):
            door(example)
        taken += 1

    assert taken == len(examples) > 0


def test_a_fault_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def weak(octets: bytes) -> None:
        if b"\x85" in octets:
            raise IndexError("a fault")

    monkeypatch.setattr(snmp, "doors", lambda: {"weak": (weak, [bytes(30)])})
    found = snmp.run(2_000, seed=1)

    assert found.faults
    assert all(name == "weak" and b"\x85" in packet for name, packet, _ in found.faults)


def test_the_same_seed_brings_the_same_bytes() -> None:
    first, second = Mutator(7, [bytes(range(60))]), Mutator(7, [bytes(range(60))])

    assert [first.next() for _ in range(200)] == [second.next() for _ in range(200)]
