"""What calls us: whether a webhook comes from whom it says, and its body."""

import hmac
import json
from collections.abc import Mapping
from typing import Any

from rules.errors import Invalid, Unauthenticated
from rules.secret import Secret


def by_token(headers: Mapping[str, str], name: str, secret: Secret | None) -> None:
    """The header ``name`` holds the shared secret. Raises Unauthenticated; also where no secret is set."""
    if secret is None or not hmac.compare_digest(headers.get(name, "").encode(), secret.reveal().encode()):
        raise Unauthenticated(f"The header {name} does not hold the secret of hook_secret.")


def by_hmac(
    headers: Mapping[str, str],
    name: str,
    prefix: str,
    secret: Secret | None,
    body: bytes,
    *,
    suffix: bytes = b"",
    digest: str = "sha256",
) -> None:
    """The header ``name`` has, among parts set apart by commas, the HMAC of the body in hexadecimal digits.

    ``prefix`` stands before the digits; ``suffix`` is signed with the body, behind it; ``digest`` is the hash function
    by its name in hashlib. Raises Unauthenticated; also where no secret is set.
    """
    given = [part.strip().encode() for part in headers.get(name, "").split(",")]
    if secret is not None:
        expected = f"{prefix}{hmac.new(secret.reveal().encode(), body + suffix, digest).hexdigest()}".encode()
        if any(hmac.compare_digest(part, expected) for part in given):
            return
    raise Unauthenticated(
        f"The signature in {name} does not hold with the secret that hook_secret of this system names."
    )


def table_of(body: bytes) -> dict[str, Any]:
    """The JSON object in a call's body. Raises Invalid."""
    try:
        table = json.loads(body)
    except ValueError:
        table = None
    if not isinstance(table, dict):
        raise Invalid("The body of the call is no JSON object.")
    return table
