"""One UDP socket for all devices of one address family: requests go out, answers find whom they belong to."""

from dataclasses import dataclass


@dataclass(slots=True)
class Counts:
    """What one socket has sent and seen.

    ``sent`` datagrams (``repeated`` of them again after a time-out), ``answered`` requests, ``silent`` requests given
    up, ``unreachable`` ones ended by an ICMP error. Ignored: ``late`` answers to requests given up, ``replayed`` ones
    to requests already answered, ``foreign`` ones from another address than asked, ``unasked`` ones with a number
    nobody waits for, ``forged`` ones that v3 does not believe or with another community, ``malformed`` ones.
    ``overflow`` datagrams the kernel dropped because the receive buffer was full (SO_RXQ_OVFL).
    """

    sent: int = 0
    repeated: int = 0
    answered: int = 0
    silent: int = 0
    unreachable: int = 0
    late: int = 0
    replayed: int = 0
    foreign: int = 0
    unasked: int = 0
    forged: int = 0
    malformed: int = 0
    overflow: int = 0
