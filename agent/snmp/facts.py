"""What an examination of one device found out, before anybody draws conclusions from it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from agent.snmp.ber import Oid
from agent.snmp.errors import Cause


class Told(StrEnum):
    """What became of one question."""

    UNASKED = "unasked"
    VALUES = "values"
    """The answer has a value."""
    NOTHING = "nothing"
    """The device answers, and has, or shows, nothing there."""
    SILENT = "silent"
    REFUSED = "refused"
    """By SNMPv3 or by access control; ``cause`` says why."""
    ERROR = "error"
    """An error status, or bytes that are no answer."""
    UNABLE = "unable"
    """This machine could not ask."""


@dataclass(frozen=True, slots=True)
class Reply:
    """One question and what came of it; ``text`` is what the device, the network or this machine said."""

    told: Told = Told.UNASKED
    cause: Cause | None = None
    text: str = ""

    @property
    def came(self) -> bool:
        """Whether an SNMP agent answered at all, in whatever way."""
        return self.told in (Told.VALUES, Told.NOTHING, Told.ERROR) or (
            self.told is Told.REFUSED and self.cause is not Cause.CANNOT_ENCRYPT
        )

    @property
    def accepted(self) -> bool:
        """Whether the device took the credentials, whatever it let be seen by them."""
        return self.told in (Told.VALUES, Told.NOTHING, Told.ERROR) or self.cause in (
            Cause.NO_ACCESS,
            Cause.UNKNOWN_CONTEXT,
        )


@dataclass(frozen=True, slots=True)
class EngineClock:
    """What the device's SNMPv3 engine says of itself: starts, seconds since, and when we heard it (our seconds)."""

    boots: int
    time_s: int
    at_s: float


@dataclass(frozen=True, slots=True)
class Facts:
    """All that was asked of one device by one way in. What was not asked, or not answered, stays as it is here."""

    host: str
    port: int
    version: str
    user: str = ""
    auth: str = ""
    priv: str = ""
    context: str = ""

    addresses: tuple[str, ...] = ()
    unresolved: str = ""
    source: str = ""
    """This machine's address towards the device."""
    unroutable: str = ""
    echo: bool | None = None
    """Whether the host answered a ping; None when this machine could not ask."""
    echo_text: str = ""

    knock: Reply = field(default_factory=Reply)
    """The question for the v3 engine, which needs no credential."""
    engine_id: bytes = b""
    twins: tuple[str, ...] = ()
    """Other addresses that tell the same engine id."""

    reply: Reply = field(default_factory=Reply)
    """The first question by the way in that was given."""
    other_version: str = ""
    """The version with which the community is taken instead."""
    nameless: Reply = field(default_factory=Reply)
    """The user without any key: shows whether the device knows the name."""
    unencrypted: Reply = field(default_factory=Reply)
    """The user with authentication alone."""
    right_auth: str = ""
    """The authentication protocol with which the same key is taken."""
    right_priv: str = ""
    swapped: bool = False
    """The device takes the privacy key for authentication."""
    without_context: Reply = field(default_factory=Reply)
    boots: int | None = None
    clocks: tuple[EngineClock, ...] = ()

    views: Mapping[str, Reply] = field(default_factory=dict)
    """What lies at the beginning of ``system``, ``interfaces``, ``entity`` and of ``everything``."""
    bulk: Reply = field(default_factory=Reply)
    large: Reply = field(default_factory=Reply)
    large_bytes: int = 0
    descr: str = ""
    object_id: Oid = ()
    name: str = ""
    uptime: int | None = None
    """sysUpTime, 1/100 s."""
    date: bytes = b""
    """hrSystemDate as it came."""
    now_ms: int = 0
    """This machine's clock when it came, ms UTC."""
