"""Who asks, and what they may do: tokens, sessions, one-time sign-in links, passwords, roles with a label scope.

Tokens, sessions and links are 32 random bytes and kept only as their SHA-256; passwords only as scrypt (RFC 7914).
There is no default password: the first way in is a link that works once.
"""

import base64
import hashlib
import hmac
import secrets
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from collector.clock import Clock
from collector.intake import AgentIdentity
from collector.roles import MAY, Permission, Role
from collector.store import agents, people, sign_in
from collector.store.state import State
from rules.errors import Forbidden, Invalid, Unauthenticated, Unavailable
from rules.incident import ActorKind

LINK_LIFE = 3_600_000
"""How long a sign-in link may wait for its one use, in ms."""

SHORTEST_PASSWORD = 10
_N, _R, _P = 1 << 15, 8, 1  # 32 MiB and about 80 ms a try
_SCRYPT_MEMORY = 64 << 20
_TRIES = 5
_TRY_WINDOW = 60_000
_MANY_NAMES = 10_000


@dataclass(frozen=True, slots=True)
class Principal:
    """Somebody who asks. ``kind`` is ``person`` (signed in), ``token``, ``local`` (the local socket) or ``agent``.

    ``scope`` limits what they see to targets with these labels; empty is everything.
    """

    kind: str
    id: str
    name: str
    role: Role
    scope: Mapping[str, str] = field(default_factory=dict)

    @property
    def actor(self) -> dict[str, str]:
        """How the log names them."""
        return {"kind": self.kind, "id": self.id, "name": self.name}

    @property
    def steps_as(self) -> ActorKind:
        """As what they act on an incident. Only a ticket system's own token speaks for it; whatever else a person holds
        speaks for the person."""
        return ActorKind.TICKET_SYSTEM if self.role is Role.TICKETING else ActorKind.PERSON

    def may(self, permission: Permission) -> bool:
        """Whether the role allows it; a scope may still forbid it for one target."""
        return permission in MAY[self.role]

    def sees(self, labels: Mapping[str, str]) -> bool:
        """Whether a target with these labels lies in the scope."""
        return all(labels.get(key) == value for key, value in self.scope.items())


SYSTEM = Principal("monitor", "", "nineward", Role.ADMIN)
"""The collector itself, as author of what it decides."""


def local(user: str) -> Principal:
    """Whoever may open the collector's own socket: an administrator by the file system's word, known by user name."""
    return Principal("local", user, user, Role.ADMIN)


def require(principal: Principal, permission: Permission, labels: Mapping[str, str] | None = None) -> None:
    """Raise Forbidden unless ``principal`` may do that, to a target with these labels where some are given.

    Without labels the question is about the whole installation, which somebody with a scope may only read.
    """
    if not principal.may(permission):
        raise Forbidden(f"{principal.name} has the role {principal.role}, which may not {permission}.")
    if labels is not None and not principal.sees(labels):
        raise Forbidden(f"This lies outside what {principal.name} may see.")
    if labels is None and principal.scope and permission is not Permission.READ:
        raise Forbidden(f"{principal.name} is limited to some targets and may not {permission} for all of them.")


def require_approver(principal: Principal, proposer: str, one_person: bool, about: Iterable[Mapping[str, str]]) -> None:
    """Raise Forbidden unless a signed-in person other than ``proposer`` (a principal's id) asks.

    ``about`` holds the labels of everything it is about; all of it must lie in the person's scope.
    With ``one_person`` it may be the proposer, but still a person: tokens and local commands never approve.
    """
    for labels in tuple(about) or (None,):
        require(principal, Permission.APPROVE, labels)
    if principal.kind != "person":
        raise Forbidden("Only a person who has signed in may approve, not a token and not a local command.")
    if principal.id == proposer and not one_person:
        raise Forbidden("Somebody other than the proposer must approve this.")


def new_token(prefix: str) -> tuple[str, str]:
    """A new secret text ``prefix_…`` of 32 random bytes, and its hash."""
    text = f"{prefix}_{base64.urlsafe_b64encode(secrets.token_bytes(32)).rstrip(b'=').decode('ascii')}"
    return text, hashed(text)


def hashed(token: str) -> str:
    """The hash under which a token is kept (SHA-256, hex). Unsalted, because 32 random bytes cannot be guessed."""
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).hexdigest()


class Access:
    """Answers who a token, a cookie or a password belongs to. Shared by threads."""

    def __init__(self, state: State, clock: Clock, session: int = 43_200_000) -> None:
        """``session`` is how long a sign-in lasts, in ms."""
        self._state = state
        self._clock = clock
        self._session = session
        self._lock = threading.Lock()
        self._agents: dict[str, AgentIdentity] = {}
        self._programs: dict[str, tuple[Principal, int | None]] = {}
        self._wanted = object()  # a new one for every change; what was read belongs to the one in _read
        self._read: object | None = None
        self._tries: dict[str, list[int]] = {}
        self.contacts: dict[int, int] = {}
        """When each agent (by number) last spoke since this collector started, in ms UTC."""

    def changed(self) -> None:
        """Forget what was read: agents or tokens may have changed."""
        self._wanted = object()

    def identify(self, token: str) -> AgentIdentity | None:
        """The agent whose token this is, or None. Cheap: asked for every batch. Counts as a sign of life."""
        self._refresh()
        found = self._agents.get(hashed(token))
        if found is not None:
            self.contacts[found.number] = self._clock.now()
        return found

    def bearer(self, token: str) -> Principal:
        """Whose token this is: an API token's or an agent's (a sign of its life). Raises Unauthenticated."""
        self._refresh()
        key = hashed(token)
        found = self._programs.get(key)
        if found is not None and (found[1] is None or self._clock.now() < found[1]):
            return found[0]
        if found is not None:
            raise Unauthenticated(f"The token {found[0].name!r} has expired. Make a new one.")
        agent = self._agents.get(key)
        if agent is None:
            raise Unauthenticated("Nobody has this token. It may have been revoked.")
        self.contacts[agent.number] = self._clock.now()
        return Principal("agent", agent.id, agent.id, Role.AGENT)

    def cookie(self, session: str) -> Principal:
        """Who signed in with this session. Raises Unauthenticated when it has ended or the person was disabled."""
        with self._state.read() as tx:
            person = sign_in.session(tx, hashed(session), self._clock.now())
            found = people.find(tx, person) if person else None
        if found is None or found.retired is not None:
            raise Unauthenticated("This sign-in has ended. Sign in again.")
        return person_principal(found)

    def new_link(self, person: str) -> str:
        """A secret that signs the person (by id) in, once, within an hour."""
        text, key = new_token("nwl")
        with self._state.write() as tx:
            people.get(tx, person)
            sign_in.add_link(tx, key, person, self._clock.now() + LINK_LIFE)
        return text

    def follow_link(self, link: str) -> str:
        """The session a sign-in link gives; the link works no second time. Raises Unauthenticated."""
        now = self._clock.now()
        with self._state.write() as tx:
            person = sign_in.take_link(tx, hashed(link), now)
            found = people.find(tx, person) if person else None
            if found is not None and found.retired is None:
                return self._open(found.id, now)
        raise Unauthenticated("This sign-in link was used already or has expired. Ask for a new one.")

    def sign_in(self, name: str, password: str) -> str:
        """The session for a name and its password.

        Raises Unauthenticated, in the same words and after the same work whether the name or the password is wrong, and
        Unavailable after five wrong tries in a minute.
        """
        now = self._clock.now()
        self._count_try(name, now)
        with self._state.read() as tx:
            person = people.named(tx, name)
            kept = sign_in.password(tx, person.id) if person else None
        right = _check(password, kept or _NOBODY)
        if person is None or kept is None or not right:
            raise Unauthenticated("The name or the password is wrong.")
        with self._lock:
            self._tries.pop(name, None)
        with self._state.write() as tx:
            return self._open(person.id, now)

    def sign_out(self, session: str) -> None:
        """End a session. Ending it twice is the same."""
        with self._state.write() as tx:
            sign_in.end_session(tx, hashed(session))

    def set_password(self, person: str, password: str) -> None:
        """Give a person (by id) a new password and end their sessions. Raises Invalid when it is too short."""
        self.examine_password(password)
        kept = _scrypt(password)
        with self._state.write() as tx:
            people.get(tx, person)
            sign_in.set_password(tx, person, kept, self._clock.now())
            sign_in.end_sessions(tx, person)

    def examine_password(self, password: str) -> None:
        """Raise Invalid for a password that is too short."""
        if len(password) < SHORTEST_PASSWORD:
            raise Invalid(f"A password needs at least {SHORTEST_PASSWORD} characters.")

    def end_sessions(self, person: str) -> None:
        """Sign a person (by id) out everywhere."""
        with self._state.write() as tx:
            sign_in.end_sessions(tx, person)

    def _open(self, person: str, now: int) -> str:
        text, key = new_token("nws")
        with self._state.write() as tx:
            sign_in.sweep(tx, now)
            sign_in.add_session(tx, key, person, now, now + self._session)
        return text

    def _count_try(self, name: str, now: int) -> None:
        with self._lock:
            if len(self._tries) > _MANY_NAMES:
                self._tries = {key: found for key, found in self._tries.items() if found[-1] > now - _TRY_WINDOW}
            recent = [at for at in self._tries.get(name, ()) if at > now - _TRY_WINDOW]
            if len(recent) >= _TRIES:
                raise Unavailable("Too many wrong passwords. Try again in a minute.")
            self._tries[name] = [*recent, now]

    def _refresh(self) -> None:
        if self._read is self._wanted:
            return
        with self._lock:
            # Taken before reading: a change that comes meanwhile is then read the next time. Noted after it: until then
            # others wait here, and a reading that fails is tried again.
            wanted = self._wanted
            if self._read is wanted:
                return
            with self._state.read() as tx:
                self._agents = {agent.token_hash: AgentIdentity(agent.id, agent.number) for agent in agents.living(tx)}
                self._programs = {
                    token.hash: (Principal("token", token.id, token.name, Role(token.role), token.scope), token.expires)
                    for token in people.tokens(tx)
                }
            self._read = wanted


def person_principal(person: people.Person) -> Principal:
    """A signed-in person as the one who asks."""
    return Principal("person", person.id, person.name, Role(person.role), person.scope)


def _scrypt(password: str) -> str:
    salt = secrets.token_bytes(16)
    return f"scrypt${_N}${_R}${_P}${salt.hex()}${_derive(password, salt, _N, _R, _P).hex()}"


def _derive(password: str, salt: bytes, n: int, r: int, p: int) -> bytes:
    return hashlib.scrypt(password.encode(), salt=salt, n=n, r=r, p=p, maxmem=_SCRYPT_MEMORY, dklen=32)


def _check(password: str, kept: str) -> bool:
    _, n, r, p, salt, expected = kept.split("$")
    return hmac.compare_digest(_derive(password, bytes.fromhex(salt), int(n), int(r), int(p)).hex(), expected)


_NOBODY = f"scrypt${_N}${_R}${_P}${'00' * 16}${'00' * 32}"
"""What the password of an unknown name is compared with, so that the answer takes as long."""
