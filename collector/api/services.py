"""/services: what is made of several targets, checks and other services, and how it is."""

import sqlite3
from dataclasses import dataclass
from typing import Any

from litestar import Controller, delete, get, post
from litestar.params import JSONBody

from collector.access import require
from collector.api.given import House, Principal
from collector.api.paging import Cursor, Limit, Page, page
from collector.needs import renamed
from collector.roles import Permission
from collector.specs import ServiceSpec
from collector.store import agreements, checks, targets
from collector.store.agreements import Service


@dataclass(frozen=True, slots=True)
class ServiceView:
    """A service with its needs by the names that its parts have now, and its state with the instant it began."""

    id: str
    name: str
    needs: dict[str, Any]
    labels: dict[str, str]
    calendar: str
    agreement: str
    spares: tuple[str, ...]
    created: int
    retired: int | None
    state: str
    since: int | None


class Services(Controller):
    path = "/services"
    tags = ("agreements",)

    @get(sync_to_thread=True)
    def all(self, house: House, principal: Principal, cursor: Cursor = None, limit: Limit = 100) -> Page[ServiceView]:
        """The services one may see, by name."""
        require(principal, Permission.READ)
        with house.state.read() as tx:
            found = [service for service in agreements.services(tx) if principal.sees(service.labels)]
        part = page(found, lambda one: one.name, cursor, limit)
        return Page([view(house, service) for service in part.items], part.next)

    @post(sync_to_thread=True)
    def set(self, house: House, principal: Principal, data: JSONBody[ServiceSpec]) -> ServiceView:
        """Make a service, or give the one of that name new needs from now on."""
        require(principal, Permission.CONFIGURE, data.labels)
        return view(house, house.registry.agreements.set_service(data, principal))

    @get("/{name:str}", sync_to_thread=True)
    def one(self, house: House, principal: Principal, name: str) -> ServiceView:
        """One service, by name or id."""
        with house.state.read() as tx:
            found = agreements.resolve_service(tx, name)
        require(principal, Permission.READ, found.labels)
        return view(house, found)

    @delete("/{name:str}", sync_to_thread=True, status_code=204)
    def remove(self, house: House, principal: Principal, name: str) -> None:
        """Retire a service; its history stays."""
        require(principal, Permission.CONFIGURE)
        house.registry.agreements.remove("service", name, principal)


def view(house: House, service: Service) -> ServiceView:
    """A service as the API shows it, with its state now."""
    current = house.timelines.current(service.id, house.clock.now())
    with house.state.read() as tx:
        needs = renamed(service.needs, lambda key: part_name(tx, key))
    return ServiceView(
        id=service.id,
        name=service.name,
        needs=needs,
        labels=service.labels,
        calendar=service.calendar,
        agreement=service.agreement,
        spares=service.spares,
        created=service.created,
        retired=service.retired,
        state=current.state,
        since=current.since,
    )


def part_name(tx: sqlite3.Connection, key: str) -> str:
    """What a part of a service (id) is called now; the id itself where nothing has it."""
    target = targets.find(tx, key)
    if target is not None:
        return target.name
    service = agreements.find_service(tx, key)
    if service is not None:
        return service.name
    check = checks.find(tx, key)
    return key if check is None else f"{targets.get(tx, check.target).name}/{check.name}"


handlers = [Services]
