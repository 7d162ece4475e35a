"""Reasons in sentences that can be said in every language: a text with places, and what stands in them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Reason:
    """One sentence. ``values`` fill the places of ``text``; those named in ``words`` are words themselves."""

    text: str
    values: Mapping[str, object] = field(default_factory=dict)
    words: tuple[str, ...] = ()

    def english(self) -> str:
        """As it is said where no language is asked for."""
        return self.text.format(**self.values)

    def written(self) -> dict[str, Any]:
        """As JSON, for whoever says it in another language."""
        return {"text": self.text, "values": dict(self.values), "words": list(self.words)}
