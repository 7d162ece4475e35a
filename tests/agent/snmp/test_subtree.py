"""Walking for people: everything that is there, as it comes, with its types, whatever the device does."""

import asyncio

import pytest

from agent.snmp.ber import Oid, Tag, VarBind
from agent.snmp.credentials import Access
from agent.snmp.devices import open_device
from agent.snmp.errors import Silent
from agent.snmp.subtree import Subtree, subtree
from rules.secret import Secret
from tests.agent.snmp import wire
from tests.agent.snmp.responder import Behaviour, responder

ROOT: Oid = (1, 3, 6, 1, 2, 1, 2, 2, 1)
OBJECTS = wire.table((*ROOT, 2), [wire.text(b"port %d" % number) for number in range(60)]) | wire.table(
    (*ROOT, 9), [wire.number(number, wire.TICKS) for number in range(60)]
)
OTHERS = {(1, 3, 6, 1, 2, 1, 3, 1, 0): wire.number(1)}
MIB = wire.Mib(OBJECTS | OTHERS)


def walked(
    behave: Behaviour, version: str = "v2c", most: int = 1000, patience_s: float = 2.0
) -> tuple[list[VarBind], Subtree]:
    """What a walk brings from a device that behaves so."""

    async def run() -> tuple[list[VarBind], Subtree]:
        async with responder(behave) as device:
            opened = open_device(Access("test", version, Secret("word")), device.address, device.port)
            walk = Subtree(ROOT, most)
            try:
                found = [one async for fresh in subtree(opened, walk, patience_s) for one in fresh]
            finally:
                opened.close()
            return found, walk

    return asyncio.run(run())


@pytest.mark.parametrize("version", ["v1", "v2c"])
def test_all_that_is_below_the_place_comes_once_and_in_order(version: str) -> None:
    found, walk = walked(MIB.answer, version, patience_s=8.0)

    assert [one.oid for one in found] == sorted(OBJECTS)
    assert {one.tag for one in found} == {Tag.OCTET_STRING, Tag.TIME_TICKS}
    assert walk.faults == []


def test_a_device_that_repeats_itself_is_left_with_the_fault_told() -> None:
    def circles(asked: wire.Question) -> bytes:
        return wire.reply(asked, [((*ROOT, 2, 7), wire.text(b"again"))])

    found, walk = walked(circles)

    assert [one.oid for one in found] == [(*ROOT, 2, 7)]
    assert "do not increase" in walk.faults[0]


def test_a_device_without_getbulk_is_walked_row_by_row() -> None:
    def deaf(asked: wire.Question) -> bytes | None:
        return None if asked.kind == wire.GET_BULK else MIB.answer(asked)

    found, walk = walked(deaf, most=20, patience_s=0.3)

    assert len(found) == 20
    assert walk.faults == ["1.3.6.1.2.1.2.2.1: more than 20 values"]


def test_a_device_that_says_too_big_is_asked_for_less() -> None:
    def small(asked: wire.Question) -> bytes:
        if asked.kind == wire.GET_BULK and asked.repetitions > 3:
            return wire.refusal(asked, 1)
        return MIB.answer(asked)

    found, walk = walked(small)

    assert len(found) == len(OBJECTS)
    assert walk.faults == []


def test_silence_in_the_midst_is_a_fault_and_keeps_what_came() -> None:
    def stops(asked: wire.Question) -> bytes | None:
        return MIB.answer(asked) if asked.oids[0] == ROOT else None

    found, walk = walked(stops, patience_s=0.2)

    assert len(found) == 10
    assert "no answer" in walk.faults[0]


def test_silence_from_the_beginning_is_raised() -> None:
    with pytest.raises(Silent):
        walked(lambda asked: None, patience_s=0.2)
