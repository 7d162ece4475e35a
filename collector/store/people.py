"""Person and API token: who may ask, in which role, about which targets."""

from dataclasses import dataclass, field

from collector.store.objects import Noun


@dataclass(frozen=True, slots=True)
class Person:
    """A user. ``scope`` limits them to targets with these labels; empty is everything. Passwords are not kept here."""

    id: str
    name: str
    role: str
    scope: dict[str, str] = field(default_factory=dict)
    mail: str = ""
    created: int = 0
    retired: int | None = None


@dataclass(frozen=True, slots=True)
class ApiToken:
    """A program's way in. ``hash`` is the SHA-256 of the token (hex); ``expires`` in ms UTC, None for never."""

    id: str
    name: str
    role: str
    hash: str
    scope: dict[str, str] = field(default_factory=dict)
    expires: int | None = None
    created: int = 0
    retired: int | None = None


_people = Noun("person", Person, "user")
find, get, named, resolve = _people.find, _people.get, _people.named, _people.resolve
living, ever = _people.living, _people.ever

_tokens = Noun("api_token", ApiToken, "token")
get_token, token_named, tokens = _tokens.get, _tokens.named, _tokens.living
resolve_token = _tokens.resolve
