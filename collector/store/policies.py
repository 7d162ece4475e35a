"""Policy: settings for all targets that a selector names; a layer between profile and target."""

from dataclasses import dataclass, field

from collector.store.objects import Noun


@dataclass(frozen=True, slots=True)
class Policy:
    """Settings for every target that matches ``selector``. Of two, the one with the higher number wins."""

    id: str
    number: int
    selector: str
    settings: dict[str, object] = field(default_factory=dict)
    created: int = 0
    retired: int | None = None


_noun = Noun("policy", Policy, "policy")
find, get, by_number, living = _noun.find, _noun.get, _noun.numbered, _noun.living
ever, at = _noun.ever, _noun.at
