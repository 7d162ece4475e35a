"""Agent and join token: who looks, and the short-lived right to become one."""

from dataclasses import dataclass, field

from collector.store.objects import Noun


@dataclass(frozen=True, slots=True)
class Agent:
    """One enrolled agent. ``number`` stands for it on the wire; ``token_hash`` is the SHA-256 of its token (hex).

    ``machine`` is the id of the machine it runs on, ``target`` the id of the target that is its own host, ``address``
    where it joined from. Instants in ms UTC.
    """

    id: str
    number: int
    name: str
    token_hash: str
    target: str = ""
    hostname: str = ""
    address: str = ""
    machine: str = ""
    labels: dict[str, str] = field(default_factory=dict)
    kinds: tuple[str, ...] = ()
    version: str = ""
    created: int = 0
    retired: int | None = None


@dataclass(frozen=True, slots=True)
class JoinToken:
    """The right to enrol agents: ``uses`` are left of it until ``expires`` (ms UTC). Only its SHA-256 is kept."""

    id: str
    hash: str
    uses: int
    expires: int
    labels: dict[str, str] = field(default_factory=dict)
    created: int = 0
    retired: int | None = None


_agents = Noun("agent", Agent, "agent")
find, get, named, resolve, by_number = _agents.find, _agents.get, _agents.named, _agents.resolve, _agents.numbered
living, ever = _agents.living, _agents.ever

_tokens = Noun("join_token", JoinToken, "join token")
get_join_token, join_tokens = _tokens.get, _tokens.living
