"""Target: what is watched, as configured."""

from dataclasses import dataclass, field
from enum import StrEnum

from collector.store.objects import Noun


class Priority(StrEnum):
    """How much hangs on a target; chooses the shipped preset and how long a fault may last before its ticket."""

    URGENT = "urgent"
    IMPORTANT = "important"
    GENERAL = "general"


@dataclass(frozen=True, slots=True)
class Target:
    """One thing whose availability is measured. Names and addresses may change; the id does not.

    ``parents`` are ids. ``credentials`` are names, tried in order. ``settings`` is the target's own layer. Instants are
    ms UTC: ``in_service_from`` is None while the target is pending (it has not yet given a confirmed good answer),
    ``in_service_to`` None while nobody ended its service. ``agent`` is the id of the agent whose own host this is, and
    ``machine`` that machine's id; both empty for everything else.
    """

    id: str
    name: str
    address: str = ""
    kind: str = "host"
    priority: Priority = Priority.GENERAL
    profile: str = "auto"
    labels: dict[str, str] = field(default_factory=dict)
    parents: tuple[str, ...] = ()
    credentials: tuple[str, ...] = ()
    snmp: str = ""
    settings: dict[str, object] = field(default_factory=dict)
    in_service_from: int | None = None
    in_service_to: int | None = None
    agent: str = ""
    machine: str = ""
    no_outside_witness: bool = False
    calendar: str = ""
    agreement: str = ""
    created: int = 0
    retired: int | None = None

    @property
    def pending(self) -> bool:
        """Whether the target has never yet answered well: it opens no incident and enters no figure."""
        return self.in_service_from is None and self.retired is None


_noun = Noun("target", Target, "target")
find, get, named, resolve = _noun.find, _noun.get, _noun.named, _noun.resolve
living, ever, history, at = _noun.living, _noun.ever, _noun.history, _noun.at
