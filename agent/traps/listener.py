"""Everything about traps in one agent: a thread that listens, a file that keeps them, a thread that passes them on.

The thread has an event loop of its own: reading a notification takes milliseconds that no look shall wait for.
"""

import asyncio
import logging
import socket
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from agent.plan import Plan
from agent.probes.probe import credential
from agent.snmp.credentials import Access, ways_in
from agent.traps.courier import Courier
from agent.traps.engine import Engine
from agent.traps.gate import Gate
from agent.traps.outbox import Outbox
from agent.traps.trap import Trap
from rules.errors import Invalid, Unavailable

log = logging.getLogger("nineward.agent.traps")

_STARTS_WITHIN_S = 30.0
_AGAIN_S = 5.0
"""Many a device answers from tables that are some seconds old, and does not show yet what its trap told."""


class Listener:
    """Hears devices out. ``wish(handles)`` is called, in the thread that listens, with the checks a trap is about: at
    once, and once more some seconds after the last one."""

    def __init__(
        self,
        listen: str,
        per_minute: int,
        engine: Engine,
        outbox: Outbox,
        courier: Courier,
        wish: Callable[[Iterable[int]], None],
    ) -> None:
        """``listen`` is ADDRESS:PORT. Raises Invalid when that is none, Unavailable when it cannot be listened on."""
        self._socket = bound(listen)
        self.port: int = self._socket.getsockname()[1]
        self._gate = Gate(per_minute)
        self._engine = engine
        self._outbox = outbox
        self._courier = courier
        self._wish = wish
        self._known: Mapping[str, tuple[str, tuple[int, ...]]] = {}
        self._users: tuple[Access, ...] = ()
        self._again: dict[tuple[int, ...], asyncio.TimerHandle] = {}
        self._loop = asyncio.new_event_loop()
        self._end = asyncio.Event()
        self._ready = threading.Event()
        self._changed = asyncio.Event()
        self._thread = threading.Thread(target=self._run, name="traps", daemon=True)

    def start(self) -> None:
        """Listen from now on. What hinders that is logged: looks matter more than traps."""
        self._courier.start()
        self._thread.start()
        self._ready.wait(_STARTS_WITHIN_S)

    def stop(self) -> None:
        """Listen no more. What was heard and not passed on stays on disk."""
        self._loop.call_soon_threadsafe(self._end.set)
        self._thread.join(5)
        if not self._thread.is_alive():
            self._loop.close()
            self._socket.close()
        self._courier.stop()

    def follow(self, plan: Plan) -> None:
        """Know the plan's targets by their addresses, and its v3 users. From the thread that stops this."""
        if self._loop.is_closed():
            return
        known: dict[str, tuple[str, tuple[int, ...]]] = {}
        for check in plan.checks:
            target, handles = known.get(check.address, (check.target_id, ()))
            known[check.address] = (target if target == check.target_id else "", (*handles, check.handle))
        self._known = known
        given = [credential(name, table) for name, table in plan.credentials.items()]
        try:
            self._users = tuple(way for way in ways_in(given) if way.version == "v3")
        except ValueError as wrong:
            log.warning("a credential of the plan cannot be used for traps: %s", wrong)
        self._loop.call_soon_threadsafe(self._changed.set)

    def _run(self) -> None:
        try:
            self._loop.run_until_complete(self._listen())
        except Exception:
            log.exception("traps are no longer heard")
        finally:
            self._ready.set()

    async def _listen(self) -> None:
        from agent.traps.receiver import Receiver

        receiver = Receiver(self._engine, self._gate, self._heard)
        receiver.open(self._socket)
        self._ready.set()
        log.info("port=%d listening for SNMP traps", self.port)
        ending = self._loop.create_task(self._end.wait())
        try:
            while not self._end.is_set():
                receiver.users(self._users)
                self._changed.clear()
                change = self._loop.create_task(self._changed.wait())
                await asyncio.wait((change, ending), return_when=asyncio.FIRST_COMPLETED)
                change.cancel()
        finally:
            receiver.close()

    def _heard(self, trap: Trap) -> None:
        target, handles = self._known.get(trap.source, ("", ()))
        log.info("source=%s trap=%s %s", trap.source, trap.name or trap.oid, dict(trap.bindings))
        if handles:
            self._wish(handles)
            waiting = self._again.get(handles)
            if waiting is not None:
                waiting.cancel()
            self._again[handles] = self._loop.call_later(_AGAIN_S, self._wish_again, handles)
        try:
            self._outbox.keep(replace(trap, target=target))
        except Unavailable as full:
            log.error("source=%s a trap is lost: %s", trap.source, full)
            return
        self._courier.ring()

    def _wish_again(self, handles: tuple[int, ...]) -> None:
        del self._again[handles]
        self._wish(handles)


def bound(listen: str) -> socket.socket:
    """A UDP socket bound to ADDRESS:PORT ([ADDRESS]:PORT for IPv6). Raises Invalid, Unavailable."""
    host, _, port = listen.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    if not host or not port.isdecimal() or int(port) > 65535:
        raise Invalid(f"[traps] listen: expected ADDRESS:PORT such as 0.0.0.0:162, found {listen!r}")
    try:
        family, _, _, _, address = socket.getaddrinfo(
            host, int(port), type=socket.SOCK_DGRAM, flags=socket.AI_NUMERICHOST
        )[0]
    except OSError:
        raise Invalid(f"[traps] listen: {host!r} is no IP address") from None
    made = socket.socket(family, socket.SOCK_DGRAM)
    try:
        made.setblocking(False)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER)
        made.bind(address)
    except OSError as trouble:
        made.close()
        raise Unavailable(
            f"Traps cannot be received on {listen}: {trouble.strerror}. Ports below 1024 need root or "
            "CAP_NET_BIND_SERVICE; another program may hold it (snmptrapd?). Set [traps] listen in agent.toml."
        ) from trouble
    return made


_BUFFER = 4 * 1024 * 1024
"""A storm of traps waits here while others are read."""
