"""Which hosts may be spoken to: an installation may say so, and then no option of any kind leads elsewhere.

Redirects are never followed and answers never asked for further addresses (``collector/remote/http.py``), so what the
options name is all that is ever spoken to.
"""

import dataclasses
from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from urllib.parse import urlsplit

from rules.secret import Secret


def barred(options: object, allowed: Sequence[str]) -> list[str]:
    """A mistake for each option of a kind that leads to a host which no pattern of ``allowed`` meets.

    Without patterns every host may be spoken to. Secret addresses are looked at, and only their hosts shown.
    """
    if not allowed:
        return []
    return [
        f"{name}: the host {host!r} is not among allowed_hosts ({', '.join(allowed)})"
        for name, host in _hosts(options)
        if not any(fnmatchcase(host, pattern.lower()) for pattern in allowed)
    ]


def _hosts(options: object) -> Iterator[tuple[str, str]]:
    if not dataclasses.is_dataclass(options):
        return
    for entry in dataclasses.fields(options):
        value = getattr(options, entry.name)
        text = value.reveal() if isinstance(value, Secret) else value
        if not isinstance(text, str):
            continue
        if entry.name == "host":
            yield entry.name, text.lower()
        elif "://" in text:
            yield entry.name, (urlsplit(text).hostname or "").lower()
