"""How a command answers: one JSON document for programs, or a text for people."""

import argparse
import contextlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from collector.cli.terminal.table import table
from collector.client import Client, reach
from collector.texts import Translator, translator


def collector(arguments: argparse.Namespace) -> contextlib.AbstractContextManager[Client]:
    """A client for the collector that the options name."""
    return reach(arguments.data, arguments.url, arguments.token, arguments.ca)


def words(arguments: argparse.Namespace) -> Translator:
    """The translator for ``--lang``."""
    return translator(getattr(arguments, "lang", "en"))


def document(value: object) -> None:
    """Print one JSON document."""
    print(json.dumps(value, ensure_ascii=False, indent=2))


def show(arguments: argparse.Namespace, value: object, text: Callable[[Translator], str]) -> None:
    """Print ``value`` as JSON if that was asked for, otherwise the text a person wants."""
    if arguments.json:
        document(value)
    else:
        print(text(words(arguments)))


Column = tuple[str, Callable[[Any], object]]
"""A heading (English; translated when shown) and what stands below it for an item."""


def listed(
    arguments: argparse.Namespace,
    items: Iterable[Mapping[str, Any]],
    columns: Sequence[Column],
    empty: str,
    right: Sequence[int] = (),
) -> None:
    """Print items as a JSON array or as a table; ``empty`` is the sentence for none."""
    found = list(items)

    def text(words: Translator) -> str:
        if not found:
            return words(empty)
        heads = [words(head) for head, _ in columns]
        return table(heads, [[value(item) for _, value in columns] for item in found], right)

    show(arguments, found, text)
