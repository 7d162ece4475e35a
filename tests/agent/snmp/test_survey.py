"""One device as several checks look at it."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

import pytest

from agent.probes.probe import silent
from agent.snmp.credentials import Access
from agent.snmp.errors import Silent
from agent.snmp.survey import SYS_DESCR, SYS_OBJECT_ID, Kind, Survey, Tables, open_survey
from rules.secret import Secret
from tests.agent.probes.switch import Switch
from tests.agent.snmp.responder import Responder, responder

LAB = Access("lab", "v2c", community=Secret("reading"))
ALL = Tables(ports=True, health=True)


def kind(device: Responder, *ways: Access) -> Kind:
    return Kind(device.address, device.port, ways or (LAB,), "auto", ())


def at(switch: Switch) -> AbstractAsyncContextManager[Responder]:
    return responder(switch.answer)


def soon(seconds: float = 2.0) -> float:
    return asyncio.get_running_loop().time() + seconds


def test_checks_that_agree_on_the_way_share_a_survey_until_the_last_one_leaves() -> None:
    async def run() -> tuple[bool, bool]:
        async with at(Switch(uptime=1000)) as device:
            one, other = open_survey(kind(device), 1, ALL), open_survey(kind(device), 2, ALL)
            same = one is other
            one.close(1)
            still = open_survey(kind(device), 3, ALL) is other
            other.close(2)
            other.close(3)
            anew = open_survey(kind(device), 4, ALL)
            anew.close(4)
            return same and still, anew is other

    assert asyncio.run(run()) == (True, False)


def test_checks_with_other_credentials_do_not_share() -> None:
    async def run() -> bool:
        async with at(Switch(uptime=1000)) as device:
            one = open_survey(kind(device), 1, ALL)
            other = open_survey(kind(device, Access("other", "v2c", community=Secret("else"))), 2, ALL)
            one.close(1)
            other.close(2)
            return one is other

    assert not asyncio.run(run())


def surveyed(switch: Switch, story: Callable[[Survey], object]) -> None:
    async def run() -> None:
        async with at(switch) as device:
            survey = open_survey(kind(device), 1, ALL)
            try:
                await story(survey)  # type: ignore[misc]
            finally:
                survey.close(1)

    asyncio.run(run())


def test_the_profile_is_chosen_once_and_again_after_a_restart() -> None:
    switch = Switch(uptime=50_000)

    async def story(survey: Survey) -> None:
        for uptime in (50_000, 50_010, 100):
            switch.set(uptime=uptime)
            await survey.alive(1, 0, soon(), silent)
            await survey.health(1, 0, soon(), 1000)

    surveyed(switch, story)

    assert sum(question.oids == (SYS_OBJECT_ID, SYS_DESCR) for question in switch.questions) == 2


def test_the_clocks_of_the_host_are_not_asked_each_time() -> None:
    switch = Switch(uptime=50_000)

    async def story(survey: Survey) -> None:
        for _ in range(3):
            await survey.alive(1, 0, soon(), silent)

    surveyed(switch, story)

    assert [len(question.oids) for question in switch.questions] == [1, 5, 1, 1]


def test_restarts_are_counted_and_the_last_one_is_kept() -> None:
    switch = Switch(uptime=50_000)
    counts = []

    async def story(survey: Survey) -> None:
        for uptime in (50_000, 100, 110, 50):
            switch.set(uptime=uptime)
            counts.append((await survey.alive(1, 0, soon(), silent)).restarts)

    surveyed(switch, story)

    assert counts == [0, 1, 1, 1]


def test_a_table_of_a_device_that_was_not_reached_is_not_there() -> None:
    async def story(survey: Survey) -> None:
        await survey.ports(1, 0, soon(), 1000)

    with pytest.raises(Silent):
        surveyed(Switch(uptime=1000), story)
