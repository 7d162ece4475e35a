"""Evidence: what devices and machines tell of their own restarts and lines, between two looks at them.

It says where inside its bracket an edge lies, and that there was an outage nobody looked at in time.
"""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What happened, by its public name: the ``edge_source`` of an edge that was dated by it."""

    LINK_DOWN = "link_down"
    LINK_UP = "link_up"
    COLD_START = "cold_start"
    WARM_START = "warm_start"
    LINK_CHANGE = "link_change"
    REBOOT = "reboot"
    RESTART = "restart"
    AGENT_RESTART = "agent_restart"
    SHUTDOWN = "shutdown"
    BOOT = "boot"


@dataclass(frozen=True, slots=True)
class Evidence:
    """One thing that happened to a target at the instant ``at``. Instants in ms UTC.

    ``since`` is the last instant before at which it is known to have run (for a restart: the look before it, or when
    its own agent was last alive); ``until`` when it was learnt: the look after it, or the arrival of the trap.
    ``check`` is the id of the one check it bears on, empty for the whole target. ``told_by`` is what told it
    (``sysUpTime``, ``boot_id``, ``trap``, …), for people.
    """

    at: int
    kind: Kind
    since: int | None = None
    until: int | None = None
    check: str = ""
    told_by: str = ""
