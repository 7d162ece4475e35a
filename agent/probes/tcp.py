"""A TCP port: does every address of the target accept a connection, and say what it should.

A load balancer or a firewall may accept for a dead server; ``send`` and ``expect`` make it answer itself.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from agent.names import Unresolved, resolve, version
from agent.probes.probe import Probe, Subject, option
from agent.stream import connect, split
from agent.trouble import judge
from rules.result import Outcome, Reading

_MOST_ADDRESSES = 8
_MOST_BYTES = 65536


@dataclass(frozen=True, slots=True)
class Options:
    port: int = option(0, "port; 0 takes it from the address (host:port)", low=0, high=65535)
    send: str = option("", r"text to send once connected (\r and \n as escapes)")
    expect: str = option("", "text that must come back within the first 64 KiB; empty: nothing is read")
    family: str = option("any", "which addresses of a name to try", choices=("any", "ipv4", "ipv6"))


@dataclass(frozen=True, slots=True)
class Attempt:
    """What one address did: the time to connect in whole microseconds when it was fine, else why not."""

    address: str
    outcome: Outcome
    connect_us: int = 0
    text: str = ""


def combine(attempts: Sequence[Attempt]) -> Reading:
    """One Reading of all addresses.

    All fine is ok, some failed is degraded, all failed is failed. An address the agent could not try (no IPv6 here)
    counts only when no other one was tried.
    """
    tried = [attempt for attempt in attempts if attempt.outcome is not Outcome.ERROR]
    fine = [attempt for attempt in tried if attempt.outcome is Outcome.OK]
    text = "; ".join(f"{a.address}: {a.text}" for a in (tried or attempts) if a.outcome is not Outcome.OK)
    if not tried:
        return Reading(Outcome.ERROR, text=text)
    values: dict[str, float] = {"addresses_failed": len(tried) - len(fine)} if len(attempts) > 1 else {}
    if not fine:
        return Reading(Outcome.FAILED, values, text)
    values["connect_us"] = min(attempt.connect_us for attempt in fine)
    return Reading(Outcome.OK if len(fine) == len(tried) else Outcome.DEGRADED, values, text)


class Tcp(Probe):
    """Tries all addresses at once."""

    shape = Options

    async def look(self, subject: Subject, deadline_s: float) -> Reading:
        options: Options = self.options
        until = asyncio.get_running_loop().time() + deadline_s
        try:
            host, port = split(subject.address, options.port)
            if not port:
                return Reading(Outcome.ERROR, text="no port is given, neither in the options nor with the address")
            async with asyncio.timeout_at(until):
                addresses = await resolve(host, options.family)
        except (ValueError, Unresolved, TimeoutError) as trouble:
            return Reading(Outcome.ERROR, text=str(trouble) or f"resolving {host} took too long")
        tries = (self._try(address, options.port or port, until) for address in addresses[:_MOST_ADDRESSES])
        return combine(await asyncio.gather(*tries))

    async def _try(self, address: str, port: int, until: float) -> Attempt:
        loop = asyncio.get_running_loop()
        begun = loop.time()
        phase = "connect"
        try:
            async with asyncio.timeout_at(until):
                sock = await connect(address, port)
                took = round((loop.time() - begun) * 1e6)
                self.log(f"{address} port {port}: connected after {took / 1000:.3f} ms")
                with sock:
                    phase = "answer"
                    if self.options.send:
                        await loop.sock_sendall(sock, unescape(self.options.send))
                    wanted = self.options.expect.encode()
                    got = b""
                    while wanted and wanted not in got:
                        part = await loop.sock_recv(sock, 4096)
                        got += part
                        if not part or len(got) > _MOST_BYTES:
                            said = got[:80].decode("utf-8", "replace")
                            return Attempt(address, Outcome.FAILED, text=f"expected text did not come, but {said!r}")
        except TimeoutError:
            return Attempt(address, Outcome.FAILED, text=f"{phase} timed out")
        except OSError as trouble:
            outcome, line = judge(trouble, version(address))
            return Attempt(address, outcome, text=f"{phase}: {line}")
        return Attempt(address, Outcome.OK, took)


def unescape(text: str) -> bytes:
    r"""The bytes of a text in which ``\r``, ``\n``, ``\t`` and ``\\`` stand for what they do in most languages."""
    escapes: Mapping[str, str] = {"r": "\r", "n": "\n", "t": "\t", "\\": "\\"}
    out, characters = [], iter(text)
    for character in characters:
        if character == "\\":
            after = next(characters, "")
            out.append(escapes.get(after, "\\" + after))
        else:
            out.append(character)
    return "".join(out).encode()
