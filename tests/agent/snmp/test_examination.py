"""What an examination finds out of devices that answer oddly."""

import asyncio

import pytest

from agent.snmp.credentials import Access
from agent.snmp.examination import examine
from agent.snmp.facts import Facts, Told
from rules.secret import Secret
from tests.agent.snmp import wire
from tests.agent.snmp.responder import Behaviour, responder

FRAME = 1472
MIB = wire.Mib(
    {
        (1, 3, 6, 1, 2, 1, 1, 1, 0): wire.text("交换机".encode("gb18030")),
        wire.UPTIME: wire.number(8_640_000, wire.TICKS),
        (1, 3, 6, 1, 2, 1, 1, 5, 0): wire.text(b"core-1"),
    }
    | wire.table((1, 3, 6, 1, 2, 1, 2, 2, 1, 2), [wire.text(b"Gigabit0/0/%d" % number) for number in range(200)])
)


def examined(behave: Behaviour, version: str = "v2c") -> tuple[Facts, list[wire.Question]]:
    """The facts of a device that behaves so, asked by a community, and all that it was asked."""

    async def run() -> tuple[Facts, list[wire.Question]]:
        async with responder(behave) as device:
            facts = await examine([Access("x", version, Secret("word"))], device.address, device.port, 0.3)
            return facts, device.asked

    return asyncio.run(run())


def test_a_device_is_told_by_its_own_words() -> None:
    facts, _ = examined(MIB.answer)

    assert (facts.descr, facts.name, facts.uptime) == ("交换机", "core-1", 8_640_000)
    assert facts.reply.told is Told.VALUES
    assert {name: reply.told for name, reply in facts.views.items()} == {
        "system": Told.VALUES,
        "interfaces": Told.VALUES,
        "entity": Told.NOTHING,
        "everything": Told.VALUES,
    }
    assert facts.large_bytes > FRAME


def test_large_answers_that_are_lost_show() -> None:
    def lossy(asked: wire.Question) -> bytes | None:
        answer = MIB.answer(asked)
        return answer if len(answer) <= FRAME else None

    facts, _ = examined(lossy)

    assert (facts.bulk.told, facts.large.told) == (Told.VALUES, Told.SILENT)


@pytest.mark.parametrize("status", [None, 5])
def test_a_device_without_getbulk_shows(status: int | None) -> None:
    def old(asked: wire.Question) -> bytes | None:
        if asked.kind == wire.GET_BULK:
            return None if status is None else wire.refusal(asked, status)
        return MIB.answer(asked)

    facts, _ = examined(old)

    assert facts.bulk.told is (Told.SILENT if status is None else Told.ERROR)
    assert facts.large.told is Told.UNASKED


def test_a_device_of_v1_shows_when_it_is_asked_by_v2c() -> None:
    facts, _ = examined(lambda asked: MIB.answer(asked) if asked.version == 0 else None)

    assert (facts.reply.told, facts.other_version) == (Told.SILENT, "v1")


def test_nothing_is_ever_written() -> None:
    _, asked = examined(MIB.answer)

    assert {question.kind for question in asked} == {wire.GET, wire.GET_NEXT, wire.GET_BULK}
