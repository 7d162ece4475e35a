"""Templates in the settings of ticket systems, filled from what is told, as ``"{incident.number} at {target.name}"``.

A name in braces is a path into the telling: ``key``, ``event``, ``title``, ``body``, or a path into its facts
(``incident.priority``, ``target.address``, ``check.name``). What is not there is an empty text. ``{{`` is a brace.
Nothing but these plain values can be reached.
"""

from collections.abc import Iterator, Mapping
from string import Formatter
from typing import Any

from collector.remote.telling import Telling
from rules.errors import Invalid

_OWN = ("key", "event", "title", "body")


def checked(option: str, templates: Mapping[str, str]) -> None:
    """Raises Invalid, naming the option and the field, when a template cannot be read."""
    for name, template in templates.items():
        try:
            for _, path, form, conversion in Formatter().parse(template):
                if path is not None and (form or conversion or not all(part.strip() for part in path.split("."))):
                    raise ValueError(path)
        except ValueError:
            raise Invalid(f'{option}.{name}: expected a text such as "{{incident.number}}": {template!r}') from None


def filled(template: str, telling: Telling) -> str:
    """The template with what is told."""
    return "".join(_parts(template, telling))


def _parts(template: str, telling: Telling) -> Iterator[str]:
    for text, path, _, _ in Formatter().parse(template):
        yield text
        if path is not None:
            yield _shown(getattr(telling, path) if path in _OWN else _reached(telling.facts, path))


def _reached(facts: Mapping[str, Any], path: str) -> Any:
    found: Any = facts
    for part in path.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    return found


def _shown(value: Any) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(map(_shown, value))
    if isinstance(value, Mapping):
        return str(value.get("name") or "")
    return "" if value is None else str(value)
