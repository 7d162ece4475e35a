"""Objects by name, and values in words: what people read instead of numbers.

The names come from a small table of the product's own (``agent/snmp/mibs/``, a file for each MIB) and, where somebody
gives them, from MIB files (``mib_files``). Nothing here talks to a device.
"""

from collections.abc import Iterable
from functools import cache

from agent.snmp.ber import Oid, Value
from agent.snmp.node import Node
from agent.snmp.value_words import words
from agent.snmp.walk import shown
from rules.errors import Invalid, Missing
from rules.settings import suggest


class Names:
    """A set of named objects. ``shipped()`` has the product's own; ``with_nodes`` adds others to them."""

    def __init__(self, nodes: Iterable[Node]) -> None:
        """A later node takes the place of an earlier one with the same object identifier."""
        self._nodes: dict[Oid, Node] = {node.oid: node for node in nodes}
        self._by_name: dict[str, list[Node]] = {}
        self._folded: dict[str, set[str]] = {}
        for node in self._nodes.values():
            for name in (node.name, node.title):
                self._by_name.setdefault(name, []).append(node)
                self._folded.setdefault(name.lower(), set()).add(name)

    def with_nodes(self, nodes: Iterable[Node]) -> "Names":
        """These names and others, which count for more."""
        return Names((*self._nodes.values(), *nodes))

    def __len__(self) -> int:
        return len(self._nodes)

    def node(self, oid: Oid) -> Node | None:
        """The nearest named place at or above an object."""
        nodes = self._nodes
        for size in range(len(oid), 0, -1):
            found = nodes.get(oid[:size])
            if found is not None:
                return found
        return None

    def named(self, oid: Oid) -> str:
        """``IF-MIB::ifDescr.3``; the plain number where not even the beginning has a name."""
        node = self.node(oid)
        if node is None:
            return shown(oid)
        rest = oid[len(node.oid) :]
        return f"{node.title}.{shown(rest)}" if rest else node.title

    def worded(self, oid: Oid, tag: int, value: Value) -> str:
        """A value as people read it: enumerations in words, times as times, text as text."""
        return words(self.node(oid), tag, value, self.named)

    def oid(self, text: str) -> Oid:
        """The object that somebody means by ``1.3.6.1…``, ``sysUpTime.0``, ``IF-MIB::ifDescr.3``.

        Raises Missing for a name nobody knows, Invalid for several objects of one name and for what is no name.
        """
        word = text.strip().removeprefix(".")
        if not word:
            raise Invalid("An object is named by its number or its name; this is empty.")
        if word[0].isdecimal():
            return _sub_ids(word, text)
        name, _, rest = word.partition(".")
        return self._find(name).oid + (_sub_ids(rest, text) if rest else ())

    def value_oid(self, text: str) -> Oid:
        """The same for an object whose value is wanted: a single object may be named without its .0.

        Raises Invalid for a table or a column without an index too.
        """
        oid = self.oid(text)
        node = self._nodes.get(oid)
        if node is None or oid[-1:] == (0,):
            return oid
        if node.scalar:
            return (*oid, 0)
        raise Invalid(f"{node.title} is no single value: name one of its objects, or use walk or table.")

    def table(self, text: str) -> tuple[str, Oid, list[Node], tuple[str, ...]]:
        """A table by its name or number: its title, the object above its columns, the columns with names, its index.

        The columns may be none: of a table nobody named, the device tells which it has.
        """
        oid = self.oid(text)
        entry = oid if self._is_entry(oid) else (*oid, 1)
        known = self._nodes.get(entry[:-1]) or self._nodes.get(entry)
        columns = sorted(
            (node for node in self._nodes.values() if len(node.oid) == len(entry) + 1 and node.oid[:-1] == entry),
            key=lambda node: node.oid,
        )
        title = known.title if known is not None else self.named(entry[:-1])
        return title, entry, columns, known.index if known is not None else ()

    def _is_entry(self, oid: Oid) -> bool:
        """Whether an object is a table's entry rather than the table."""
        parent = self._nodes.get(oid[:-1])
        return oid[-1] == 1 and parent is not None and bool(parent.index)

    def _find(self, name: str) -> Node:
        found = self._by_name.get(name)
        if found is None:
            alike = self._folded.get(name.lower(), set())
            if len(alike) == 1:
                found = self._by_name[next(iter(alike))]
        if found is None:
            raise Missing(
                f"No object is called {name!r} here{suggest(name, self._by_name) or '.'} Its number will do, or the "
                "folder of its MIB, given by --mibs."
            )
        places = {node.oid for node in found}
        if len(places) > 1:
            raise Invalid(f"{name!r} is the name of several objects.", tuple(sorted(node.title for node in found)))
        return found[0]


def _sub_ids(word: str, text: str) -> Oid:
    parts = word.split(".")
    if not all(part.isdecimal() and part.isascii() and len(part) <= 10 and int(part) <= 0xFFFFFFFF for part in parts):
        raise Invalid(f"{text!r} is no object: numbers with dots between them, or a name and an index.")
    return tuple(map(int, parts))


@cache
def shipped() -> Names:
    """The names that come with the product. Read when first asked for."""
    from agent.snmp.name_table import nodes

    return Names(nodes())


def named(oid: Oid) -> str:
    """``IF-MIB::ifDescr.3`` by the names of the product."""
    return shipped().named(oid)


def worded(oid: Oid, tag: int, value: Value) -> str:
    """A value as people read it, by the names of the product: ``down(2)``."""
    return shipped().worded(oid, tag, value)
