"""Receiving traps and informs of all three versions of SNMP, by pysnmp: it decodes, checks users, answers informs.

Before a datagram reaches pysnmp it must pass the gate, so that a storm costs next to nothing.
"""

import asyncio
import socket
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from agent.snmp.ber import Malformed, Oid, Tag, Value
from agent.snmp.credentials import Access
from agent.snmp.message import Header, header
from agent.traps.engine import Engine
from agent.traps.gate import Gate
from agent.traps.trap import Trap
from agent.traps.understood import Understood
from agent.traps.words import name_of, worded

_REMEMBERED_S = 300.0
_MOST_REMEMBERED = 2000
_TICK_S = 2.0
_MOST_BINDINGS = 40

_UPTIME = (1, 3, 6, 1, 2, 1, 1, 3, 0)
_TRAP_OID = (1, 3, 6, 1, 6, 3, 1, 1, 4, 1, 0)
_TRAP_ADDRESS = (1, 3, 6, 1, 6, 3, 18, 1, 3, 0)
_EMPTY = (Tag.NULL, Tag.NO_SUCH_OBJECT, Tag.NO_SUCH_INSTANCE, Tag.END_OF_MIB_VIEW)
_TRAP_COMMUNITY = (1, 3, 6, 1, 6, 3, 18, 1, 4, 0)


@dataclass(slots=True)
class Counts:
    """Datagrams since the start: all of them, those the gate left out, those nobody could read, those of v3 users
    nobody knows, those said before."""

    received: int = 0
    unkept: int = 0
    unreadable: int = 0
    strange: int = 0
    repeated: int = 0


class Receiver:
    """Listens on one socket. Lives in one event loop; ``heard(trap)`` is called there."""

    def __init__(self, engine: Engine, gate: Gate, heard: Callable[[Trap], None]) -> None:
        from pysnmp.entity.engine import SnmpEngine

        self.counts = Counts()
        self._gate = gate
        self._heard = heard
        self._now_s = asyncio.get_running_loop().time
        self._engine = SnmpEngine()
        _identify(self._engine, engine)
        self._own = engine.id
        self._understood = Understood(self._engine)
        self._informs: OrderedDict[Trap, float] = OrderedDict()
        self._source = self._version = ""
        self._inform = False

    def open(self, listen: socket.socket) -> None:
        """Listen on a bound socket, which belongs to this from now on. In the event loop."""
        from pysnmp.carrier.asyncio.dgram import udp, udp6
        from pysnmp.entity import config
        from pysnmp.entity.rfc3413.ntfrcv import NotificationReceiver

        six = listen.family == socket.AF_INET6
        kind, domain = (udp6.Udp6Transport, udp6.DOMAIN_NAME) if six else (udp.UdpTransport, udp.DOMAIN_NAME)
        receiver = self

        class Gated(kind):  # type: ignore[misc, valid-type]  # pysnmp has no types
            """pysnmp's transport, behind the gate."""

            def datagram_received(self, datagram: bytes, address: Any) -> None:
                # At once, not in a later turn of the loop: what was read of the header belongs to this datagram.
                if receiver.admit(datagram, str(address[0])):
                    self._callback_function(self, self.ADDRESS_TYPE(address), datagram)

        class Telling(NotificationReceiver):  # type: ignore[misc]
            """pysnmp's receiver, which also tells the kind and the number of the PDU."""

            def process_pdu(self, *given: Any) -> None:
                receiver.began(given[8])
                super().process_pdu(*given)

        config.add_transport(self._engine, domain, Gated().open_server_mode(sock=listen))
        self._engine.transport_dispatcher.set_timer_resolution(_TICK_S)
        Telling(self._engine, self._notified)

    def close(self) -> None:
        """Stop listening."""
        self._engine.close_dispatcher()

    def users(self, users: Iterable[Access]) -> None:
        """Understand the notifications of these v3 users from now on."""
        self._understood.users(users)

    def admit(self, datagram: bytes, source: str) -> bool:
        """Whether a datagram goes on to be read; what must be known for that is known then."""
        self.counts.received += 1
        source = source.removeprefix("::ffff:").partition("%")[0]
        if not self._gate.admit(source, self._now_s()):
            self.counts.unkept += 1
            return False
        try:
            said: Header = header(datagram)
        except Malformed:
            self.counts.unreadable += 1
            return False
        self._source, self._version = source, said.version
        if said.community is not None:
            self._understood.community(said.community)
            return True
        if said.engine and said.engine != self._own and not self._understood.engine(said.engine, said.user):
            self.counts.strange += 1
            return False
        return True

    def began(self, pdu: Any) -> None:
        """pysnmp has read a notification: note whether it is an inform."""
        from pysnmp.proto.api import v2c

        self._inform = pdu.tagSet == v2c.InformRequestPDU.tagSet

    def _notified(
        self, _engine: Any, _reference: Any, _context_engine: Any, _context: Any, bindings: Sequence[Any], _given: Any
    ) -> None:
        said = {tuple(oid): _plain(value) for oid, value in bindings}
        # Anybody may have sent this: nothing need be of the type that it must be.
        oid = _typed(said, _TRAP_OID, Tag.OBJECT_IDENTIFIER)
        if not oid:
            self.counts.unreadable += 1
            return
        relayed = _typed(said, _TRAP_ADDRESS, Tag.IP_ADDRESS)
        source = socket.inet_ntoa(relayed) if relayed and len(relayed) == 4 and any(relayed) else self._source
        rest = [pair for pair in said.items() if pair[0] not in (_UPTIME, _TRAP_OID, _TRAP_ADDRESS, _TRAP_COMMUNITY)]
        trap = Trap(
            source=source,
            version=self._version,
            oid=".".join(map(str, oid)),
            name=name_of(oid),
            inform=self._inform,
            uptime=_typed(said, _UPTIME, Tag.TIME_TICKS),
            bindings=tuple(worded(place, *value) for place, value in rest[:_MOST_BINDINGS]),
        )
        if self._inform and self._repeated(trap):
            self.counts.repeated += 1
        else:
            self._heard(replace(trap, unkept=self._gate.unkept(self._source)))

    def _repeated(self, inform: Trap) -> bool:
        """Whether this inform came before: its sender repeats it, with the event's uptime, until it is answered."""
        now = self._now_s()
        before = self._informs.get(inform)
        self._informs[inform] = now
        self._informs.move_to_end(inform)
        if len(self._informs) > _MOST_REMEMBERED:
            self._informs.popitem(last=False)
        return before is not None and now - before < _REMEMBERED_S


def _typed(said: Mapping[Oid, tuple[int, Value]], oid: Oid, tag: Tag) -> Any:
    """The value of that object, None where it is not there or of another type."""
    found, value = said.get(oid, (Tag.NULL, None))
    return value if found == tag else None


def _plain(value: Any) -> tuple[int, Value]:
    """The tag of a value of pysnmp's, and the value as Python has it."""
    outer = value.tagSet.superTags[-1]
    tag = int(outer.tagClass | outer.tagId)
    if tag == Tag.OBJECT_IDENTIFIER:
        return tag, tuple(value)
    if tag in _EMPTY:
        return tag, None
    return tag, bytes(value.asOctets()) if hasattr(value, "asOctets") else int(value)


def _identify(made: Any, engine: Engine) -> None:
    """pysnmp would keep its boots in a folder for all to write; ours are in the agent's own."""
    names = made.get_mib_builder().import_symbols("__SNMP-FRAMEWORK-MIB", "snmpEngineID", "snmpEngineBoots")
    own, boots = names
    own.syntax = own.syntax.clone(engine.id)
    boots.syntax = boots.syntax.clone(engine.boots)
    made.snmpEngineID = own.syntax
