"""A TLS port: is the chain trusted, is the name right, how long does it hold.

Limits are relative to the certificate's lifetime: a fixed thirty days would be noise for ever on a certificate that
lives for forty-seven. Every address is asked, and the element of the chain that ends first counts.
"""

import asyncio
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from agent.certificate import validity
from agent.clock import Clock
from agent.names import Unresolved, resolve, version
from agent.probes.probe import Probe, Subject, option
from agent.stream import connect, split
from agent.trouble import judge
from agent.trust import context, refusal
from rules.result import Outcome, Reading
from rules.threshold import Threshold

_DAY = 86_400_000
_MOST_ADDRESSES = 8


@dataclass(frozen=True, slots=True)
class Options:
    port: int = option(0, "port; 0 takes it from the address, else 443", low=0, high=65535)
    server_name: str = option("", "name to ask for (SNI) and to check; empty: the address's host")
    verify: bool = option(True, "check chain and name; without, only the dates are judged")
    authorities: str = option("", "file of certificates (PEM) to trust instead of the system's")
    family: str = option("any", "which addresses of a name to ask", choices=("any", "ipv4", "ipv6"))


@dataclass(frozen=True, slots=True)
class Shown:
    """What one address showed: its chain in DER form, leaf first, or why there is none."""

    address: str
    outcome: Outcome
    handshake_us: int = 0
    chain: tuple[bytes, ...] = ()
    text: str = ""


def dates(chain: Sequence[bytes], now: int) -> tuple[dict[str, float], str]:
    """Values and, when the chain does not hold now, why not. ``now`` in milliseconds UTC.

    ``last_days_ratio`` is the time left in units of a tenth of the lifetime or 7 days, whichever is less: below 1 is
    high time. Raises ValueError when a certificate cannot be read.
    """
    held = [validity(der) for der in chain]
    ends = min(certificate.ends for certificate in held)
    begins = max(certificate.begins for certificate in held)
    lifetime = max(1, held[0].ends - held[0].begins)
    left = ends - now
    values: dict[str, float] = {
        "days_left": round(left / _DAY, 2),
        "life_left_ratio": round(left / lifetime, 4),
        "last_days_ratio": round(left / min(lifetime / 10, 7 * _DAY), 4),
    }
    if now < begins:
        return values, "the certificate does not hold yet"
    if left <= 0:
        who = "the certificate" if held[0].ends == ends else "a certificate of the chain"
        return values, f"{who} has expired"
    return values, ""


def combine(shown: Sequence[Shown], now: int) -> Reading:
    """One Reading of all addresses: the worst counts. ``now`` in milliseconds UTC."""
    tried = [one for one in shown if one.outcome is not Outcome.ERROR]
    if not tried:
        return Reading(Outcome.ERROR, text="; ".join(f"{one.address}: {one.text}" for one in shown))
    wrong = [f"{one.address}: {one.text}" for one in tried if one.outcome is not Outcome.OK]
    values: dict[str, float] = {}
    for one in tried:
        if not one.chain:
            continue
        try:
            found, text = dates(one.chain, now)
        except ValueError as unreadable:
            found, text = {}, str(unreadable)
        if text and one.outcome is Outcome.OK:
            wrong.append(f"{one.address}: {text}")
        if found and found["days_left"] < values.get("days_left", float("inf")):
            values |= found
    fine = [one.handshake_us for one in tried if one.outcome is Outcome.OK]
    if fine:
        values["handshake_us"] = max(fine)
    return Reading(Outcome.FAILED if wrong else Outcome.OK, values, "; ".join(wrong))


class Tls(Probe):
    """Shakes hands with every address at once."""

    shape = Options
    thresholds = (
        Threshold("life_left_ratio", warn=0.3333, below=True),
        Threshold("last_days_ratio", critical=1.0, below=True),
    )

    async def look(self, subject: Subject, deadline_s: float) -> Reading:
        options: Options = self.options
        until = asyncio.get_running_loop().time() + deadline_s
        try:
            place = urlsplit(subject.address).netloc if "://" in subject.address else subject.address
            host, port = split(place.rpartition("@")[2], options.port)
            trust = context(options.verify, options.authorities)
            async with asyncio.timeout_at(until):
                addresses = await resolve(host, options.family)
        except (ValueError, Unresolved, OSError) as trouble:
            return Reading(Outcome.ERROR, text=str(trouble) or f"resolving {subject.address} took too long")
        name = options.server_name or host
        tries = (
            self._shake(address, options.port or port or 443, name, trust, until)
            for address in addresses[:_MOST_ADDRESSES]
        )
        return combine(await asyncio.gather(*tries), Clock().wall())

    async def _shake(self, address: str, port: int, name: str, trust: ssl.SSLContext, until: float) -> Shown:
        loop = asyncio.get_running_loop()
        phase = "connect"
        try:
            async with asyncio.timeout_at(until):
                sock = await connect(address, port)
                phase, begun = "tls", loop.time()
                try:
                    transport, _ = await loop.create_connection(
                        asyncio.Protocol, sock=sock, ssl=trust, server_hostname=name
                    )
                except BaseException:
                    sock.close()
                    raise
                took = round((loop.time() - begun) * 1e6)
                session: ssl.SSLObject = transport.get_extra_info("ssl_object")
                chain = _chain(session, verified=self.options.verify)
                self.log(f"{address} port {port}: {session.version()}, {len(chain)} certificates, {took / 1000:.1f} ms")
                transport.abort()
                await asyncio.sleep(0)
        except ssl.SSLError as trouble:
            return Shown(address, Outcome.FAILED, text=refusal(trouble))
        except TimeoutError:
            return Shown(address, Outcome.FAILED, text=f"{phase} timed out")
        except OSError as trouble:
            outcome, line = judge(trouble, version(address))
            return Shown(address, outcome, text=f"{phase}: {line}")
        return Shown(address, Outcome.OK, took, tuple(chain))


def _chain(session: ssl.SSLObject, verified: bool) -> list[bytes]:
    """The certificates of a session in DER form, leaf first; the leaf alone where Python gives no more.

    Python has public methods for the chain since 3.13; before, the object inside has them.
    """
    name = "get_verified_chain" if verified else "get_unverified_chain"
    source = session if hasattr(session, name) else getattr(session, "_sslobj", None)
    leaf = session.getpeercert(binary_form=True)
    listed: list[Any] = getattr(source, name, list)() or []
    chain = [one if isinstance(one, bytes) else ssl.PEM_cert_to_DER_cert(one.public_bytes()) for one in listed]
    return chain or ([leaf] if leaf else [])
