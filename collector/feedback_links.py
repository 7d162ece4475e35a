"""Links by which the one who asked says how content they are, without signing in.

A link names one incident and is signed (HMAC-SHA-256, RFC 2104, cut to 128 bits) with a key derived from the key file
of the installation, so that nobody can make one for another incident. The same incident has the same link each time.
"""

import base64
import binascii
import hashlib
import hmac
from pathlib import Path

from collector.vault import read_or_make
from rules.errors import Missing

PATH = "/feedback/"

_PURPOSE = b"nineward feedback link 1"
_SIGNATURE = 16


class FeedbackLinks:
    """Makes links and reads them. The key file is made at the first need."""

    def __init__(self, key_file: Path, url: str) -> None:
        """``url`` is the address of the collector's pages, without a slash at its end."""
        self._path = key_file
        self._url = url
        self._key: bytes | None = None

    def of(self, incident: str) -> str:
        """The address for an incident (id); with ``?score=1`` to ``?score=5`` behind it one click answers."""
        return f"{self._url}{PATH}{self.token(incident)}"

    def token(self, incident: str) -> str:
        """What the address of an incident (id) ends with."""
        return _text(incident.encode() + self._signature(incident.encode()))

    def incident(self, token: str) -> str:
        """The incident (id) that a token names. Raises Missing for one that was not made here."""
        try:
            whole = base64.b64decode(token.encode("ascii") + b"=" * (-len(token) % 4), altchars=b"-_", validate=True)
        except (UnicodeEncodeError, binascii.Error):
            whole = b""
        incident, signature = whole[:-_SIGNATURE], whole[-_SIGNATURE:]
        # The last character has bits that decoding passes over: only the way we write it is ours.
        if not incident or _text(whole) != token or not hmac.compare_digest(signature, self._signature(incident)):
            raise Missing("This link is not one of ours, or a part of it is missing.")
        return incident.decode()

    def _signature(self, incident: bytes) -> bytes:
        if self._key is None:
            self._key = hmac.digest(read_or_make(self._path), _PURPOSE, hashlib.sha256)
        return hmac.digest(self._key, incident, hashlib.sha256)[:_SIGNATURE]


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")
