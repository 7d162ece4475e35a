"""/complaints: what people who are served complain of, when they were answered, how it ended."""

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated

from litestar import Controller, get, post
from litestar.params import QueryParameter

from collector.agreed import Agreed
from collector.api.given import House, Principal
from collector.api.paging import Cursor, Limit, Page, by_number, page
from collector.app import House as Rooms
from collector.complained import Complained, complained, subject
from collector.roles import Role
from collector.store import incidents
from collector.store.complaints import Complaint, Stage


@dataclass(frozen=True, slots=True)
class ComplaintSpec:
    """A complaint in words. ``by`` is who complains, ``about`` a target or service, ``incident`` a number.

    ``received``: ms UTC, or as people write it; now without it.
    """

    text: str
    by: str = ""
    about: str = ""
    incident: str = ""
    received: str | int | None = None


@dataclass(frozen=True, slots=True)
class ReplySpec:
    """What they were told, and when: now without ``at``."""

    text: str
    at: str | int | None = None


@dataclass(frozen=True, slots=True)
class ClosingSpec:
    """How it ended, and when: now without ``at``. ``area`` is process, people, technology or tool."""

    text: str
    area: str
    at: str | int | None = None


@dataclass(frozen=True, slots=True)
class ComplaintView:
    """A complaint with names. ``state`` is open, replied or closed; instants in ms UTC.

    ``reply_due`` is until when they must be answered; ``in_time`` whether they were, None while there is time.
    Persons are not named to customers.
    """

    number: int
    name: str
    state: Stage
    received_at: int
    about: str
    incident: str
    by: str
    text: str
    noted_by: str
    reply_due: int | None
    in_time: bool | None
    replied_at: int | None
    reply: str
    replied_by: str
    area: str
    closed_at: int | None
    outcome: str
    closed_by: str


class ComplaintsDoor(Controller):
    path = "/complaints"
    tags = ("incidents",)

    @get(sync_to_thread=True)
    def show(
        self,
        house: House,
        principal: Principal,
        stage: Annotated[Stage | None, QueryParameter(name="state", description="only those that are so far")] = None,
        cursor: Cursor = None,
        limit: Limit = 100,
    ) -> Page[ComplaintView]:
        """Complaints by number, with the time until which they must be answered."""
        found = [one for one in house.complaints.all(principal) if stage is None or one.stage is stage]
        return page(views(house, principal, found), lambda one: by_number(one.number), cursor, limit)

    @post(sync_to_thread=True)
    def add(self, house: House, principal: Principal, data: ComplaintSpec) -> ComplaintView:
        """Note a complaint."""
        added = house.complaints.add(
            principal, data.text, by=data.by, about=data.about, incident=data.incident, received=data.received
        )
        return views(house, principal, [added])[0]

    @post("/{number:int}/reply", sync_to_thread=True)
    def reply(self, house: House, principal: Principal, number: int, data: ReplySpec) -> ComplaintView:
        """Whoever complained was answered. 409 where they were already."""
        return views(house, principal, [house.complaints.reply(number, principal, data.text, at=data.at)])[0]

    @post("/{number:int}/close", sync_to_thread=True)
    def close(self, house: House, principal: Principal, number: int, data: ClosingSpec) -> ComplaintView:
        """It is settled. 409 before it is answered, and where it is closed already."""
        closed = house.complaints.close(number, principal, area=data.area, text=data.text, at=data.at)
        return views(house, principal, [closed])[0]


def views(house: Rooms, principal: Principal, found: Iterable[Complaint]) -> list[ComplaintView]:
    """Complaints with names, as they stand now, for somebody who may see them."""
    now = house.clock.now()
    with house.state.read() as tx:
        agreed = Agreed(tx, house.settings.calculation, house.settings.tz)
        told = []
        for one in complained(tx, agreed, found, now):
            told.append(_view(tx, one, now, outside=principal.role is Role.CUSTOMER))
        return told


def _view(tx: sqlite3.Connection, found: Complained, now: int, *, outside: bool) -> ComplaintView:
    one, stands = found.complaint, found.standing(now)
    judged = subject(tx, one.subject)
    incident = incidents.find(tx, one.incident) if one.incident else None

    def person(name: str) -> str:
        return "" if outside else name

    return ComplaintView(
        number=one.number,
        name=one.name,
        state=one.stage,
        received_at=one.received,
        about=judged.name if judged else "",
        incident=incident.name if incident else "",
        by=person(one.complainant),
        text=one.text,
        noted_by=person(one.actor),
        reply_due=stands.deadline.due if stands else None,
        in_time=None if stands is None or stands.pending else stands.kept,
        replied_at=one.replied,
        reply=one.reply,
        replied_by=person(one.replier),
        area=one.area,
        closed_at=one.closed,
        outcome=one.outcome,
        closed_by=person(one.closer),
    )


handlers = [ComplaintsDoor]
"""Mounted under /api/v1."""
