"""Tables of devices that do everything wrong that devices in the field are known to do."""

import asyncio

import pytest

from agent.snmp.ber import Oid
from agent.snmp.errors import Silent
from agent.snmp.table import Table
from tests.agent.snmp.meeting import V1, V2C, meeting, table_of
from tests.agent.snmp.responder import Behaviour
from tests.agent.snmp.wire import (
    END_OF_VIEW,
    GET,
    GET_BULK,
    GET_NEXT,
    OCTETS,
    TICKS,
    UPTIME,
    Mib,
    Question,
    number,
    refusal,
    reply,
    table,
    text,
    tlv,
)

STATES: Oid = (1, 3, 6, 1, 4, 1, 9999, 1, 1, 1)
NAMES: Oid = (1, 3, 6, 1, 4, 1, 9999, 1, 1, 2)
OTHER: Oid = (1, 3, 6, 1, 4, 1, 9999, 2, 1, 1)
BEHIND: Oid = (1, 3, 6, 1, 4, 1, 9999, 3, 0)
UP = number(4242, TICKS)

SWITCH = Mib(
    {UPTIME: UP, BEHIND: number(1)}
    | table(STATES, [number(row % 3) for row in range(40)])
    | table(NAMES, [text(b"port %d" % row) for row in range(40)])
    | table(OTHER, [number(row) for row in range(5)])
)


def bulk_only_for(behave: Behaviour) -> Behaviour:
    """GETBULK is answered so, everything else rightly."""
    return lambda to: behave(to) if to.kind == GET_BULK else SWITCH.answer(to)


def test_a_good_table_comes_whole_and_without_a_fault() -> None:
    found = table_of(SWITCH.answer, STATES, NAMES, OTHER)

    assert [len(found.cells[column]) for column in (STATES, NAMES, OTHER)] == [40, 40, 5]
    assert found.cells[NAMES][(3,)] == b"port 2"
    assert (found.faults, found.uptime) == ((), 4242)


def test_the_end_of_the_view_and_the_end_of_the_table_are_no_faults() -> None:
    last = Mib({UPTIME: UP} | table(STATES, [number(1)]))

    assert table_of(last.answer, STATES).faults == table_of(SWITCH.answer, STATES).faults == ()


def test_the_same_object_again_ends_the_column_alone() -> None:
    def stuck(to: Question) -> bytes:
        rows = [(UPTIME, UP)]
        for _ in range(to.repetitions):
            rows += [((*STATES, 1), number(7)), SWITCH.next(to.oids[2])]
        return reply(to, rows)

    found = table_of(bulk_only_for(stuck), STATES, NAMES)

    assert found.cells[STATES] == {(1,): 7}
    assert len(found.cells[NAMES]) >= 1
    assert "do not increase" in found.faults[0]


def test_a_circle_of_growing_objects_ends() -> None:
    def circle(to: Question) -> bytes:
        return reply(to, [(UPTIME, UP), *(((*STATES, row), number(1)) for row in (1, 2, 3))])

    found = table_of(bulk_only_for(circle), STATES)

    assert len(found.cells[STATES]) == 3
    assert "do not increase" in found.faults[0]


@pytest.mark.parametrize("varbinds", [[], [(UPTIME, UP)]], ids=["nothing", "only sysUpTime"])
def test_an_empty_answer_without_an_error_ends_the_table(varbinds: list[tuple[Oid, bytes]]) -> None:
    def empty(to: Question) -> bytes:
        return SWITCH.answer(to) if to.kind == GET else reply(to, varbinds)

    found = table_of(empty, STATES)

    assert found.cells[STATES] == {}
    assert "an empty answer" in found.faults[0]


@pytest.mark.parametrize(
    "behave",
    [
        lambda to: None,
        lambda to: refusal(to, 5),
        lambda to: reply(to, []),
    ],
    ids=["silence", "genErr", "an empty answer"],
)
def test_a_device_without_getbulk_is_read_by_getnext_and_that_is_remembered(behave: Behaviour) -> None:
    async def run() -> tuple[Table, list[int]]:
        async with meeting(bulk_only_for(behave)) as (device, other):
            loop = asyncio.get_running_loop()
            await device.read([STATES], until=loop.time() + 2)
            seen = len(other.asked)
            found = await device.read([STATES], until=loop.time() + 2)
            return found, [to.kind for to in other.asked[seen:]]

    found, kinds = asyncio.run(run())

    assert (len(found.cells[STATES]), found.faults) == (40, ())
    assert set(kinds) == {GET_NEXT}


def test_a_device_whose_getbulk_gives_other_values_than_get_is_read_row_by_row() -> None:
    wrong = Mib(SWITCH.objects | table(NAMES, [text(b"nonsense")] * 40))

    async def run() -> tuple[Table, Table, set[int]]:
        async with meeting(lambda to: (wrong if to.kind == GET_BULK else SWITCH).answer(to)) as (device, other):
            loop = asyncio.get_running_loop()
            first = await device.read([STATES, NAMES], until=loop.time() + 3)
            seen = len(other.asked)
            second = await device.read([STATES, NAMES], until=loop.time() + 3)
            return first, second, {to.kind for to in other.asked[seen:]}

    first, second, kinds = asyncio.run(run())

    assert first.cells[NAMES][(3,)] == second.cells[NAMES][(3,)] == b"port 2"
    assert ("GETBULK gives other values" in first.faults[0], second.faults, kinds) == (True, (), {GET_NEXT})


def test_getbulk_is_held_against_get_once() -> None:
    async def run() -> list[int]:
        async with meeting(SWITCH.answer) as (device, other):
            loop = asyncio.get_running_loop()
            for _ in range(3):
                await device.read([STATES, NAMES], until=loop.time() + 3)
            return [to.kind for to in other.asked]

    assert asyncio.run(run()).count(GET) == 1


def test_an_endless_table_is_cut_off() -> None:
    def endless(to: Question) -> bytes:
        at = to.oids[-1][-1] if len(to.oids[-1]) > len(STATES) else 0
        return reply(to, [(UPTIME, UP), *(((*STATES, at + row), number(1)) for row in range(1, 101))])

    found = table_of(bulk_only_for(endless), STATES, most=500)

    assert 500 <= len(found.cells[STATES]) < 700
    assert "more than 500 values" in found.faults[0]


def test_a_reading_ends_when_its_time_is_over_and_keeps_what_came() -> None:
    def drip(to: Question) -> bytes:
        at = to.oids[-1][-1] if len(to.oids[-1]) > len(STATES) else 0
        return reply(to, [(UPTIME, UP), ((*STATES, at + 1), number(1))])

    found = table_of(bulk_only_for(drip), STATES, within_s=0.3)

    assert found.cells[STATES]
    assert "no time was left" in found.faults[0]


def test_values_of_wrong_types_are_handed_on_as_they_came() -> None:
    odd = Mib({UPTIME: UP} | table(STATES, [text(b"up"), number(-5), tlv(OCTETS, b"\xff\xfe")]))

    assert list(table_of(odd.answer, STATES).cells[STATES].values()) == [b"up", -5, b"\xff\xfe"]


def slow_for(column: Oid) -> Behaviour:
    """Says nothing to any question that names that column."""
    return lambda to: None if any(oid[: len(column)] == column for oid in to.oids) else SWITCH.answer(to)


def test_a_table_that_stalls_the_device_is_left_after_two_time_outs_and_the_others_are_read() -> None:
    found = table_of(slow_for(OTHER), STATES, OTHER)

    assert len(found.cells[STATES]) == 40
    assert found.cells[OTHER] == {}
    assert any("while the device answers other questions" in fault for fault in found.faults)


def test_a_table_that_stalled_the_device_is_left_alone_for_a_while_and_that_is_told() -> None:
    async def run() -> tuple[int, Table]:
        async with meeting(slow_for(OTHER)) as (device, other):
            loop = asyncio.get_running_loop()
            await device.read([OTHER], until=loop.time() + 2)
            seen = len(other.asked)
            again = await device.read([OTHER, STATES], until=loop.time() + 2)
            asked = sum(any(oid[: len(OTHER)] == OTHER for oid in to.oids) for to in other.asked[seen:])
            return asked, again

    asked, again = asyncio.run(run())

    assert asked == 0
    assert "left alone" in again.faults[0]
    assert len(again.cells[STATES]) == 40


def test_no_broken_table_makes_a_reading_fail() -> None:
    assert table_of(lambda to: SWITCH.answer(to) if to.kind == GET else None, STATES, within_s=2.0).cells[STATES] == {}


def test_a_device_that_is_away_is_told_as_silent_when_nothing_came() -> None:
    with pytest.raises(Silent):
        table_of(lambda to: None, STATES, OTHER, within_s=0.5)


def test_a_device_that_goes_away_keeps_what_it_said() -> None:
    answers = 0

    def dying(to: Question) -> bytes | None:
        nonlocal answers
        answers += 1
        return SWITCH.answer(to) if answers <= 1 else None

    found = table_of(dying, STATES, within_s=1.0)

    assert found.cells[STATES]
    assert "no answer" in found.faults[0]


def test_too_big_halves_the_rows() -> None:
    found = table_of(
        bulk_only_for(lambda to: refusal(to, 1) if to.repetitions > 3 else SWITCH.answer(to)), STATES, NAMES
    )

    assert (len(found.cells[STATES]), found.faults) == (40, ())


def test_a_column_the_device_refuses_ends_alone() -> None:
    def grumpy(to: Question) -> bytes:
        for index, oid in enumerate(to.oids, 1):
            if oid[: len(NAMES)] == NAMES:
                return refusal(to, 5, index)
        return SWITCH.answer(to)

    found = table_of(grumpy, STATES, NAMES)

    assert len(found.cells[STATES]) == 40
    assert found.cells[NAMES] == {}
    assert "genErr" in found.faults[0]


def test_an_old_device_ends_each_column_by_its_error() -> None:
    found = table_of(SWITCH.answer, STATES, OTHER, BEHIND[:-1], access=V1)

    assert [len(found.cells[column]) for column in (STATES, OTHER, BEHIND[:-1])] == [40, 5, 1]
    assert found.faults == ()


def test_answers_stay_below_a_frame_and_rows_grow_with_quick_answers() -> None:
    wide = Mib({UPTIME: UP} | table(STATES, [number(1)] * 700) | table(NAMES, [text(b"x" * 60)] * 700))

    async def run() -> tuple[list[int], list[int], int]:
        async with meeting(wide.answer) as (device, other):
            await device.read([STATES], until=asyncio.get_running_loop().time() + 3)
            narrow = [to.repetitions for to in other.asked]
            await device.read([STATES, NAMES], until=asyncio.get_running_loop().time() + 3)
            both = other.asked[len(narrow) :]
            return narrow, [len(wide.answer(to)) for to in both[1:]], device.pace.rows

    narrow, sizes, rows = asyncio.run(run())

    assert (narrow[0], max(narrow), rows) == (10, 50, 50)
    assert max(sizes) <= 1472


def test_rows_halve_after_a_time_out() -> None:
    lost = False

    def lossy(to: Question) -> bytes | None:
        nonlocal lost
        if to.kind == GET_BULK and to.oids[-1] != STATES and not lost:
            lost = sum(1 for _ in repeats if _ == to.number) >= 2
            repeats.append(to.number)
            return None
        return SWITCH.answer(to)

    repeats: list[int] = []

    async def run() -> tuple[Table, int]:
        async with meeting(lossy) as (device, _):
            found = await device.read([STATES], until=asyncio.get_running_loop().time() + 2)
            return found, device.pace.rows

    found, rows = asyncio.run(run())

    assert (len(found.cells[STATES]), rows) == (40, 5)


def test_sys_up_time_is_in_every_question_and_each_cell_knows_that_of_its_answer() -> None:
    ticks = iter(range(1000, 2000))

    def ticking(to: Question) -> bytes:
        varbinds = SWITCH.varbinds(to)
        now = number(next(ticks), TICKS)
        return reply(to, [(oid, now if oid == UPTIME else value) for oid, value in varbinds])

    async def run() -> tuple[Table, bool]:
        async with meeting(ticking) as (device, other):
            found = await device.read([STATES], until=asyncio.get_running_loop().time() + 2)
            return found, all(to.oids[0] == UPTIME[:-1] and to.skip == 1 for to in other.asked)

    found, always = asyncio.run(run())

    assert always
    assert found.uptime == found.uptime_of(STATES, (1,)) == 1000
    assert found.uptime_of(STATES, (40,)) == 1000 + 3


def test_a_device_that_hides_sys_up_time_is_read_without_it() -> None:
    hidden = Mib({oid: value for oid, value in SWITCH.objects.items() if oid != UPTIME})

    found = table_of(hidden.answer, STATES)

    assert (len(found.cells[STATES]), found.uptime, found.faults) == (40, None, ())


def test_a_device_that_fails_everything_asked_with_sys_up_time_is_asked_without() -> None:
    def touchy(to: Question) -> bytes:
        place = next((index for index, oid in enumerate(to.oids, 1) if oid[:9] == UPTIME[:-1]), 0)
        return refusal(to, 5, place) if place else SWITCH.answer(to)

    assert len(table_of(touchy, STATES).cells[STATES]) == 40


def test_scalars_come_along_and_what_is_absent_is_left_out() -> None:
    async def run() -> tuple[Table, int]:
        async with meeting(SWITCH.answer) as (device, other):
            found = await device.read([OTHER], [BEHIND, (1, 3, 9, 0)], until=asyncio.get_running_loop().time() + 2)
            return found, len(other.asked)

    found, asked = asyncio.run(run())

    assert found.scalars == {BEHIND: 1}
    assert (len(found.cells[OTHER]), asked) == (5, 2)


def test_an_answer_to_getnext_that_ends_a_v2c_column_has_no_fault() -> None:
    def plain(to: Question) -> bytes | None:
        if to.kind == GET_BULK:
            return refusal(to, 5)
        return reply(to, [(oid, END_OF_VIEW) for oid in to.oids]) if to.kind == GET_NEXT else SWITCH.answer(to)

    assert table_of(plain, STATES, access=V2C).faults == ()
