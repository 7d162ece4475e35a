"""Credential: how an agent gets in, by name. The secret itself lies sealed in the vault."""

from dataclasses import dataclass, field

from collector.store.objects import Noun


@dataclass(frozen=True, slots=True)
class Credential:
    """A named credential. ``words`` are the fields that may be shown (user, auth, priv), ``secrets`` names the others.

    ``sealed`` is the id of the box in the vault that holds their values.
    """

    id: str
    name: str
    kind: str
    words: dict[str, str] = field(default_factory=dict)
    secrets: tuple[str, ...] = ()
    sealed: str = ""
    created: int = 0
    retired: int | None = None


_noun = Noun("credential", Credential, "credential")
find, get, named, resolve, living = _noun.find, _noun.get, _noun.named, _noun.resolve, _noun.living
