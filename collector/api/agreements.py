"""/calendars and /agreements: what was promised, and for which hours."""

from litestar import Controller, delete, get, post
from litestar.params import JSONBody

from collector.access import require
from collector.api.given import House, Principal
from collector.api.paging import Cursor, Limit, Page, page
from collector.calendar_days import DaysSet
from collector.roles import Permission
from collector.specs import AgreementSpec, CalendarSpec, DaysSpec
from collector.store import agreements
from collector.store.agreements import Agreement, Calendar


class Calendars(Controller):
    path = "/calendars"
    tags = ("agreements",)

    @get(sync_to_thread=True)
    def all(self, house: House, principal: Principal, cursor: Cursor = None, limit: Limit = 100) -> Page[Calendar]:
        """The service calendars, by name."""
        require(principal, Permission.READ)
        with house.state.read() as tx:
            return page(agreements.calendars(tx), lambda one: one.name, cursor, limit)

    @post(sync_to_thread=True)
    def set(self, house: House, principal: Principal, data: JSONBody[CalendarSpec]) -> Calendar:
        """Make a calendar, or give the one of that name new hours from now on."""
        require(principal, Permission.CONFIGURE)
        return house.registry.agreements.set_calendar(data, principal)

    @get("/{name:str}", sync_to_thread=True)
    def one(self, house: House, principal: Principal, name: str) -> Calendar:
        """One calendar, by name or id."""
        require(principal, Permission.READ)
        with house.state.read() as tx:
            return agreements.resolve_calendar(tx, name)

    @post("/{name:str}/days", sync_to_thread=True, status_code=200)
    def set_days(self, house: House, principal: Principal, name: str, data: JSONBody[DaysSpec]) -> DaysSet:
        """Tell a calendar its holidays and make-up days, all or none. The same twice changes nothing more."""
        require(principal, Permission.CONFIGURE)
        return house.registry.agreements.set_days(name, data, principal)

    @delete("/{name:str}", sync_to_thread=True, status_code=204)
    def remove(self, house: House, principal: Principal, name: str) -> None:
        """Retire a calendar that nothing names."""
        require(principal, Permission.CONFIGURE)
        house.registry.agreements.remove("calendar", name, principal)


class AgreementsDoor(Controller):
    path = "/agreements"
    tags = ("agreements",)

    @get(sync_to_thread=True)
    def all(self, house: House, principal: Principal, cursor: Cursor = None, limit: Limit = 100) -> Page[Agreement]:
        """The agreements, by name."""
        require(principal, Permission.READ)
        with house.state.read() as tx:
            return page(agreements.agreements(tx), lambda one: one.name, cursor, limit)

    @post(sync_to_thread=True)
    def set(self, house: House, principal: Principal, data: JSONBody[AgreementSpec]) -> Agreement:
        """Make an agreement, or the next version of the one of that name."""
        require(principal, Permission.CONFIGURE)
        return house.registry.agreements.set_agreement(data, principal)

    @delete("/{name:str}", sync_to_thread=True, status_code=204)
    def remove(self, house: House, principal: Principal, name: str) -> None:
        """Retire an agreement that no target names."""
        require(principal, Permission.CONFIGURE)
        house.registry.agreements.remove("agreement", name, principal)


handlers = [Calendars, AgreementsDoor]
