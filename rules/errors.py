"""The tree of errors. Every one carries a sentence for the person who must act.

    NinewardError
    ├── Invalid          what was given is wrong (usage, settings, a malformed body)
    │   └── Conflicting  right in itself, but against what is already there
    ├── Missing          what was asked for does not exist
    ├── Unauthenticated  nobody knows who is asking
    ├── Forbidden        known, but may not do this
    ├── TooLarge         over a limit; the message names it
    ├── Unavailable      right, but not now: trying again later makes sense
    └── Broken           stored data does not hold (a chain, a seal)

They are caught at two doors only: the command line (exit codes) and the API (status and problem document, RFC 9457).
"""


class NinewardError(Exception):
    """Base of all errors the product raises on purpose.

    ``message`` is one or more sentences: what happened, to what, what to do. Never a secret.
    """

    status = 500
    exit_code = 3

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class Invalid(NinewardError):
    """What was given cannot be used. ``mistakes`` lists every one found, each with its path."""

    status = 400
    exit_code = 2

    def __init__(self, message: str, mistakes: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.mistakes = mistakes

    def __str__(self) -> str:
        return "\n".join((self.message, *(f"  {mistake}" for mistake in self.mistakes)))


class Conflicting(Invalid):
    """Right in itself, but it contradicts what is already there (a name in use, an identity in use)."""

    status = 409


class Missing(NinewardError):
    """What was asked for does not exist."""

    status = 404
    exit_code = 2


class Unauthenticated(NinewardError):
    """The request names nobody, or a token nobody has."""

    status = 401
    exit_code = 2


class Forbidden(NinewardError):
    """The one who asks is known but may not do this."""

    status = 403
    exit_code = 2


class TooLarge(NinewardError):
    """Over a limit, which the message names."""

    status = 413
    exit_code = 2


class Unavailable(NinewardError):
    """Not now (disk full, shutting down, collector out of reach): trying again later makes sense."""

    status = 503
    exit_code = 3


class Broken(NinewardError):
    """Stored data does not hold: a broken hash chain, a seal that does not match."""

    status = 500
    exit_code = 1
