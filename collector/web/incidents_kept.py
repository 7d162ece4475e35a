"""The incidents somebody may see: of the targets in their scope, and those without a target only without a scope."""

import sqlite3
from collections.abc import Iterable, Mapping

from collector.access import Principal
from collector.app import House
from collector.family import SITE
from collector.store import agents, incidents, targets
from collector.store.incidents import Incident
from rules.errors import Missing
from rules.opening import Kind


def count_open(house: House, principal: Principal) -> int:
    """How many incidents are being dealt with."""
    with house.state.read() as tx:
        return sum(1 for _ in visible(tx, principal, incidents.living(tx)))


def visible(tx: sqlite3.Connection, principal: Principal, found: Iterable[Incident]) -> Iterable[Incident]:
    """Those of ``found`` that ``principal`` may see."""
    return (incident for incident in found if _may_see(tx, principal, incident))


def seen(tx: sqlite3.Connection, principal: Principal, key: str) -> Incident:
    """The incident with that id or number. Raises Missing, for one outside the scope too."""
    incident = incidents.get(tx, key)
    if not _may_see(tx, principal, incident):
        raise Missing(f"There is no incident {key!r}.")
    return incident


def subject(tx: sqlite3.Connection, incident: Incident) -> str:
    """The name of what an incident is about: its target, else its agent, else nothing."""
    if incident.target:
        target = targets.find(tx, incident.target)
        return target.name if target else ""
    agent = agents.find(tx, incident.agent) if incident.agent else None
    return agent.name if agent else ""


def labels_of(tx: sqlite3.Connection, incident: Incident) -> Mapping[str, str] | None:
    """The labels by which a scope has an incident in it: of its target, or of the site that is dark; None for none."""
    if incident.kind == Kind.SITE:
        return {SITE: incident.fault.removeprefix(f"{SITE}:")}
    target = targets.find(tx, incident.target) if incident.target else None
    return None if target is None else target.labels


def _may_see(tx: sqlite3.Connection, principal: Principal, incident: Incident) -> bool:
    labels = labels_of(tx, incident) if principal.scope else None
    return not principal.scope or (labels is not None and principal.sees(labels))
