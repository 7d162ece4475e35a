"""/policies: settings for all targets that a selector names."""

from litestar import Controller, delete, get, post
from litestar.params import JSONBody

from collector.access import require
from collector.api.given import House, Principal
from collector.api.paging import Cursor, Limit, Page, by_number, page
from collector.roles import Permission
from collector.specs import PolicySpec
from collector.store import policies
from collector.store.policies import Policy
from rules.errors import Missing


class Policies(Controller):
    path = "/policies"
    tags = ("policies",)

    @get(sync_to_thread=True)
    def all(self, house: House, principal: Principal, cursor: Cursor = None, limit: Limit = 100) -> Page[Policy]:
        """The policies in force, the stronger ones later."""
        require(principal, Permission.READ)
        with house.state.read() as tx:
            return page(policies.living(tx), lambda policy: by_number(policy.number), cursor, limit)

    @post(sync_to_thread=True)
    def add(self, house: House, principal: Principal, data: JSONBody[PolicySpec]) -> Policy:
        """Put settings in force for every target the selector names."""
        require(principal, Permission.CONFIGURE)
        return house.registry.add_policy(data, principal)

    @delete("/{number:int}", sync_to_thread=True, status_code=200)
    def remove(self, house: House, principal: Principal, number: int) -> Policy:
        """Withdraw a policy."""
        require(principal, Permission.CONFIGURE)
        house.registry.remove_policy(number, principal)
        with house.state.read() as tx:
            found = policies.by_number(tx, number)
        if found is None:
            raise Missing(f"There is no policy {number}.")
        return found


handlers = [Policies]
