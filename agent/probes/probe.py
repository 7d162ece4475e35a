"""What every probe promises, and the words it speaks with the agent: Subject, Credential, option, Probe."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, dataclass, field, fields
from typing import Any, ClassVar, get_type_hints

from rules.errors import Invalid
from rules.result import Reading
from rules.secret import Secret
from rules.settings import read
from rules.threshold import Threshold

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

    ``handle`` is the check's number and ``interval_s`` the time from one look to the next; both 0 for a look by hand.
    """

    address: str
    name: str = ""
    credentials: tuple[Credential, ...] = ()
    handle: int = 0
    interval_s: float = 0.0


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
    types = get_type_hints(shape)
    converted = {name: _from_text(types.get(name), given) for name, given in table.items()}
    mistakes = [
        mistake for item in fields(shape) if item.name in converted for mistake in _beyond(item, converted[item.name])
    ]
    try:
        made = read(shape, converted, "The options")
    except Invalid as wrong:
        raise Invalid("The options cannot be used.", (*wrong.mistakes, *mistakes)) from wrong
    if mistakes:
        raise Invalid("The options cannot be used.", tuple(mistakes))
    return made


def _from_text(wanted: Any, given: object) -> object:
    """A text as the type that is wanted, or unchanged when it cannot be that: then ``read`` says what is wrong."""
    if not isinstance(given, str):
        return given
    if wanted is bool:
        return {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}.get(given, given)
    if wanted in (int, float):
        try:
            return wanted(given)
        except ValueError:
            return given
    if wanted == tuple[str, ...]:
        return tuple(part.strip() for part in given.split(",") if part.strip())
    return given


def _beyond(item: Field[Any], value: Any) -> list[str]:
    low, high, choices = (item.metadata.get(key) for key in ("low", "high", "choices"))
    if isinstance(value, int | float) and low is not None and high is not None and not low <= value <= high:
        return [f"{item.name}: expected {low} to {high}, found {value}"]
    if choices and value not in choices:
        return [f"{item.name}: expected one of {', '.join(choices)}, found {value!r}"]
    return []


class Probe(ABC):
    """One kind of look. One instance per check, so counters of the look before live in the instance.

    A subclass stands alone in the file of its kind and sets ``shape`` (its Options),
    ``thresholds`` (applied by the agent where the plan gives none) and ``look``.
    """

    kind: ClassVar[str] = ""
    shape: ClassVar[type[Any]] = NoOptions
    """The Options of the kind: a frozen dataclass of ``option`` fields, in the probe's own file."""
    family: ClassVar[str] = ""
    """The kind whose credentials and whose table of agent.toml it uses too; its own where empty."""
    thresholds: ClassVar[tuple[Threshold, ...]] = ()
    """What holds where the plan says nothing about a metric."""

    def __init__(
        self,
        options: Mapping[str, object] | None = None,
        local: Mapping[str, object] | None = None,
        log: Log = silent,
    ) -> None:
        """``options`` come from the plan or the command line, ``local`` is ``[probes.KIND]`` of agent.toml (of its
        family, where it has one).

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
