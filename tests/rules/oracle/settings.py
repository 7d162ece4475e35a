"""The parameters of the paper that the stories change."""

from dataclasses import dataclass


@dataclass
class Settings:
    """Lengths in seconds."""

    confirm_down: int = 3
    confirm_up: int = 2
    merge_gap: int = 300
    min_failure: int = 0
    cap: int = 8 * 3600
    quorum: int | None = None
    least: int | None = None
    policy: str = "midpoint"
