"""The fields of an issue as settings give them: tables and lists whose texts are templates.

Jira wants objects for most fields, as ``priority = { name = "High" }`` or ``customfield_10042 = [{ value = "…" }]``.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from collector.remote.telling import Telling
from collector.remote.templates import checked, filled


def read(option: str, fields: Mapping[str, Any]) -> None:
    """Raises Invalid, naming the option and the field, when a template in it cannot be read."""
    for name, value in fields.items():
        for template in _templates(value):
            checked(option, {name: template})


def written(fields: Mapping[str, Any], telling: Telling) -> dict[str, Any]:
    """The same fields with what is told in their texts. What is empty then is left out."""
    found = {str(name): _written(value, telling) for name, value in fields.items()}
    return {name: value for name, value in found.items() if not _empty(value)}


def _written(value: Any, telling: Telling) -> Any:
    if isinstance(value, str):
        return filled(value, telling)
    if isinstance(value, Mapping):
        return {str(name): _written(inner, telling) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_written(inner, telling) for inner in value]
    return value


def _empty(value: Any) -> bool:
    if isinstance(value, Mapping):
        return all(map(_empty, value.values()))
    if isinstance(value, list | tuple):
        return all(map(_empty, value))
    return value is None or value == ""


def _templates(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from _templates(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _templates(inner)
