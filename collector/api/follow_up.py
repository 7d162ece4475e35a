"""/incidents/{n}/cause, /actions, /callback, /satisfaction, and lists of what is still to be done of these."""

from dataclasses import dataclass
from typing import Any

from litestar import Controller, get, patch, post

from collector.access import Principal as Somebody
from collector.access import require
from collector.api.given import House, Principal
from collector.api.incident_parts import ActionView, ClockView, action, asking, clocks
from collector.api.paging import Page
from collector.roles import Permission
from collector.store import follow_up, incidents
from collector.store.incidents import Incident
from collector.web.incidents_kept import labels_of, seen, subject, visible
from rules.request import Rule


@dataclass(frozen=True, slots=True)
class CauseSpec:
    """The cause in words; ``area`` is process, people, technology or tool, ``code`` what broke, ``whys`` up to five
    answers to why."""

    text: str
    area: str = ""
    code: str = ""
    whys: list[str] | None = None


@dataclass(frozen=True, slots=True)
class ActionSpec:
    """What is to be done, by whom, until when (an instant, or a day whose end is meant); ``measure`` is the measure of
    the report that it is to mend."""

    what: str
    owner: str
    due: str | int
    kind: str = "corrective"
    measure: str = ""


@dataclass(frozen=True, slots=True)
class ActionChange:
    """What changes of an action; what is left out stays."""

    what: str | None = None
    owner: str | None = None
    due: str | int | None = None
    done: bool | None = None
    effective: bool | None = None
    remark: str | None = None
    withdrawn: bool | None = None
    measure: str | None = None


@dataclass(frozen=True, slots=True)
class CallBackSpec:
    """How a call-back went. ``solved``: what those who asked said."""

    reached: bool = True
    solved: bool | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class SatisfactionSpec:
    """How content those who asked are, from 1 (bad) to 5."""

    score: int
    solved: bool | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class DueCallBack:
    """Somebody who has not been asked yet whether it is solved."""

    incident: str
    title: str
    target: str
    resolved_at: int
    clock: ClockView | None


class FollowUpDoor(Controller):
    path = "/incidents"
    tags = ("incidents",)

    @post("/{key:str}/cause", sync_to_thread=True, status_code=204)
    def cause(self, house: House, principal: Principal, key: str, data: CauseSpec) -> None:
        """Tell the cause of an incident, in place of what was told before."""
        incident = allowed(house, principal, key)
        house.follow_up.cause(incident.id, principal, data.text, area=data.area, code=data.code, whys=data.whys or ())

    @post("/{key:str}/actions", sync_to_thread=True)
    def add_action(self, house: House, principal: Principal, key: str, data: ActionSpec) -> ActionView:
        """A corrective or preventive action with owner and due date."""
        incident = allowed(house, principal, key)
        added = house.follow_up.add_action(
            incident.id, principal, kind=data.kind, what=data.what, owner=data.owner, due=data.due, measure=data.measure
        )
        with house.state.read() as tx:
            return action(tx, added, house.clock.now())

    @patch("/{key:str}/actions/{number:int}", sync_to_thread=True)
    def change_action(
        self, house: House, principal: Principal, key: str, number: int, data: ActionChange
    ) -> ActionView:
        """An action is done, judged, changed or withdrawn."""
        incident = allowed(house, principal, key)
        changes: dict[str, Any] = {
            name: value for name in ActionChange.__slots__ if (value := getattr(data, name)) is not None
        }
        changed = house.follow_up.change_action(incident.id, number, principal, **changes)
        with house.state.read() as tx:
            return action(tx, changed, house.clock.now())

    @post("/{key:str}/callback", sync_to_thread=True, status_code=204)
    def call_back(self, house: House, principal: Principal, key: str, data: CallBackSpec | None = None) -> None:
        """Those who asked were called back. 409 while the incident is not resolved."""
        incident = allowed(house, principal, key)
        told = data or CallBackSpec()
        house.follow_up.called_back(incident.id, principal, reached=told.reached, solved=told.solved, text=told.text)

    @post("/{key:str}/satisfaction", sync_to_thread=True, status_code=204)
    def satisfaction(self, house: House, principal: Principal, key: str, data: SatisfactionSpec) -> None:
        """Those who asked said how content they are. 409 while the incident is not resolved."""
        incident = allowed(house, principal, key)
        house.follow_up.satisfaction(incident.id, principal, data.score, solved=data.solved, text=data.text)


class ActionsDoor(Controller):
    path = "/actions"
    tags = ("incidents",)

    @get(sync_to_thread=True)
    def open_actions(self, house: House, principal: Principal) -> Page[ActionView]:
        """Actions that are to be done, the first due first; then those done that nobody has judged."""
        require(principal, Permission.READ)
        now = house.clock.now()
        with house.state.read() as tx:
            found = follow_up.open_improvements(tx)
            known = {one.incident: incidents.get(tx, one.incident) for one in found}
            mine = {incident.id for incident in visible(tx, principal, known.values())}
            return Page([action(tx, one, now) for one in found if one.incident in mine])


class CallBacksDoor(Controller):
    path = "/callbacks"
    tags = ("incidents",)

    @get(sync_to_thread=True)
    def due(self, house: House, principal: Principal) -> Page[DueCallBack]:
        """Incidents solved in the last 30 days of whose askers nobody has heard since, the first solved first."""
        require(principal, Permission.READ)
        now = house.clock.now()
        with house.state.read() as tx:
            found = [incidents.get(tx, key) for key in follow_up.to_call_back(tx, now - follow_up.LONGEST_CALL_BACK)]
            mine = list(visible(tx, principal, found))
            asked = asking(tx, house.settings, mine, now)
            items = []
            for incident in mine:
                ruled = [one for one in clocks(tx, asked.get(incident.id), now) if one.rule == Rule.CALL_BACK]
                items.append(
                    DueCallBack(
                        incident.name,
                        incident.summary,
                        subject(tx, incident),
                        incident.resolved or 0,
                        ruled[0] if ruled else None,
                    )
                )
        return Page(items)


def allowed(house: House, principal: Somebody, key: str) -> Incident:
    """The incident, for somebody who may say what follows it. Raises Missing, Forbidden."""
    with house.state.read() as tx:
        incident = seen(tx, principal, key)
        labels = labels_of(tx, incident)
    require(principal, Permission.IMPROVE, labels)
    return incident


handlers = [FollowUpDoor, ActionsDoor, CallBacksDoor]
"""Mounted under /api/v1."""
