"""The devices the process talks to: checks of one device share one Device, all devices share one socket per family."""

from collections.abc import Sequence

from agent.snmp.credentials import Access
from agent.snmp.device import Device
from agent.snmp.transport import Counts


def open_device(access: Access, address: str, port: int = 161, also: Sequence[str] = ()) -> Device:
    """The device at that address by that way in, in the running event loop; ``close()`` it when done.

    ``also`` are other addresses it may answer from, for devices with several. Raises OSError when this machine gives
    no socket, and Denied when it cannot do what the credential asks for (Cause.CANNOT_ENCRYPT).
    """
    raise NotImplementedError


async def engine_id(address: str, port: int, patience_s: float) -> bytes | None:
    """The engine id a v3 device tells anyone (RFC 3414 §4), None when nothing came in time.

    An answer shows that its SNMP agent lives, whatever it thinks of our credentials.
    """
    raise NotImplementedError


def counts() -> dict[int, Counts]:
    """What the sockets of the running event loop have seen so far, by family: 4 and 6. Empty without devices."""
    raise NotImplementedError
