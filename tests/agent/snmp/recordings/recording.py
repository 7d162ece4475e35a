"""The recordings as files: what each device holds, and what its index says a correct poller reads from it.

They lie beside the project, in ``../shared/snmp-recordings``; without them ``names()`` is empty.
"""

import json
import socket
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from agent.snmp.ber import Oid, Tag, Value
from agent.snmp.table import Table

FOLDER = Path(__file__).parents[4].parent / "shared" / "snmp-recordings"

Rows = Mapping[Oid, tuple[Tag, Value]]


def names() -> list[str]:
    """The recordings, each of which is its own community."""
    return sorted(path.stem for path in FOLDER.glob("*.snmprec"))


@lru_cache(maxsize=1)
def _index() -> dict[str, dict[str, Any]]:
    entries = json.loads((FOLDER / "index.json").read_text(encoding="utf-8"))
    return {entry["community"]: entry for entry in entries}


def facts(name: str) -> dict[str, Any]:
    """What the index says of a recording."""
    return _index()[name]


def walk_of(name: str, root: Oid) -> list[tuple[Oid, Tag, Value]]:
    """The objects below the root that a walk of the recorded device meets, in their order.

    That is the order of the file, but from an object that is there more than once a walk goes on behind its last place.
    A value that varies by design is as at the first moment.
    """
    rows = [(oid, tag, value) for oid, tag, value, _ in _read(name)]
    last = {row[0]: place for place, row in enumerate(rows)}
    found: list[tuple[Oid, Tag, Value]] = []
    place = next((place for place, row in enumerate(rows) if row[0][: len(root)] == root), len(rows))
    while place < len(rows) and rows[place][0][: len(root)] == root:
        found.append(rows[place])
        place = last[rows[place][0]] + 1
    return found


@lru_cache(maxsize=2)
def recording(name: str) -> Rows:
    """All objects of a recording by name; of one that is there twice, the last."""
    return {oid: (tag, value) for oid, tag, value, _ in _read(name)}


@lru_cache(maxsize=2)
def varying(name: str) -> frozenset[Oid]:
    """The objects that snmpsim changes from answer to answer."""
    return frozenset(oid for oid, _, _, varies in _read(name) if varies)


def table(name: str, columns: Sequence[Oid], scalars: Sequence[Oid] = ()) -> Table:
    """What reading these columns and single objects of the device brings, without a socket."""
    rows = recording(name)
    cells: dict[Oid, dict[Oid, Value]] = {column: {} for column in columns}
    lengths = {len(column) for column in columns}
    for oid, (_, value) in rows.items():
        for length in lengths:
            column = oid[:length]
            if len(oid) > length and column in cells:
                cells[column][oid[length:]] = value
    return Table(cells, {oid: rows[oid][1] for oid in scalars if oid in rows})


@lru_cache(maxsize=2)
def _read(name: str) -> tuple[tuple[Oid, Tag, Value, bool], ...]:
    lines = (FOLDER / f"{name}.snmprec").read_text(encoding="iso-8859-1").split("\n")
    return tuple(_row(line) for line in map(str.strip, lines) if line and not line.startswith("#"))


def _row(line: str) -> tuple[Oid, Tag, Value, bool]:
    """A line is OID|TAG|VALUE; TAG has an x for hexadecimal values, and ``:module`` where a module makes the value."""
    name, kind, text = line.split("|", 2)
    kind, _, module = kind.partition(":")
    tag = Tag(int(kind.rstrip("x")))
    if module:
        text = dict(part.partition("=")[::2] for part in text.split(",")).get("value", "0")
    return _oid(name), tag, _value(tag, text, kind.endswith("x")), module == "numeric"


def _value(tag: Tag, text: str, hexadecimal: bool) -> Value:
    if tag is Tag.NULL:
        return None
    if tag is Tag.OBJECT_IDENTIFIER:
        return _oid(text)
    if hexadecimal:
        return bytes.fromhex(text)
    if tag is Tag.IP_ADDRESS:
        return socket.inet_aton(text) if text.count(".") == 3 else text.encode("iso-8859-1")
    if tag in (Tag.OCTET_STRING, Tag.OPAQUE):
        return text.encode("iso-8859-1")
    return int(text)


def _oid(text: str) -> Oid:
    return tuple(map(int, text.strip(".").split(".")))
