"""A switch with one port and one fan, answering on loopback, whose values a test changes between looks."""

import asyncio
from collections.abc import Callable
from typing import Any

from agent.probes import find
from agent.probes.probe import Probe, Subject, credential
from agent.snmp import interfaces
from agent.snmp.survey import HR_SYSTEM_UPTIME, SYS_UP_TIME
from rules.result import Reading
from tests.agent.snmp.responder import responder
from tests.agent.snmp.wire import COUNTER64, GET, TICKS, Mib, Oid, Question, number, text

READING = credential("lab", {"kind": "snmp", "community": "reading"})
SECOND = (101,)

Step = Callable[[], object] | None
"""What happens before a look."""


class Switch:
    """``set`` changes what it says; a value of None takes the object away. ``silent`` and ``mute_tables`` are how it
    fails to answer."""

    def __init__(self, **values: Any) -> None:
        self.values: dict[str, Any] = {"name": "Gi1", "admin": 1, "oper": 1, "speed": 1000, "octets_in": 0, "row": 10}
        self.silent = self.mute_tables = False
        self.questions: list[Question] = []
        self.set(**values)

    def set(self, **values: Any) -> None:
        """Say this from now on."""
        self.silent = values.pop("silent", self.silent)
        self.mute_tables = values.pop("mute_tables", self.mute_tables)
        self.values |= values
        self._mib = Mib(self._objects())

    def forget_questions(self) -> None:
        self.questions.clear()

    def asked_for(self, column: Oid) -> bool:
        """Whether somebody asked for this column."""
        return any(oid[: len(column)] == column for question in self.questions for oid in question.oids)

    def answer(self, question: Question) -> bytes | None:
        self.questions.append(question)
        if self.silent or (self.mute_tables and question.kind != GET):
            return None
        return self._mib.answer(question)

    def _objects(self) -> dict[Oid, bytes]:
        value = self.values
        objects = {
            SYS_UP_TIME: None if value.get("uptime") is None else number(value["uptime"], TICKS),
            HR_SYSTEM_UPTIME: None if value.get("host") is None else number(value["host"], TICKS),
        }
        if value["name"]:
            for column, cell in (
                (interfaces.NAME, text(value["name"].encode())),
                (interfaces.ADMIN, number(value["admin"])),
                (interfaces.OPER, number(value["oper"])),
                (interfaces.LAST_CHANGE, number(value.get("changed", 0), TICKS)),
                (interfaces.HIGH_SPEED, number(value["speed"])),
                (interfaces.HC_IN_OCTETS, number(value["octets_in"], COUNTER64)),
                (interfaces.IN_OCTETS, number(value["octets_in"] % 2**32)),
                (interfaces.HC_IN_UNICAST, number(value.get("packets", 0), COUNTER64)),
                (interfaces.IN_ERRORS, number(value.get("errors", 0))),
                (interfaces.OUT_ERRORS, number(0)),
            ):
                objects[(*column, value["row"])] = cell
            if "duplex" in value:
                objects[(*interfaces.DUPLEX, value["row"])] = number(value["duplex"])
        # A second port, so that a table is never empty.
        objects[(*interfaces.NAME, *SECOND)] = text(b"Gi2")
        objects[(*interfaces.OPER, *SECOND)] = number(1)
        return {name: cell for name, cell in objects.items() if cell is not None}


def seen(
    kind: str, switch: Switch, *steps: Step, deadline_s: float = 3.0, pause_s: float = 0.0, **options: Any
) -> list[Reading]:
    """What a probe of that kind sees of the switch: one look after each of the steps."""
    return asyncio.run(_seen(find(kind)(options), switch, steps, deadline_s, pause_s))


def shared(switch: Switch, *probes: Probe, interval_s: float = 60.0) -> list[Reading]:
    """What several checks of the switch see that fall due at once."""

    async def run() -> list[Reading]:
        async with responder(switch.answer) as device:
            subjects = [
                Subject(f"{device.address}:{device.port}", credentials=(READING,), interval_s=interval_s)
                for _ in probes
            ]
            found = await asyncio.gather(
                *(probe.look(subject, 3.0) for probe, subject in zip(probes, subjects, strict=True))
            )
            for probe in probes:
                probe.close()
            return found

    return asyncio.run(run())


async def _seen(
    probe: Probe, switch: Switch, steps: tuple[Step, ...], deadline_s: float, pause_s: float
) -> list[Reading]:
    readings = []
    async with responder(switch.answer) as device:
        subject = Subject(f"{device.address}:{device.port}", credentials=(READING,))
        for place, step in enumerate(steps):
            if place and pause_s:
                await asyncio.sleep(pause_s)
            if step is not None:
                step()
            readings.append(await probe.look(subject, deadline_s))
        probe.close()
    return readings
