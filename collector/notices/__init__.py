"""Notice channels. The folder is the registry: the file ``dingtalk.py`` is the kind ``dingtalk``."""

import importlib
import pkgutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from collector.notices.channel import Channel, Manner, Message, checked_limit
from collector.remote.hosts import barred
from collector.settings import secret
from rules import settings
from rules.errors import Invalid
from rules.settings import Resolve, suggest

_PROMISE = "channel"
_MANNER = frozenset(entry.name for entry in fields(Manner))


@dataclass(frozen=True, slots=True)
class Line:
    """A configured channel: what sends, and in which manner. ``limit`` is how many messages a minute it may get."""

    channel: Channel
    manner: Manner
    limit: int


def kinds() -> list[str]:
    """The kinds of channels there are, by name."""
    return sorted(module.name for module in pkgutil.iter_modules(__path__) if module.name != _PROMISE)


def make(
    name: str,
    table: Mapping[str, Any],
    now: Callable[[], int],
    resolve: Resolve = secret,
    *,
    allowed: Sequence[str] = (),
) -> Line:
    """The channel that ``[notices.NAME]`` of nineward.toml describes. Raises Invalid with all mistakes.

    ``allowed`` are patterns of the hosts that may be spoken to; without one, any may.
    """
    where = f"[notices.{name}]"
    kind = table.get("kind")
    if kind not in kinds():
        raise Invalid(f"{where}: kind: expected one of {', '.join(kinds())}{suggest(str(kind), kinds())}")
    module = importlib.import_module(f"{__name__}.{kind}")
    common = {key: value for key, value in table.items() if key in _MANNER}
    own = {key: value for key, value in table.items() if key not in _MANNER and key != "kind"}
    mistakes: list[str] = []
    manner, options = Manner(), None
    try:
        manner = settings.read(Manner, common, where)
    except Invalid as wrong:
        mistakes += wrong.mistakes
    try:
        options = settings.read(module.Options, own, where, resolve=resolve)
        mistakes += barred(options, allowed)
    except Invalid as wrong:
        mistakes += wrong.mistakes
    if mistakes:
        raise Invalid(f"{where} has mistakes.", tuple(mistakes))
    return Line(module.Sender(options, now), manner, checked_limit(module.Sender, manner))


def configured(
    table: Mapping[str, Any],
    now: Callable[[], int],
    resolve: Resolve = secret,
    *,
    allowed: Sequence[str] = (),
) -> dict[str, Line]:
    """Every channel of the ``[notices]`` table, by name. Raises Invalid with the mistakes of all of them."""
    found: dict[str, Line] = {}
    mistakes: list[str] = []
    for name, options in table.items():
        if not isinstance(options, Mapping):
            mistakes.append(f"[notices.{name}]: expected a table")
        elif not name.isascii() or not name.replace("-", "").replace("_", "").isalnum():
            mistakes.append(f"[notices.{name}]: expected a name of letters, digits, - and _")
        else:
            try:
                found[name] = make(name, options, now, resolve, allowed=allowed)
            except Invalid as wrong:
                mistakes += [wrong.message, *(f"notices.{name}.{mistake}" for mistake in wrong.mistakes)]
    if mistakes:
        raise Invalid("The notice channels cannot be used.", tuple(mistakes))
    return found


def trial(name: str, now: int) -> Message:
    """What ``nineward notice test`` sends: a message that says it is a test."""
    text = f"This is a test of the notice channel {name!r}. Nothing is broken."
    return Message(f"test.{name}.{now}", now, "Nineward: a test", (text,), entries=({"event": "test", "text": text},))
