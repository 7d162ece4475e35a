"""The made-up people: who answers an incident, begins, tells the cause, and what those say who asked. By seed."""

import heapq
import sqlite3
from collections.abc import Callable
from contextlib import suppress
from random import Random

from collector.access import Principal
from collector.app import House
from collector.demo.life import Fault, cause
from collector.roles import Role
from collector.store import incidents, targets
from collector.store.incidents import Incident
from rules.errors import Conflicting
from rules.incident import Verb
from rules.parameters import DAY, HOUR, MINUTE

ADMIN = Principal("person", "u_demo_admin", "admin", Role.ADMIN)
DESK = Principal("person", "u_demo_desk", "zhao.li", Role.SERVICE_DESK)
QUALITY = Principal("person", "u_demo_quality", "wang.fang", Role.QUALITY)

_ANSWERED = 0.9
_OWNERS = ("li.wei", "zhang.min", "chen.jie")
_SYSTEM = "desk"
_LONG = 100 * MINUTE
"""An outage of which a measure follows."""
_TIME_TO_ACT = 14 * DAY
_COMPLAINS = 5
"""Of so many incidents that somebody answered one leads to a complaint."""
_COMPLAINT = "故障处理时间过长，期间无人告知进展"
_ASKERS = ("办公室 陈女士", "财务部 刘先生", "人事部 周女士")
_DISSATISFIED = 2
"""The score up to which somebody says that it is not solved."""


class People:
    """Take note of new incidents and do things about them when it is time."""

    def __init__(self, house: House, faults: list[Fault], seed: int) -> None:
        self._house = house
        self._faults = faults
        self._random = Random(seed)  # noqa: S311 - made-up people, no secret
        self._seen: set[str] = set()
        self._plans: list[tuple[int, int, Callable[[], object]]] = []
        self._tickets = 1000

    @property
    def next(self) -> int | None:
        """When somebody does something next (ms UTC)."""
        return self._plans[0][0] if self._plans else None

    def look(self, now: int) -> None:
        """Take up what is new, and do what is due at ``now`` (ms UTC)."""
        with self._house.state.read() as tx:
            living = incidents.living(tx)
        for incident in sorted(living, key=lambda one: (one.year, one.number)):
            if incident.id not in self._seen:
                self._seen.add(incident.id)
                self._begin(incident, now)
        while self._plans and self._plans[0][0] <= now:
            _, _, act = heapq.heappop(self._plans)
            # Meanwhile the fault may have ended by itself: then there is nothing to answer any more.
            with suppress(Conflicting):
                act()

    def _begin(self, incident: Incident, now: int) -> None:
        self._tickets += 1
        self._ticket(incident.id, f"REQ-{self._tickets}")
        if self._random.random() > _ANSWERED:
            return
        who = self._who(incident)
        answer = now + int(self._random.lognormvariate(2.4, 0.9) * MINUTE)
        start = answer + int(self._random.lognormvariate(2.7, 0.8) * MINUTE)
        fault = self._fault(incident)
        over = max(start, fault.end if fault else start) + 40 * MINUTE
        code, area, chinese, _ = cause(fault.cause if fault else 0)
        house = self._house
        self._plan(answer, lambda: house.incidents.act(incident.id, Verb.ACKNOWLEDGE, who))
        self._plan(start, lambda: house.incidents.act(incident.id, Verb.START, who, "on site"))
        self._plan(over, lambda: house.follow_up.cause(incident.id, who, chinese, area=area, code=code))
        if self._random.random() < 0.5:
            score = self._random.choices((5, 4, 3, 2), (6, 4, 2, 1))[0]
            self._plan(over + 3 * HOUR, lambda: house.follow_up.satisfaction(incident.id, who, score))
            solved = score > _DISSATISFIED
            self._plan(over + 2 * HOUR, lambda: house.follow_up.called_back(incident.id, QUALITY, solved=solved))
        if incident.number % _COMPLAINS == 1:
            self._plan(over + 4 * HOUR, lambda: self._complain(incident, area, over + 4 * HOUR))
        if fault and fault.end - fault.start > _LONG:
            self._plan(over + HOUR, lambda: self._improve(incident, f"mttr: {chinese}", who.name, over))

    def _improve(self, incident: Incident, what: str, owner: str, at: int) -> None:
        """A measure, which three of four owners see to within two weeks; a month later somebody judges it."""
        actions = self._house.follow_up
        kept = actions.add_action(
            incident.id, QUALITY, kind="corrective", what=what, owner=owner, due=at + _TIME_TO_ACT
        ).number
        if incident.number % 4:
            done = at + (4 + incident.number % 12) * DAY
            who = self._who(incident)
            self._plan(done, lambda: actions.change_action(incident.id, kept, who, done=True))
            helped = incident.number % 3 > 0
            self._plan(
                done + 30 * DAY, lambda: actions.change_action(incident.id, kept, QUALITY, effective=helped)
            )  # fmt: skip

    def _complain(self, incident: Incident, area: str, at: int) -> None:
        """A complaint, which two of three times is answered within the hour, and closed within three days."""
        room = self._house.complaints
        number = room.add(DESK, _COMPLAINT, by=_ASKERS[incident.number % len(_ASKERS)], incident=incident.id).number
        answered = at + (15 + incident.number % 3 * 25) * MINUTE
        self._plan(answered, lambda: room.reply(number, DESK, "已查明原因，明日回访"))
        ended = answered + (1 + incident.number % 3) * DAY
        self._plan(ended, lambda: room.close(number, QUALITY, area=area, text="已整改，投诉人确认"))

    def _plan(self, at: int, act: Callable[[], object]) -> None:
        heapq.heappush(self._plans, (at, len(self._plans) + self._tickets * 10, act))

    def _fault(self, incident: Incident) -> Fault | None:
        """The fault an incident is about: the last of its target that has begun."""
        with self._house.state.read() as tx:
            name = _name(tx, incident.target)
        found = [one for one in self._faults if one.target == name and one.start <= incident.opened]
        return found[-1] if found else None

    def _who(self, incident: Incident) -> Principal:
        name = _OWNERS[incident.number % len(_OWNERS)]
        return Principal("person", f"u_demo_{name}", name, Role.OPERATOR)

    def _ticket(self, incident: str, ticket: str) -> None:
        """As if a ticket system had taken it: there is none that a made-up fleet could ask."""
        self._house.intake.record(
            "incident",
            {
                "verb": "delivered", "incident": incident, "text": f"opened: {ticket}", "system": _SYSTEM, "errand": "",
                "actor": {"kind": "ticket_system", "name": _SYSTEM}, "ticket": ticket, "url": "", "state": "open",
            },
        ).result(30)  # fmt: skip


def _name(tx: sqlite3.Connection, target: str) -> str:
    found = targets.find(tx, target) if target else None
    return "" if found is None else found.name
