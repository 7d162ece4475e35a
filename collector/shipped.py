"""The checks a target is given when it is added, and which checks decide up and down. Pure."""

import ipaddress
import re
from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import urlsplit

from collector.assign import OUTSIDE, OWN
from collector.layers import RESOURCES
from collector.specs import CheckSpec, TargetSpec

WEBSITE = "website"
HOST = "host"
_SWITCH = "switch"
_PORT = re.compile(r"[^\s:/\[\]]+:\d{1,5}|\[[0-9a-fA-F:.]+\]:\d{1,5}")
_ALWAYS_VITAL = frozenset({"ping", "tcp", "snmp"})
_SERVICE = ("http", "tls", "dns")

PART_OPTIONS = {"interface": "name", "component": "key"}
"""Kinds that watch one part of a target, and the option that names it."""


def kind_of(spec: TargetSpec) -> str:
    """What the target is, when nobody said."""
    if "://" in spec.address:
        return WEBSITE
    return _SWITCH if spec.snmp else HOST


def checks_for(spec: TargetSpec) -> tuple[CheckSpec, ...]:
    """The checks an address calls for."""
    if "://" in spec.address:
        found = [CheckSpec("http", vital=True, agents=spec.agents)]
        if urlsplit(spec.address).scheme == "https":
            found.append(CheckSpec("tls", vital=False, agents=spec.agents))
        return tuple(found)
    if _PORT.fullmatch(spec.address):
        return (CheckSpec("tcp", vital=True, agents=spec.agents),)
    found = [CheckSpec("ping", vital=True, agents=spec.agents)]
    if spec.snmp:
        found.append(CheckSpec("snmp", options={"version": spec.snmp}, vital=True, agents=spec.agents))
    return tuple(found)


def host_checks(kinds: Sequence[str], witnessed: bool) -> tuple[CheckSpec, ...]:
    """The checks of an agent's own host: its resources, and a ping by others where there are any.

    Where nobody outside can look, the agent's own word decides: then ``cpu`` is vital.
    """
    found = [CheckSpec(kind, vital=kind == "cpu" and not witnessed, agents=OWN) for kind in kinds if kind in RESOURCES]
    return (*found, outside_ping()) if witnessed else tuple(found)


def outside_ping() -> CheckSpec:
    """The ping by which others witness that a host is there."""
    return CheckSpec("ping", vital=True, agents=OUTSIDE)


def vital(kind: str, target_kind: str, others: Sequence[str]) -> bool:
    """Whether a check of that kind decides up and down, beside vital checks of the kinds ``others``, if nobody said."""
    if kind in _ALWAYS_VITAL:
        return True
    if target_kind == WEBSITE and kind == "http":
        return True
    return kind in _SERVICE and not others


def with_part(spec: CheckSpec) -> CheckSpec:
    """The check with its part and the option that names it the same, whichever of them was given."""
    option = PART_OPTIONS.get(spec.kind)
    if option is None:
        return spec
    named = str(spec.options.get(option, "")) or spec.part
    return replace(spec, part=named, options={**spec.options, option: named})


def can_be_witnessed(address: str) -> bool:
    """Whether another machine could reach this address at all."""
    try:
        return not ipaddress.ip_address(address).is_loopback
    except ValueError:
        return address not in ("", "localhost")
