"""The product's own small table of names: the files of ``agent/snmp/mibs/``, one for each MIB, read into nodes.

    [states]                      enumerations of this MIB: "up(1) down(2)"
    [places]                      name = object identifier: branches, identities, notifications
    [scalars."1.3.6.1.2.1.1"]     single objects below that place: 1 = "sysDescr text"
    [tables.ifTable]              oid, index = [forms of its parts], columns = { 2 = "ifDescr text" }

Behind an object's name stands how its values read: a form of ``node.Node``, the name of an enumeration above, or
``bits:`` and the name of one.
"""

import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from agent.snmp.ber import Oid
from agent.snmp.node import Node

FOLDER = Path(__file__).parent / "mibs"
FORMS = ("text", "mac", "octets", "date", "address")


def nodes() -> Iterator[Node]:
    """All names of the table."""
    for path in sorted(FOLDER.glob("*.toml")):
        yield from read(path.stem, tomllib.loads(path.read_text(encoding="utf-8")))


def read(module: str, table: Mapping[str, Any]) -> Iterator[Node]:
    """The nodes of one MIB. Raises ValueError or KeyError for a table that is not written as it must be."""
    states = {name: _states(words) for name, words in table.get("states", {}).items()}
    for name, oid in table.get("places", {}).items():
        yield Node(_oid(oid), module, name)
    for place, objects in table.get("scalars", {}).items():
        for number, words in objects.items():
            yield _node((*_oid(place), *_oid(number)), module, words, states, scalar=True)
    for name, given in table.get("tables", {}).items():
        oid = _oid(given["oid"])
        yield Node(oid, module, name, index=tuple(given.get("index", ("number",))))
        for number, words in given["columns"].items():
            yield _node((*oid, 1, int(number)), module, words, states)


def _node(oid: Oid, module: str, words: str, states: Mapping[str, Mapping[int, str]], scalar: bool = False) -> Node:
    name, _, form = words.partition(" ")
    if not form or form in FORMS or form.startswith("d-"):
        return Node(oid, module, name, form, scalar=scalar)
    return Node(
        oid, module, name, "bits" if form.startswith("bits:") else "", states[form.removeprefix("bits:")], scalar=scalar
    )


def _states(words: str) -> dict[int, str]:
    """``up(1) down(2)`` as a table."""
    told = (word.removesuffix(")").rpartition("(") for word in words.split())
    return {int(number): name for name, _, number in told}


def _oid(text: str) -> Oid:
    return tuple(map(int, text.split(".")))
