"""/credentials: how agents get in. What they hold goes in and never comes out."""

from dataclasses import dataclass

from litestar import Controller, delete, get, post
from litestar.params import JSONBody

from collector.access import require
from collector.api.given import House, Principal
from collector.api.paging import Cursor, Limit, Page, page
from collector.roles import Permission
from collector.specs import CredentialSpec
from collector.store import credentials
from collector.store.credentials import Credential

HIDDEN = "***"


@dataclass(frozen=True, slots=True)
class CredentialView:
    """A credential by name; ``fields`` shows what is no secret, and ``***`` for what is."""

    id: str
    name: str
    kind: str
    fields: dict[str, str]
    created: int
    retired: int | None


class Credentials(Controller):
    path = "/credentials"
    tags = ("credentials",)

    @get(sync_to_thread=True)
    def all(
        self, house: House, principal: Principal, cursor: Cursor = None, limit: Limit = 100
    ) -> Page[CredentialView]:
        """The credentials there are, by name."""
        require(principal, Permission.CONFIGURE)
        with house.state.read() as tx:
            part = page(credentials.living(tx), lambda credential: credential.name, cursor, limit)
        return Page([_view(credential) for credential in part.items], part.next)

    @post(sync_to_thread=True)
    def set(self, house: House, principal: Principal, data: JSONBody[CredentialSpec]) -> CredentialView:
        """Keep a credential, or give the one of that name new contents."""
        require(principal, Permission.ADMINISTER)
        return _view(house.registry.credentials.set(data, principal))

    @delete("/{name:str}", sync_to_thread=True, status_code=200)
    def remove(self, house: House, principal: Principal, name: str) -> CredentialView:
        """Forget a credential that no target uses."""
        require(principal, Permission.ADMINISTER)
        with house.state.read() as tx:
            found = credentials.resolve(tx, name)
        house.registry.credentials.remove(found.id, principal)
        with house.state.read() as tx:
            return _view(credentials.get(tx, found.id))


def _view(credential: Credential) -> CredentialView:
    return CredentialView(
        id=credential.id,
        name=credential.name,
        kind=credential.kind,
        fields={**credential.words, **dict.fromkeys(credential.secrets, HIDDEN)},
        created=credential.created,
        retired=credential.retired,
    )


handlers = [Credentials]
