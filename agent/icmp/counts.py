"""Counts: what a channel sent and heard."""

from dataclasses import dataclass


@dataclass(slots=True)
class Counts:
    """What went out and came in since the channel opened."""

    sent: int = 0
    received: int = 0
    """Answers that were in time."""
    late: int = 0
    """Answers after their time was over."""
    duplicate: int = 0
    """Further answers to one request."""
    corrupted: int = 0
    """Answers whose payload was not what was sent."""
    foreign: int = 0
    """Answers to nothing that was asked here, or from an address that was not asked."""
    refused: int = 0
    """Requests that a router or the target itself refused by an ICMP error."""
    overflow: int = 0
    """Packets the kernel dropped because the receive buffer was full (SO_RXQ_OVFL)."""
    steps: int = 0
    """Steps of the wall clock that were noticed and taken out of the round trips."""
