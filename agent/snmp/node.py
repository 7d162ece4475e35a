"""A named place in the tree of objects, and how values there read."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from agent.snmp.ber import Oid

_NO_STATES: Mapping[int, str] = MappingProxyType({})


def _no_states() -> Mapping[int, str]:
    return _NO_STATES


@dataclass(frozen=True, slots=True)
class Node:
    """One object, column, table, notification or mere branch of a MIB.

    ``form`` says how its values read: ``text``, ``mac``, ``octets``, ``date``, ``address``, ``bits``, a display hint
    such as ``d-1`` (RFC 2579 §3.1), or nothing where the value's own type says it. ``states`` are the words of an
    enumeration, or of the bits. ``index`` has the forms of a table's index parts, on the table alone. ``scalar`` is
    True for a single object, whose value has the name with .0 behind it.
    """

    oid: Oid
    module: str
    name: str
    form: str = ""
    states: Mapping[int, str] = field(default_factory=_no_states, hash=False)
    index: tuple[str, ...] = ()
    scalar: bool = False

    @property
    def title(self) -> str:
        """Module and name, as people type them."""
        return f"{self.module}::{self.name}"
