"""Ticket systems. The folder is the registry: the file ``webhook.py`` is the kind ``webhook``."""

import importlib
import pkgutil
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from collector.remote.hosts import barred
from collector.remote.telling import Telling
from collector.settings import secret
from collector.ticket_terms import terms_of, without_terms
from collector.tickets.ticket_system import TicketSystem
from rules import settings
from rules.errors import Invalid
from rules.settings import Resolve, suggest

_PROMISE = "ticket_system"


def kinds() -> list[str]:
    """The kinds of ticket systems there are, by name."""
    return sorted(module.name for module in pkgutil.iter_modules(__path__) if module.name != _PROMISE)


def make(
    name: str,
    table: Mapping[str, Any],
    now: Callable[[], int],
    resolve: Resolve = secret,
    *,
    allowed: Sequence[str] = (),
) -> TicketSystem:
    """The system that ``[tickets.NAME]`` of nineward.toml describes. Raises Invalid with all mistakes.

    ``allowed`` are patterns of the hosts that may be spoken to; without one, any may.
    """
    where = f"[tickets.{name}]"
    kind = table.get("kind")
    if kind not in kinds():
        raise Invalid(f"{where}: kind: expected one of {', '.join(kinds())}{suggest(str(kind), kinds())}")
    module = importlib.import_module(f"{__name__}.{kind}")
    options = {key: value for key, value in without_terms(table).items() if key != "kind"}
    terms_of(name, table)
    read = settings.read(module.Options, options, where, resolve=resolve)
    if mistakes := barred(read, allowed):
        raise Invalid(f"{where} leads where it must not.", tuple(mistakes))
    made: TicketSystem = module.System(read, now)
    return made


def configured(
    table: Mapping[str, Any],
    now: Callable[[], int],
    resolve: Resolve = secret,
    *,
    allowed: Sequence[str] = (),
) -> dict[str, TicketSystem]:
    """Every system of the ``[tickets]`` table, by name. Raises Invalid with the mistakes of all of them."""
    found: dict[str, TicketSystem] = {}
    mistakes: list[str] = []
    for name, options in table.items():
        if not isinstance(options, Mapping):
            mistakes.append(f"[tickets.{name}]: expected a table")
        elif not name.isascii() or not name.replace("-", "").replace("_", "").isalnum():
            mistakes.append(f"[tickets.{name}]: expected a name of letters, digits, - and _")
        else:
            try:
                found[name] = make(name, options, now, resolve, allowed=allowed)
            except Invalid as wrong:
                mistakes += [wrong.message, *(f"tickets.{name}.{mistake}" for mistake in wrong.mistakes)]
    if mistakes:
        raise Invalid("The ticket systems cannot be used.", tuple(mistakes))
    return found


def trial(name: str, now: int) -> Telling:
    """What ``nineward ticket test`` tells a system: a made-up incident that says it is a test."""
    said = f"This is a test of the ticket system {name!r}. Nothing is broken."
    facts = {
        "incident": {"number": "INC-0000-000000", "kind": "test", "state": "open", "priority": "general"},
        "target": None,
        "text": said,
    }
    key = f"nineward:test:{now}"
    return Telling(f"test.{name}.{now}", key, 1, "test", now, facts, title=f"[INC-0000-000000] {said}", body=said)
