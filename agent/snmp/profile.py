"""What a device profile says: which devices it is for, what to ask them, and what their answers mean.

A profile is a TOML file (``docs/how-to/write-a-device-profile.md``); ``profile_file`` reads it, ``profile_library``
finds the one for a device, ``health`` applies it to what was read. Here are only the words.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from re import Pattern

from agent.snmp.ber import Oid
from rules.result import Outcome


class State(StrEnum):
    """How a part of a device is. ``absent`` is no fault: nothing is plugged in, or there is nothing to measure."""

    OK = "ok"
    WARNING = "warning"
    CRITICAL = "critical"
    UNKNOWN = "unknown"
    ABSENT = "absent"

    @property
    def outcome(self) -> Outcome | None:
        """The same as the outcome of a check of this part; None for what is absent."""
        return _OUTCOMES[self]


_OUTCOMES: dict[State, Outcome | None] = {
    State.OK: Outcome.OK,
    State.WARNING: Outcome.DEGRADED,
    State.CRITICAL: Outcome.FAILED,
    State.UNKNOWN: Outcome.ERROR,
    State.ABSENT: None,
}

# How bad each state is, so that the worst of several can be taken.
SEVERITY = {State.UNKNOWN: 0, State.OK: 1, State.WARNING: 2, State.CRITICAL: 3}

# Units a value can have, with the ending of its metric and the factor to the base unit of metrics.
UNITS: dict[str, tuple[str, float]] = {
    "": ("count", 1.0),
    "%": ("ratio", 0.01),
    "°C": ("c", 1.0),
    "rpm": ("rpm", 1.0),
    "V": ("v", 1.0),
    "A": ("a", 1.0),
    "W": ("w", 1.0),
    "VA": ("va", 1.0),
    "kWh": ("kwh", 1.0),
    "Hz": ("hz", 1.0),
    "s": ("s", 1.0),
    "B": ("bytes", 1.0),
    "dBm": ("dbm", 1.0),
    "m/s": ("mps", 1.0),
}

# Kinds of parts, with the unit of their value where the profile gives none.
KINDS: dict[str, str] = {
    "alarm": "",
    "array": "%",
    "battery": "%",
    "cluster": "",
    "contact": "",
    "controller": "",
    "cooling": "",
    "cpu": "%",
    "current": "A",
    "disk": "%",
    "energy": "kWh",
    "fan": "rpm",
    "frequency": "Hz",
    "health": "",
    "humidity": "%",
    "license": "",
    "link": "",
    "load": "%",
    "memory": "%",
    "module": "",
    "neighbour": "",
    "optics": "dBm",
    "outlet": "",
    "power": "W",
    "power_supply": "",
    "runtime": "s",
    "sensor": "",
    "service": "",
    "sessions": "",
    "stack": "",
    "storage": "%",
    "supply": "%",
    "temperature": "°C",
    "tunnel": "",
    "voltage": "V",
}


@dataclass(frozen=True, slots=True)
class Match:
    """Devices whose sysObjectID is ``object_id`` or lies below it and in whose sysDescr ``descr`` is found."""

    object_id: Oid
    descr: Pattern[str] | None = None


@dataclass(frozen=True, slots=True)
class Object:
    """One thing the device is asked for, and how a cell of it is read.

    An ``oid`` ending in 0 is a single object; any other is a column. In a part that has rows, a column gives the cell
    of the row's own index; of the row that the object ``via`` names (its value is that row's index); or of the row
    made by ``index``, in which numbers stand for themselves and None, place for a sub-identifier of the row's own
    index. A number is ``(raw + offset) × scale``, times ``10^(3·(si−9))`` and by ``10^precision`` as ENTITY-SENSOR-MIB
    has them (RFC 3433), times ``times``; a raw number in ``absent``, or a result outside ``low`` … ``high``, means that
    there is nothing. With ``wrap``, negative numbers are those of 32 bits gone over their end.
    """

    name: str
    oid: Oid
    via: "Object | None" = None
    index: tuple["Place | int", ...] | None = None
    scale: float = 1.0
    offset: float = 0.0
    si: "Object | None" = None
    precision: "Object | None" = None
    times: "Object | None" = None
    absent: frozenset[int | float | str] = frozenset()
    low: float | None = None
    high: float | None = None
    wrap: bool = False

    @property
    def single(self) -> bool:
        return self.oid[-1] == 0

    @property
    def direct(self) -> bool:
        """A column whose rows are those of the part itself."""
        return not self.single and self.via is None and self.index is None


@dataclass(frozen=True, slots=True)
class Place:
    """A sub-identifier of the index of a row: the first is 1, the last -1."""

    number: int


@dataclass(frozen=True, slots=True)
class States:
    """What the values of a state object mean: value → (state, the device's own word).

    Values are whole numbers or, of devices that answer in words, texts in small letters. With ``bits`` they are the
    numbers of bits that are set: bit 0 is the first of an octet string (BITS, RFC 2578 §7.1.4), the lowest of a number.
    """

    words: Mapping[int | str, tuple[State, str]]
    bits: bool = False


@dataclass(frozen=True, slots=True)
class Condition:
    """That a cell, or a sub-identifier of the row's index, is one of these.

    Numbers and object identifiers are compared; a text fits when one of the patterns is found in it.
    """

    object: "Object | Place"
    numbers: frozenset[int]
    patterns: tuple[Pattern[str], ...]
    names: frozenset[Oid]


@dataclass(frozen=True, slots=True)
class Limits:
    """From where a value is a warning or critical: a number in the value's unit, or an object of the device.

    Used only where the device has no word of its own on the state.
    """

    warn: "float | Object | None" = None
    critical: "float | Object | None" = None
    low_warn: "float | Object | None" = None
    low_critical: "float | Object | None" = None


@dataclass(frozen=True, slots=True)
class Naming:
    """A pattern of a name: literal texts, objects, and places of the index (0: the whole index, dotted)."""

    pieces: tuple["str | Object | Place", ...]


@dataclass(frozen=True, slots=True)
class Part:
    """One kind of thing the device has, by one table (or some single objects): a component for each row.

    The value is that of ``value``; or the used share in percent, from two of ``used``, ``free`` and ``total``, each of
    which is a sum. ``state`` are the objects by which the device itself tells how the thing is; what one of them calls
    absent is absent, else the worst counts. Only rows that meet all of ``when`` and none of ``unless`` are this part's;
    one that does not meet ``present`` is there without its thing. A ``fallback`` counts only where no part before it
    found anything of this kind.
    """

    kind: str
    names: tuple[Naming, ...]
    unit: str
    value: Object | None = None
    used: tuple[Object, ...] = ()
    free: tuple[Object, ...] = ()
    total: tuple[Object, ...] = ()
    state: tuple[tuple[Object, States], ...] = ()
    when: tuple[Condition, ...] = ()
    unless: tuple[Condition, ...] = ()
    present: tuple[Condition, ...] = ()
    limits: Limits = Limits()
    fallback: bool = False


@dataclass(frozen=True, slots=True)
class Profile:
    """What is known of one family of devices. ``parts`` has those of the blocks it uses, after its own."""

    name: str
    title: str
    matches: tuple[Match, ...]
    uses: tuple[str, ...]
    parts: tuple[Part, ...]
