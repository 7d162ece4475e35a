"""ICMP messages as bytes: building echo requests, reading answers and errors. Nothing here does I/O."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Refusal:
    """An ICMP error about one of our requests (RFC 792, RFC 4443)."""

    kind: int
    code: int
    text: str
    """In words: ``destination unreachable: host``."""
    router: str
    """The address that told it; empty when the kernel did not say."""

    def __str__(self) -> str:
        return f"{self.text} (told by {self.router})" if self.router else self.text
