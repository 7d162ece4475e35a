"""What can become of a question to a device, other than its answer.

    Unanswered
    ├── Silent        nothing came in time, or the network says that nobody is there
    └── Refused       the device lives, and would or could not say it
        ├── Denied        our credentials, or what we are allowed to see
        └── ErrorStatus   an error status (RFC 3416 §3)
            └── Garbled   an answer that is no SNMP message

What this machine itself could not do (no route, no descriptor left) is an OSError, and ``agent.trouble`` says whose
trouble it is.
"""

from enum import StrEnum


class Cause(StrEnum):
    """Why a device, or our own side, would not go on (RFC 3414 §3.2, RFC 3412 §7.2, RFC 3416 §3)."""

    UNKNOWN_ENGINE = "unknown_engine"
    NOT_IN_TIME_WINDOW = "not_in_time_window"
    UNKNOWN_USER = "unknown_user"
    WRONG_DIGEST = "wrong_digest"
    DECRYPTION = "decryption"
    UNSUPPORTED_LEVEL = "unsupported_level"
    UNKNOWN_CONTEXT = "unknown_context"
    UNSUPPORTED_MODEL = "unsupported_model"
    NO_ACCESS = "no_access"
    CANNOT_ENCRYPT = "cannot_encrypt"
    """The agent's machine lacks the package or the cipher."""
    OTHER = "other"
    """A Report of a counter that no standard names."""


class Unanswered(Exception):
    """There is no answer; the class says why."""


class Silent(Unanswered):
    """Nothing came back in time: dead, blocked, or a community the device does not know.

    ``reason`` is what the network said instead ("port unreachable", with whose word it is), empty when it said nothing.
    ``asked`` is False for a question that never left this machine: its silence says nothing of the device.
    """

    def __init__(self, reason: str = "", asked: bool = True) -> None:
        super().__init__(reason or "no answer")
        self.reason, self.asked = reason, asked


class Refused(Unanswered):
    """The device lives, and did not give what was asked."""


class Denied(Refused):
    """The device, or our side, refused the credentials; the message says why. ``retry`` when another key may do."""

    def __init__(self, text: str, cause: Cause = Cause.OTHER, retry: bool = False) -> None:
        super().__init__(text)
        self.cause, self.retry = cause, retry


class ErrorStatus(Refused):
    """The device answered with an error status (RFC 3416 §3); ``index`` counts the objects asked from 1."""

    def __init__(self, text: str, status: int, index: int = 0) -> None:
        super().__init__(text)
        self.status, self.index = status, index


class Garbled(ErrorStatus):
    """What came from the device, with the right number, cannot be read. ``status`` is −1."""

    def __init__(self, text: str) -> None:
        super().__init__(text, -1)
