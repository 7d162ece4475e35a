"""Where the collector is found: its address for people and agents, and what proves that it is the right one."""

import socket
from dataclasses import dataclass
from urllib.parse import urlsplit

import psutil
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from collector.settings import Settings
from collector.tls import Authority, Pair, fingerprint, pin
from rules.errors import Invalid

_EVERYWHERE = ("0.0.0.0", "::")  # noqa: S104 -- compared with, not bound to


def secure(settings: Settings) -> bool:
    """Whether the collector's address speaks HTTPS: everywhere but on loopback."""
    return settings.listen not in ("localhost", "::1") and not settings.listen.startswith("127.")


def address(settings: Settings) -> str:
    """The address of the collector's pages and API, without a slash at its end."""
    if settings.public_url:
        return settings.public_url.rstrip("/")
    listen = socket.getfqdn() if settings.listen in _EVERYWHERE else settings.listen
    host = f"[{listen}]" if ":" in listen else listen
    return f"{'https' if secure(settings) else 'http'}://{host}:{settings.port}"


@dataclass(frozen=True, slots=True)
class Place:
    """The collector's address and the certificates behind it. Agents pin the authority, never the leaf.

    With a certificate of your own, its chain file ends with the authority that agents then pin.
    """

    settings: Settings
    authority: Authority

    @property
    def secure(self) -> bool:
        """Whether the address speaks HTTPS: everywhere but on loopback."""
        return secure(self.settings)

    @property
    def url(self) -> str:
        """The address of pages and API, without a slash at its end."""
        return address(self.settings)

    def certificate(self, now: int) -> Pair:
        """The chain and key to serve with: your own, else one signed by the collector's authority for its names."""
        if self.settings.certificate is not None and self.settings.private_key is not None:
            return Pair(self.settings.certificate, self.settings.private_key)
        return self.authority.leaf(self._names(), now)

    def authority_pem(self, now: int) -> bytes:
        """The certificate of the authority that agents trust (PEM)."""
        own = self._own_chain()
        return own[-1].public_bytes(Encoding.PEM) if own else self.authority.pem(now)

    def fingerprint(self, now: int) -> str:
        """SHA-256 of that authority's key, base64url."""
        own = self._own_chain()
        return fingerprint(own[-1]) if own else self.authority.fingerprint(now)

    def pin(self, now: int) -> str:
        """SHA-256 of the served certificate's key in base64, as ``curl --pinnedpubkey sha256//…`` takes it."""
        return pin(x509.load_pem_x509_certificates(self.certificate(now).certificate.read_bytes())[0])

    def join_line(self, token: str, now: int) -> str:
        """The line to paste on another machine: fetches the agent from this collector, and from no impostor."""
        trust = f"-k --pinnedpubkey 'sha256//{self.pin(now)}' " if self.url.startswith("https://") else ""
        return f"curl -fsS {trust}{self.url}/agent/install.sh | sh -s -- {token}"

    def _own_chain(self) -> list[x509.Certificate]:
        if self.settings.certificate is None:
            return []
        try:
            return x509.load_pem_x509_certificates(self.settings.certificate.read_bytes())
        except (OSError, ValueError) as trouble:
            raise Invalid(f"The certificate {self.settings.certificate} cannot be used: {trouble}.") from trouble

    def _names(self) -> list[str]:
        named = [*self.settings.names, socket.gethostname(), socket.getfqdn(), "localhost", "127.0.0.1", "::1"]
        if host := urlsplit(self.settings.public_url).hostname:
            named.append(host)
        if self.settings.listen not in _EVERYWHERE:
            return [*named, self.settings.listen]
        families = (socket.AF_INET, socket.AF_INET6)
        for addresses in psutil.net_if_addrs().values():
            # A link-local IPv6 address carries its zone, which no certificate can name.
            named += [one.address for one in addresses if one.family in families and "%" not in one.address]
        return named
