"""Which hosts may be spoken to: an installation may say so, and then no option of any kind leads elsewhere.

Redirects are never followed and answers never asked for further addresses (``collector/remote/http.py``), so what the
options name is all that is ever spoken to.
"""

import dataclasses
import re
from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatchcase

from requests import PreparedRequest, RequestException
from urllib3.exceptions import LocationParseError
from urllib3.util import parse_url

from rules.secret import Secret

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_ADDRESS = re.compile(r"\s*https?://", re.IGNORECASE)
_SIGNED = re.compile(r"\s*https?://[^/?#\\]*@", re.IGNORECASE)
_HOST = re.compile(r"[a-z0-9_]([a-z0-9._-]*[a-z0-9_])?\.?|[0-9a-f:.]*:[0-9a-f:.]*")
"""A name as DNS has it, or an IP address."""


def barred(options: object, allowed: Sequence[str]) -> list[str]:
    """A mistake for each option of a kind that leads to a host which no pattern of ``allowed`` meets, or whose address
    programs read differently: one with a backslash, a user name, a control character or a host that is no name.

    Without patterns every host may be spoken to, but no address that is written in the file may hold a user name or a
    password: whoever may read the file reads it, and so does whoever is shown the address. Lists and tables of options
    are looked at too, and so are secret addresses, of which only the hosts are shown.
    """
    signed = [name for name, text in _written(options) if _SIGNED.match(_CONTROL.sub("", text))]
    mistakes = [
        f"{name}: expected an address without a user name and a password: they are no secret there" for name in signed
    ]
    for name, host in _hosts(options) if allowed else ():
        if name in signed:
            continue
        if host is None:
            mistakes.append(f"{name}: expected an address without a user name, a backslash and signs no host name has")
        elif not any(fnmatchcase(host, pattern.lower()) for pattern in allowed):
            mistakes.append(f"{name}: the host {host!r} is not among allowed_hosts ({', '.join(allowed)})")
    return mistakes


def _written(options: object) -> Iterator[tuple[str, str]]:
    """Option and text of all that stands in the file itself, not in a secret."""
    if dataclasses.is_dataclass(options):
        for entry in dataclasses.fields(options):
            value = getattr(options, entry.name)
            if not isinstance(value, Secret):
                yield from _texts(entry.name, value)


def _hosts(options: object) -> Iterator[tuple[str, str | None]]:
    """Option and host; None where the host is in doubt."""
    if not dataclasses.is_dataclass(options):
        return
    for entry in dataclasses.fields(options):
        for name, text in _texts(entry.name, getattr(options, entry.name)):
            if name == "host":
                yield name, _named(text)
            elif _ADDRESS.match(_CONTROL.sub("", text)):
                yield name, _spoken_to(text)


def _texts(name: str, value: object) -> Iterator[tuple[str, str]]:
    if isinstance(value, Secret):
        yield name, value.reveal()
    elif isinstance(value, str):
        yield name, value
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _texts(f"{name}.{key}", inner)
    elif isinstance(value, Sequence | frozenset) and not isinstance(value, bytes):
        for place, inner in enumerate(value):
            yield from _texts(f"{name}[{place}]", inner)


def _spoken_to(address: str) -> str | None:
    """The host that requests would speak to. Others take another one out of ``http://one\\@other/``."""
    if "\\" in address or _CONTROL.search(address):
        return None
    request = PreparedRequest()
    try:
        request.prepare_url(address, None)
        parts = parse_url(request.url or "")
    except (RequestException, LocationParseError):
        return None
    return None if parts.auth is not None else _named((parts.host or "").strip("[]"))


def _named(host: str) -> str | None:
    try:
        plain = host.encode("idna").decode("ascii").lower()
    except UnicodeError:
        return None
    return plain if _HOST.fullmatch(plain) else None
