"""What every probe promises, and the words it speaks with the agent: Subject, Credential, option, Probe."""

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, dataclass, field, fields
from difflib import get_close_matches
from typing import Any, ClassVar, get_type_hints

from rules.errors import Invalid
from rules.result import Reading
from rules.secret import Secret

Log = Callable[[str], None]


def silent(_line: str) -> None:
    """The log of a look nobody watches."""


@dataclass(frozen=True, slots=True)
class Credential:
    """A named credential as the plan gives it. ``secrets`` holds what must not be shown, ``words`` the rest."""

    name: str
    kind: str
    words: Mapping[str, str] = field(default_factory=dict)
    secrets: Mapping[str, Secret] = field(default_factory=dict)


_SHOWN = frozenset({"kind", "version", "user", "auth", "priv", "context"})
"""Fields of a credential that are no secret; every other field is taken for one."""


def credential(name: str, table: Mapping[str, object]) -> Credential:
    """Make a Credential of one entry of the plan's ``credentials``. Unknown fields are kept as secrets."""
    return Credential(
        name=name,
        kind=str(table.get("kind", "")),
        words={key: str(value) for key, value in table.items() if key in _SHOWN and key != "kind"},
        secrets={key: Secret(str(value)) for key, value in table.items() if key not in _SHOWN},
    )


@dataclass(frozen=True, slots=True)
class Subject:
    """What is looked at: an address (name, IP address or URL; empty for the agent's own host) and how to get in.

    ``handle`` is the check's number, 0 for a look by hand.
    """

    address: str
    name: str = ""
    credentials: tuple[Credential, ...] = ()
    handle: int = 0


def option(
    default: Any,
    text: str,
    *,
    low: float | None = None,
    high: float | None = None,
    choices: tuple[str, ...] = (),
) -> Any:
    """A field of a probe's Options: its default, what it means, its range (both ends included) or its choices.

    The default REQUIRED makes an option that must be given.
    """
    return field(default=default, metadata={"text": text, "low": low, "high": high, "choices": choices}, kw_only=True)


REQUIRED: Any = MISSING
"""The default of an option that has none."""


@dataclass(frozen=True, slots=True)
class NoOptions:
    """For a probe that has nothing to set."""


def read_options(shape: type[Any], table: Mapping[str, object]) -> Any:
    """A ``shape`` (an Options class) made of a table; texts, as a command line gives them, are converted.

    Raises Invalid with every mistake found: unknown names, wrong types, values out of range.
    """
    known = {item.name: item for item in fields(shape)}
    types = get_type_hints(shape)
    mistakes: list[str] = []
    values: dict[str, object] = {}
    for name, given in table.items():
        if name not in known:
            near = get_close_matches(name, known, 1)
            mistakes.append(f"{name}: no such option" + (f", did you mean {near[0]!r}?" if near else ""))
            continue
        try:
            values[name] = _within(known[name], _convert(types[name], given))
        except ValueError as wrong:
            mistakes.append(f"{name}: {wrong}")
    mistakes += [
        f"{name}: must be given" for name, item in known.items() if item.default is MISSING and name not in table
    ]
    if mistakes:
        raise Invalid("The options cannot be used.", tuple(mistakes))
    return shape(**values)


def _convert(wanted: Any, given: object) -> object:
    """``given`` as the wanted type (int, float, bool, str or tuple[str, ...]), or ValueError naming the type."""
    if wanted is bool:
        if isinstance(given, bool):
            return given
        if given in ("true", "yes", "on", "1"):
            return True
        if given in ("false", "no", "off", "0"):
            return False
        raise ValueError(f"expected true or false, got {given!r}")
    if isinstance(given, bool):
        raise ValueError(f"expected {_NAMES[wanted]}, got {given!r}")
    if wanted in (int, float) and isinstance(given, int | float | str):
        try:
            number = float(given)
            if wanted is float and math.isfinite(number):
                return number
            if wanted is int and number == int(number):
                return int(number)
        except (ValueError, OverflowError):
            pass
    elif wanted is str and isinstance(given, str | int | float):
        return str(given)
    elif wanted == tuple[str, ...]:
        if isinstance(given, str):
            return tuple(part.strip() for part in given.split(",") if part.strip())
        if isinstance(given, list | tuple):
            return tuple(str(part) for part in given)
    raise ValueError(f"expected {_NAMES[wanted]}, got {given!r}")


_NAMES = {
    int: "a whole number",
    float: "a number",
    str: "a text",
    bool: "true or false",
    tuple[str, ...]: "a list of texts",
}


def _within(item: Field[Any], value: Any) -> Any:
    low, high = item.metadata.get("low"), item.metadata.get("high")
    choices = item.metadata.get("choices")
    if (low is not None and value < low) or (high is not None and value > high):
        raise ValueError(f"expected {low} … {high}, got {value}")
    if choices and value not in choices:
        raise ValueError(f"expected one of {', '.join(choices)}, got {value!r}")
    return value


class Probe(ABC):
    """One kind of look. One instance per check, so counters of the look before live in the instance.

    A subclass stands alone in the file of its kind and sets ``shape`` (its Options),
    ``thresholds`` (applied by the agent where the plan gives none) and ``look``.
    """

    kind: ClassVar[str] = ""
    shape: ClassVar[type[Any]] = NoOptions
    """The Options of the kind: a frozen dataclass of ``option`` fields, in the probe's own file."""
    thresholds: ClassVar[tuple[Mapping[str, object], ...]] = ()
    """Default thresholds in the plan's shape. A metric without ``[part]`` holds for each of its parts."""

    def __init__(
        self,
        options: Mapping[str, object] | None = None,
        local: Mapping[str, object] | None = None,
        log: Log = silent,
    ) -> None:
        """``options`` come from the plan or the command line, ``local`` is ``[probes.KIND]`` of agent.toml.

        Raises Invalid with every mistake found in the options.
        """
        self.options = self.read_options(options or {})
        self.local = local or {}
        self.log = log

    @classmethod
    def read_options(cls, table: Mapping[str, object]) -> Any:
        """The kind's Options made of a table; texts are converted. Raises Invalid with every mistake found."""
        return read_options(cls.shape, table)

    @abstractmethod
    async def look(self, subject: Subject, deadline_s: float) -> Reading:
        """Look once and answer within ``deadline_s`` seconds (from the call).

        Raises nothing because the target is dead: that is a Reading with ``failed``. What kept the agent from looking
        is a Reading with ``error``.
        """

    def close(self) -> None:  # noqa: B027 - most probes hold nothing
        """Give back sockets, engines and children. The instance is not used afterwards."""
