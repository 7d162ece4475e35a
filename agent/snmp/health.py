"""A profile applied to one reading of a device: what it has, how each part is, and the numbers to keep."""

from collections.abc import Mapping
from dataclasses import dataclass

from agent.snmp.ber import Oid
from agent.snmp.profile import Profile, State
from agent.snmp.table import Table


@dataclass(frozen=True, slots=True)
class Component:
    """One part of a device in one reading.

    ``key`` is its kind and name ("fan:Switch#1, Fan#1"), the same after a reboot; several of one name are told apart
    by their order (" #2"). ``value`` is in ``unit`` (profile.UNITS). ``text`` is the device's own word for its state,
    or what made it not ok.
    """

    key: str
    kind: str
    name: str
    state: State
    value: float | None
    unit: str
    text: str


@dataclass(frozen=True, slots=True)
class Health:
    """``metrics`` are named and measured as in every Reading: "temperature_c[Board 0]", "memory_ratio[Processor]"."""

    metrics: Mapping[str, float]
    components: tuple[Component, ...]


def wanted(profile: Profile) -> tuple[tuple[Oid, ...], tuple[Oid, ...]]:
    """The columns and the single objects a profile needs, to be given to ``Device.read``."""
    raise NotImplementedError


def evaluate(profile: Profile, table: Table) -> Health:
    """What a reading says. What it lacks is left out: a broken table makes nothing look faulty."""
    raise NotImplementedError
