"""What a fault takes along, as far as the reader may see it: the rest is in the counts alone."""

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from collector.access import Principal
from collector.cut_off import cut_off
from collector.decisions.families import ATTACHED
from collector.store import agreements, families, incidents, targets
from collector.store.incidents import Happening, Incident
from collector.store.log import Log
from collector.web.incidents_kept import visible

MOST_NAMED = 200
"""How many dependents or members are named; all are counted."""


@dataclass(frozen=True, slots=True)
class DependentView:
    """A target that its fault takes along. ``since``: seen cut off; null while it only hangs on it."""

    target_id: str
    target: str
    since: int | None


@dataclass(frozen=True, slots=True)
class MemberView:
    """Another incident that this one tells of. ``lasting``: its fault is still there."""

    number: str
    title: str
    lasting: bool


def dependents(tx: sqlite3.Connection, principal: Principal, incident: Incident) -> list[DependentView]:
    """The targets in the reader's scope that its fault takes along, by name: the first of them."""
    found = families.dependents(tx, incident.id, -1 if principal.scope else MOST_NAMED)
    mine = (one for one in found if _sees(principal, targets.find(tx, one.target)))
    return [DependentView(one.target, one.name, one.since) for one in islice(mine, MOST_NAMED)]


def members(tx: sqlite3.Connection, principal: Principal, incident: Incident) -> list[MemberView]:
    """The other incidents that it tells of and that the reader may see: the first of them."""
    found = families.members(tx, incident.id, -1 if principal.scope else MOST_NAMED)
    mine = (one for one in found if any(visible(tx, principal, [incidents.get(tx, one.id)])))
    return [MemberView(one.number, one.summary, one.lasting) for one in islice(mine, MOST_NAMED)]


def story(tx: sqlite3.Connection, log: Log, principal: Principal, incident: Incident) -> list[Happening]:
    """What happened to it, in order, without the names of targets cut off that lie outside the reader's scope."""
    found = incidents.events(tx, incident.id)
    if not principal.scope:
        return found
    return [replace(one, text=_cut_off(tx, log, principal, one)) if one.verb == ATTACHED else one for one in found]


def _cut_off(tx: sqlite3.Connection, log: Log, principal: Principal, one: Happening) -> str:
    entry = log.entry(one.position)
    if entry is None:
        return ""
    told = [targets.find(tx, key) for key in json.loads(entry.body)["dependents"]]
    return cut_off([target.name for target in told if target is not None and _sees(principal, target)], len(told))


def read_by(tx: sqlite3.Connection, principal: Principal, brief: Mapping[str, Any]) -> dict[str, Any]:
    """A brief without the names, of what hangs on its target, that lie outside the reader's scope."""
    radius = brief.get("radius")
    if not principal.scope or not radius:
        return dict(brief)
    services = {service.name for service in agreements.services(tx) if principal.sees(service.labels)}
    names = [name for name in radius.get("names") or () if _sees(principal, targets.named(tx, name))]
    needed = [name for name in radius.get("services") or () if name in services]
    return {**brief, "radius": {**radius, "names": names, "services": needed}}


def _sees(principal: Principal, target: targets.Target | None) -> bool:
    return not principal.scope or (target is not None and principal.sees(target.labels))
