"""A target's page, the form that adds one, and the explanation of an instant."""

from typing import Annotated, Any

from litestar import Response, get, post
from litestar.params import QueryParameter

from collector.access import require
from collector.explain import explain
from collector.roles import Permission
from collector.specs import TargetSpec
from collector.store import agents, checks, credentials, incidents, targets, traps
from collector.store.targets import Priority
from collector.web.pages.desk import Asked, place, see_other
from collector.web.pages.entrance import Form
from collector.web.pages.given import House, Principal, Viewer
from collector.web.rendering import page
from collector.web.views.bar import recent
from collector.web.views.explain import explanation
from collector.web.views.incidents import incident_row
from collector.web.views.target import chosen_month, target_page
from collector.web.views.traps import trap_rows
from collector.web.views.words import KINDS, PRIORITIES, word
from rules.errors import Invalid
from rules.period import parse_instant

_TRAPS_SHOWN = 30 * 86_400_000
_MOST_TRAPS = 20
_OFFERED_KINDS = ("host", "switch", "router", "firewall", "printer", "ups", "site")


@get("/targets/{key:str}", sync_to_thread=True)
def show(
    request: Asked, house: House, principal: Principal, viewer: Viewer, key: str, month: str = ""
) -> Response[str]:
    """One target in one month, by id or name."""
    now, tz, words = house.clock.now(), house.settings.tz, viewer.words
    with house.state.read() as tx:
        target = targets.resolve(tx, key)
        require(principal, Permission.READ, target.labels)
        own = checks.of_target(tx, target.id)
        effective = checks.effectives(tx, [check.handle for check in own])
        names = {agent.number: agent.name for agent in agents.ever(tx)}
        parents = [targets.get(tx, parent) for parent in target.parents]
        living = [
            incident_row(
                incident,
                target.name,
                incidents.tickets(tx, incident.id),
                now,
                tz,
                words,
                solved=incidents.solved(tx, incident),
            )
            for incident in incidents.of_target(tx, target.id, now)
            if incident.living
        ]
        heard = traps.page(tx, target=target.id, since=now - _TRAPS_SHOWN, limit=_MOST_TRAPS)
    shown, last = chosen_month(month, now, tz), recent(now, target.in_service_from, tz)
    looks = [
        (
            check,
            effective.get(check.handle),
            {names.get(number, str(number)): look for number, look in house.tracks.last(check.handle).items()},
        )
        for check in own
    ]
    view = target_page(
        target,
        house.timelines.current(target.id, now),
        house.timelines.figures([target.id], shown, now),
        house.timelines.target(target.id, last, now).partition,
        looks,
        parents,
        shown=shown,
        last=last,
        now=now,
        words=words,
    )
    return page(
        "target.html", viewer, place(request), view=view, incidents=living, traps=trap_rows(heard, now, tz, words)
    )


@get("/targets/{key:str}/explain", sync_to_thread=True)
def show_explanation(
    request: Asked,
    house: House,
    principal: Principal,
    viewer: Viewer,
    key: str,
    instant: Annotated[str, QueryParameter(name="t")],
) -> Response[str]:
    """Why a target was in its state at an instant, down to the raw results."""
    tz = house.settings.tz
    with house.state.read() as tx:
        target = targets.resolve(tx, key)
    require(principal, Permission.READ, target.labels)
    at = parse_instant(instant, tz)
    answer = explain(house.state, house.tracks, house.timelines, target.id, at, house.clock.now())
    view = explanation(target.id, answer, tz, viewer.words)
    return page("explain.html", viewer, place(request), view=view)


@get("/targets/add", sync_to_thread=True)
def show_form(house: House, principal: Principal, viewer: Viewer) -> Response[str]:
    """The form for one more target."""
    require(principal, Permission.CONFIGURE, dict(principal.scope))
    return _form(house, viewer, {}, "")


@post("/targets/add", status_code=303, sync_to_thread=True)
def add(house: House, principal: Principal, viewer: Viewer, data: Form) -> Response[Any]:
    """Add the target and go to its page; or show the form again with every mistake."""
    try:
        spec = _spec(data)
        require(principal, Permission.CONFIGURE, spec.labels)
        added = house.registry.add_target(spec, principal)
    except Invalid as wrong:
        return _form(house, viewer, data, str(wrong), wrong.status)
    return see_other(f"/targets/{added.id}")


def _spec(data: dict[str, str]) -> TargetSpec:
    labels: dict[str, str] = {}
    for label in data.get("labels", "").replace(",", " ").split():
        key, sign, value = label.partition("=")
        if not sign or not key or not value:
            raise Invalid(f"{label!r} is not a label. Write it as site=hz.")
        labels[key] = value
    try:
        priority = Priority(data.get("priority") or Priority.GENERAL)
    except ValueError:
        raise Invalid(f"Priorities: {', '.join(Priority)}.") from None
    return TargetSpec(
        name=data.get("name", "").strip(),
        address=data.get("address", "").strip(),
        kind=data.get("kind", ""),
        priority=priority,
        labels=labels,
        parents=(data["parent"],) if data.get("parent") else (),
        credentials=(data["credential"],) if data.get("credential") else (),
        snmp=data.get("snmp", ""),
    )


def _form(house: House, viewer: Viewer, given: dict[str, str], trouble: str, status: int = 200) -> Response[str]:
    with house.state.read() as tx:
        parents = [(target.id, target.name) for target in targets.living(tx)]
        names = [credential.name for credential in credentials.living(tx)]
    fields = ("name", "address", "kind", "priority", "parent", "labels", "snmp", "credential")
    return page(
        "add.html",
        viewer,
        "/targets/add",
        status,
        given={field: given.get(field, "") for field in fields},
        trouble=trouble,
        kinds=[(kind, word(KINDS, kind, viewer.words)) for kind in _OFFERED_KINDS],
        priorities=[(priority.value, word(PRIORITIES, priority, viewer.words)) for priority in Priority],
        parents=parents,
        credentials=names,
    )


handlers = [show_form, add, show, show_explanation]
