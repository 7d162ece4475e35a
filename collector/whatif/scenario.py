"""Scenario: what shall be different, as people write it in a TOML file, on the command line or to the API."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from collector.layers import SETTINGS, clean
from rules.errors import Invalid
from rules.parameters import Parameters
from rules.selector import Selector
from rules.settings import read

EVERYTHING = "*"
NOT_RECORDED = ("interval", "retry_interval", "timeout")
"""Settings that decide when and how a check looks: the log holds no look that was not taken."""


@dataclass(frozen=True, slots=True)
class CheckChange:
    """Settings for the checks of every target that ``select`` names, as of ``policy add``; the last one wins."""

    select: str
    settings: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Planned:
    """A maintenance window that would have been announced and approved in time."""

    targets: tuple[str, ...]
    start: str = field(metadata={"key": "from"})
    end: str = field(metadata={"key": "to"})


@dataclass(frozen=True, slots=True)
class Scenario:
    """What is different. Targets and parents by name or id, windows by number.

    ``parameters`` are those of the calculation and ``checks`` settings of checks; ``parents`` gives a target all its
    parents anew, none for an empty list. ``repair_factor`` 0.5 ends each outage after half its time. ``redundant``
    names groups that would have stood in for each other.
    """

    parameters: dict[str, Any] = field(default_factory=dict)
    checks: tuple[CheckChange, ...] = field(default=(), metadata={"key": "check"})
    parents: dict[str, tuple[str, ...]] = field(default_factory=dict)
    maintenance: tuple[Planned, ...] = ()
    without_maintenance: tuple[int, ...] = ()
    repair_factor: float = 1.0
    redundant: tuple[tuple[str, ...], ...] = ()

    def __post_init__(self) -> None:
        if not 0 <= self.repair_factor <= 1:
            raise Invalid("repair_factor must be a fraction from 0 to 1")
        if any(len(group) < 2 for group in self.redundant):
            raise Invalid("redundant: name at least two that stand in for each other")


def read_scenario(table: Mapping[str, Any], where: str = "The scenario") -> Scenario:
    """The scenario of a table. Raises Invalid with all mistakes.

    A setting of checks among ``parameters`` is one for all checks, so ``confirm_down = 5`` needs no selector.
    """
    found = read(Scenario, table, where)
    everywhere = {name: value for name, value in found.parameters.items() if _of_checks(name, value)}
    rest = {name: value for name, value in found.parameters.items() if name not in everywhere}
    Parameters().with_settings(rest, where)
    changes = (*((CheckChange(EVERYTHING, everywhere),) if everywhere else ()), *found.checks)
    cleaned = []
    for change in changes:
        Selector.parse(change.select)
        settings = clean(change.settings, change.select)
        for name in settings:
            if name.rpartition(".")[2] in NOT_RECORDED or "option." in name:
                raise Invalid(f"{name}: how a check looks cannot be changed afterwards. The log holds what was seen.")
        cleaned.append(CheckChange(change.select, settings))
    known = {item.name: getattr(found, item.name) for item in fields(found)}
    return Scenario(**{**known, "parameters": rest, "checks": tuple(cleaned)})


def _of_checks(name: str, value: object) -> bool:
    if name == "ticket_after":
        return isinstance(value, str)  # as a table it is the parameter, by priority
    return name != "min_failure" and (name in SETTINGS or name == "retry" or "." in name)
