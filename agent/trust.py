"""TLS contexts, made once: loading a system's certificates costs milliseconds and a megabyte each time."""

import ssl
from functools import cache


@cache
def context(verify: bool = True, authorities: str = "") -> ssl.SSLContext:
    """A client context that verifies chain and name, or with ``verify`` off nothing at all.

    ``authorities`` is a file of certificates in PEM form to trust instead of the system's. Raises OSError
    (ssl.SSLError among them) when it cannot be read.
    """
    made = ssl.create_default_context(cafile=authorities or None)
    if not verify:
        made.check_hostname = False
        made.verify_mode = ssl.CERT_NONE
    return made


def refusal(trouble: ssl.SSLError) -> str:
    """Why a handshake failed, in a phrase for people."""
    if isinstance(trouble, ssl.SSLCertVerificationError):
        return f"certificate not accepted: {trouble.verify_message}"
    return f"no TLS: {(trouble.reason or str(trouble)).replace('_', ' ').lower()}"
