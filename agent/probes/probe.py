"""What every probe promises, and the words it speaks with the agent: Subject, Credential, option, Probe."""

import asyncio
import math
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import Field, dataclass, field, fields
from difflib import get_close_matches
from typing import Any, ClassVar, TypeVar, get_type_hints

from rules.errors import Invalid
from rules.result import Reading
from rules.secret import Secret

Log = Callable[[str], None]
T = TypeVar("T")


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
    """A field of a probe's Options: its default, what it means, its range (both ends included) or its choices."""
    return field(default=default, metadata={"text": text, "low": low, "high": high, "choices": choices})


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
    if mistakes:
        raise Invalid("The options cannot be used.", tuple(mistakes))
    return shape(**values)


def _convert(wanted: Any, given: object) -> object:
    """``given`` as the wanted type (int, float, bool, str or tuple[str, ...]). Raises ValueError saying what is expected."""
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

    A subclass stands alone in the file of its kind and sets ``Options`` (a frozen dataclass of ``option`` fields),
    ``thresholds`` (applied by the agent where the plan gives none) and ``look``.
    """

    kind: ClassVar[str] = ""
    Options: ClassVar[type[Any]] = NoOptions
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
        """``cls.Options`` made of a table; texts are converted. Raises Invalid with every mistake found."""
        return read_options(cls.Options, table)

    @abstractmethod
    async def look(self, subject: Subject, deadline_s: float) -> Reading:
        """Look once and answer within ``deadline_s`` seconds (from the call).

        Raises nothing because the target is dead: that is a Reading with ``failed``. What kept the agent from looking
        is a Reading with ``error``.
        """

    async def in_thread(self, work: Callable[[], T]) -> T:
        """The answer of ``work``, run in a thread of its own that nobody waits for at exit.

        A statvfs on a dead network file system never returns, and a pool's threads would then hold up the agent's end;
        a daemon thread does not. Whoever awaits this may give up (``asyncio.wait_for``); the thread runs on alone.
        """
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[T] = loop.create_future()

        def settle(value: T | None, trouble: BaseException | None) -> None:
            if answer.done():
                return
            if trouble is not None:
                answer.set_exception(trouble)
            else:
                answer.set_result(value)  # type: ignore[arg-type]

        def run() -> None:
            value: T | None = None
            trouble: BaseException | None = None
            try:
                value = work()
            except Exception as caught:
                trouble = caught
            with suppress(RuntimeError):  # the loop is closed: nobody is left to hear the answer
                loop.call_soon_threadsafe(settle, value, trouble)

        threading.Thread(target=run, name=f"probe-{self.kind}", daemon=True).start()
        return await answer

    def close(self) -> None:
        """Give back sockets, engines and children. The instance is not used afterwards."""
