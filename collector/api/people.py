"""/users and /tokens: who may ask; and /sign-in-links, the first way in."""

from dataclasses import dataclass
from typing import Any

from litestar import Controller, delete, get, patch, post
from litestar.params import JSONBody

from collector.access import require
from collector.api.given import House, Principal
from collector.api.paging import Cursor, Limit, Page, page
from collector.roles import Permission
from collector.specs import PersonSpec, TokenSpec
from collector.store import people
from collector.store.people import ApiToken, Person
from rules.errors import Forbidden, Invalid
from rules.settings import suggest

_CHANGEABLE = ("role", "scope", "password")


@dataclass(frozen=True, slots=True)
class AddedPerson:
    """A new user and a sign-in link for them that works once, within an hour."""

    id: str
    name: str
    role: str
    scope: dict[str, str]
    mail: str
    link: str


@dataclass(frozen=True, slots=True)
class Link:
    """A sign-in link for a user that works once, within an hour."""

    name: str
    link: str
    url: str


@dataclass(frozen=True, slots=True)
class TokenView:
    """An API token as it is listed: without the token."""

    id: str
    name: str
    role: str
    scope: dict[str, str]
    expires: int | None
    created: int
    retired: int | None


@dataclass(frozen=True, slots=True)
class MadeToken:
    """An API token, shown this once."""

    id: str
    name: str
    role: str
    token: str
    expires: int | None


@dataclass(frozen=True, slots=True)
class Me:
    """Who asks, as this collector sees them."""

    kind: str
    id: str
    name: str
    role: str
    scope: dict[str, str]


class Users(Controller):
    path = "/users"
    tags = ("people",)

    @get(sync_to_thread=True)
    def all(self, house: House, principal: Principal, cursor: Cursor = None, limit: Limit = 100) -> Page[Person]:
        """The people who may sign in, by name."""
        require(principal, Permission.ADMINISTER)
        with house.state.read() as tx:
            return page(people.living(tx), lambda person: person.name, cursor, limit)

    @post(sync_to_thread=True)
    def add(self, house: House, principal: Principal, data: JSONBody[PersonSpec]) -> AddedPerson:
        """Let a person in. Without a password they use the link, and may set one then."""
        require(principal, Permission.ADMINISTER)
        if data.password:
            house.access.examine_password(data.password)
        person = house.registry.people.add(data, principal)
        if data.password:
            house.access.set_password(person.id, data.password)
        link = _link(house, person).link
        return AddedPerson(person.id, person.name, person.role, person.scope, person.mail, link)

    @get("/{name:str}", sync_to_thread=True)
    def one(self, house: House, principal: Principal, name: str) -> Person:
        """One person, by name or id."""
        require(principal, Permission.ADMINISTER)
        with house.state.read() as tx:
            return people.resolve(tx, name)

    @patch("/{name:str}", sync_to_thread=True)
    def change(self, house: House, principal: Principal, name: str, data: JSONBody[dict[str, Any]]) -> Person:
        """Change role, scope or password. A password one may also change for oneself; it ends all sign-ins."""
        with house.state.read() as tx:
            person = people.resolve(tx, name)
        if not (principal.id == person.id and set(data) == {"password"}):
            require(principal, Permission.ADMINISTER)
        _examine(data)
        if "password" in data:
            house.access.examine_password(data["password"])
        changed = house.registry.people.set(person.id, data.get("role"), data.get("scope"), principal)
        if "password" in data:
            house.access.set_password(person.id, data["password"])
        return changed

    @delete("/{name:str}", sync_to_thread=True, status_code=200)
    def disable(self, house: House, principal: Principal, name: str) -> Person:
        """Let a person in no longer; their sign-ins end at once."""
        require(principal, Permission.ADMINISTER)
        person = house.registry.people.disable(name, principal)
        house.access.end_sessions(person.id)
        return person

    @post("/{name:str}/link", sync_to_thread=True)
    def link(self, house: House, principal: Principal, name: str) -> Link:
        """A new sign-in link for a person; works once, within an hour."""
        require(principal, Permission.ADMINISTER)
        with house.state.read() as tx:
            return _link(house, people.resolve(tx, name))


class Tokens(Controller):
    path = "/tokens"
    tags = ("people",)

    @get(sync_to_thread=True)
    def all(self, house: House, principal: Principal, cursor: Cursor = None, limit: Limit = 100) -> Page[TokenView]:
        """The tokens of programs, by name; never a token itself."""
        require(principal, Permission.ADMINISTER)
        with house.state.read() as tx:
            part = page(people.tokens(tx), lambda token: token.name, cursor, limit)
        return Page([_token(token) for token in part.items], part.next)

    @post(sync_to_thread=True)
    def add(self, house: House, principal: Principal, data: JSONBody[TokenSpec]) -> MadeToken:
        """Make a token for a program. It is shown this once."""
        require(principal, Permission.ADMINISTER)
        made, text = house.registry.people.new_token(data, principal)
        return MadeToken(made.id, made.name, made.role, text, made.expires)

    @delete("/{name:str}", sync_to_thread=True, status_code=200)
    def revoke(self, house: House, principal: Principal, name: str) -> TokenView:
        """Make a token worthless."""
        require(principal, Permission.ADMINISTER)
        with house.state.read() as tx:
            found = people.resolve_token(tx, name)
        house.registry.people.revoke_token(found.id, principal)
        with house.state.read() as tx:
            return _token(people.get_token(tx, found.id))


@post("/sign-in-links", tags=("people",), sync_to_thread=True)
def first_link(house: House, principal: Principal) -> Link:
    """A sign-in link for the first administrator, who is made when there is none. For local commands alone."""
    if principal.kind != "local":
        raise Forbidden("This is for commands on the collector's own machine. Use users/NAME/link.")
    return _link(house, house.registry.people.first(principal))


@get("/me", tags=("people",), sync_to_thread=False)
def me(principal: Principal) -> Me:
    """Who asks, and in which role."""
    return Me(principal.kind, principal.id, principal.name, principal.role.value, dict(principal.scope))


def _link(house: House, person: Person) -> Link:
    url = f"{house.registry.place.url}/sign-in?link={house.access.new_link(person.id)}"
    return Link(person.name, url, url)


def _token(token: ApiToken) -> TokenView:
    return TokenView(token.id, token.name, token.role, token.scope, token.expires, token.created, token.retired)


def _examine(data: dict[str, Any]) -> None:
    mistakes = [f"{key}: unknown key{suggest(key, _CHANGEABLE)}" for key in data if key not in _CHANGEABLE]
    mistakes += [
        f"{key}: expected a text" for key in ("role", "password") if key in data and not isinstance(data[key], str)
    ]
    scope = data.get("scope", {})
    if not isinstance(scope, dict) or not all(isinstance(value, str) for value in scope.values()):
        mistakes.append("scope: expected a table of texts")
    if mistakes:
        raise Invalid("This user cannot be changed so.", tuple(mistakes))


handlers = [Users, Tokens, first_link, me]
