"""People and API tokens: who may ask. Passwords and sessions are the business of ``access.py``."""

from collections.abc import Mapping

from collector.access import Principal, new_token
from collector.ids import new_id
from collector.journal import Change, Journal
from collector.roles import Role
from collector.specs import PersonSpec, TokenSpec
from collector.store import people
from collector.store.people import ApiToken, Person
from rules.duration import parse_duration
from rules.errors import Conflicting, Invalid
from rules.settings import suggest

FIRST = "admin"
"""The name of the person for whom the very first sign-in link is made."""

_PERSONAL = frozenset(Role) - {Role.AGENT, Role.TICKETING}
_TECHNICAL = frozenset(Role) - {Role.AGENT}


class People:
    """Adds, changes and disables people; makes and revokes tokens."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal

    def add(self, spec: PersonSpec, author: Principal) -> Person:
        """Add a person. Their password, if any, is set through :meth:`collector.access.Access.set_password`."""
        mistakes = _role_mistakes(spec.role, _PERSONAL)
        if not spec.name.strip() or len(spec.name) > 100:
            mistakes.append("name: expected a name of at most 100 characters")
        if mistakes:
            raise Invalid("This user cannot be added.", tuple(mistakes))
        journal = self._journal
        with journal.turn():
            with journal.state.read() as tx:
                if people.named(tx, spec.name) is not None:
                    raise Conflicting(f"There is a user {spec.name} already.")
            data = {
                "name": spec.name,
                "role": spec.role,
                "scope": spec.scope,
                "mail": spec.mail,
                "created": journal.clock.now(),
            }
            change = Change("person", new_id("u"), "add", data)
            journal.write([change], author)
            with journal.state.read() as tx:
                return people.get(tx, change.id)

    def set(self, key: str, role: str | None, scope: Mapping[str, str] | None, author: Principal) -> Person:
        """Give a person (by id or name) another role or scope; None leaves it."""
        journal = self._journal
        mistakes = _role_mistakes(role, _PERSONAL) if role is not None else []
        if mistakes:
            raise Invalid("This user cannot be changed so.", tuple(mistakes))
        with journal.turn():
            with journal.state.read() as tx:
                person = people.resolve(tx, key)
                if role is not None:
                    _keep_one_admin(people.living(tx), person, role)
            data = {name: value for name, value in (("role", role), ("scope", scope)) if value is not None}
            if data:
                journal.write([Change("person", person.id, "set", data)], author)
            with journal.state.read() as tx:
                return people.get(tx, person.id)

    def disable(self, key: str, author: Principal) -> Person:
        """Retire a person (by id or name). What they did keeps their name. Raises Conflicting for the last admin."""
        journal = self._journal
        with journal.turn():
            with journal.state.read() as tx:
                person = people.resolve(tx, key)
                if person.retired is None:
                    _keep_one_admin(people.living(tx), person, None)
            if person.retired is None:
                journal.write([Change("person", person.id, "disable", {"retired": journal.clock.now()})], author)
            with journal.state.read() as tx:
                return people.get(tx, person.id)

    def first(self, author: Principal) -> Person:
        """The person a new installation's sign-in link is for: the first living admin, made when there is none."""
        with self._journal.turn():
            with self._journal.state.read() as tx:
                admins = [person for person in people.living(tx) if person.role == Role.ADMIN and not person.scope]
            if admins:
                return min(admins, key=lambda person: (person.created, person.id))
            return self.add(PersonSpec(FIRST, Role.ADMIN.value), author)

    def new_token(self, spec: TokenSpec, author: Principal) -> tuple[ApiToken, str]:
        """An API token and its text, which is given this once."""
        mistakes = _role_mistakes(spec.role, _TECHNICAL)
        if not spec.name.strip() or len(spec.name) > 100:
            mistakes.append("name: expected a name of at most 100 characters")
        life = None
        try:
            life = parse_duration(spec.ttl) if spec.ttl else None
        except Invalid as wrong:
            mistakes.append(f"ttl: {wrong.message}")
        if mistakes:
            raise Invalid("This token cannot be made.", tuple(mistakes))
        journal = self._journal
        with journal.turn():
            with journal.state.read() as tx:
                if people.token_named(tx, spec.name) is not None:
                    raise Conflicting(f"There is a token {spec.name} already.")
            now = journal.clock.now()
            text, key = new_token("nwt")
            data = {
                "name": spec.name,
                "role": spec.role,
                "scope": spec.scope,
                "hash": key,
                "expires": None if life is None else now + life,
                "created": now,
            }
            change = Change("api_token", new_id("k"), "add", data)
            journal.write([change], author)
            with journal.state.read() as tx:
                return people.get_token(tx, change.id), text

    def revoke_token(self, key: str, author: Principal) -> None:
        """Retire an API token (by id or name). Twice is the same as once."""
        journal = self._journal
        with journal.turn():
            with journal.state.read() as tx:
                token = people.resolve_token(tx, key)
            if token.retired is None:
                journal.write([Change("api_token", token.id, "revoke", {"retired": journal.clock.now()})], author)


def _role_mistakes(role: str, allowed: frozenset[Role]) -> list[str]:
    if role in allowed:
        return []
    words = sorted(known.value for known in allowed)
    return [f"role: expected one of {', '.join(words)}{suggest(role, words)}"]


def _keep_one_admin(living: list[Person], person: Person, role: str | None) -> None:
    others = [other for other in living if other.id != person.id and other.role == Role.ADMIN and not other.scope]
    if person.role == Role.ADMIN and not person.scope and role != Role.ADMIN and not others:
        raise Conflicting(f"{person.name} is the only administrator. Make another one first.")
