"""Selectors: which targets, services or agents are meant by ``site=hz,model=S57*``. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from rules.errors import Invalid
from rules.settings import suggest


@dataclass(frozen=True, slots=True)
class Selector:
    """Conditions that must all hold: a word's value must match a pattern (``*`` and ``?``). None means everything."""

    conditions: tuple[tuple[str, str], ...]

    @classmethod
    def parse(cls, text: str) -> "Selector":
        """Read ``k=v,k=v``; ``*`` alone is everything. Raises Invalid."""
        if text.strip() == "*":
            return cls(())
        conditions = []
        for part in text.split(","):
            key, equals, pattern = (piece.strip() for piece in part.partition("="))
            if not (key and equals and pattern):
                raise Invalid(f"{text!r} is not a selector. Write it as site=hz,model=S57* or * for everything.")
            conditions.append((key, pattern))
        return cls(tuple(conditions))

    def check(self, vocabulary: Mapping[str, Sequence[str]]) -> None:
        """Raises Invalid for conditions that nothing meets: of the words in ``vocabulary`` all values are known."""
        for key, pattern in self.conditions:
            known = vocabulary.get(key, (pattern,))
            if not any(fnmatchcase(value, pattern) for value in known):
                expected = f"expected one of {', '.join(known)} or a pattern of them"
                raise Invalid(f"{key}={pattern}: {expected}{suggest(pattern, known)}")
        for key in dict(self.conditions):
            patterns = [pattern for word, pattern in self.conditions if word == key]
            whole = [pattern for pattern in patterns if not set(pattern) & set("*?[")]
            known = vocabulary.get(key, whole)
            if known and not any(all(fnmatchcase(value, pattern) for pattern in patterns) for value in known):
                raise Invalid(f"{key}: nothing is {' and '.join(patterns)} at once")

    def matches(self, words: Mapping[str, str]) -> bool:
        """Whether every condition holds for an object with these words."""
        return all(key in words and fnmatchcase(words[key], pattern) for key, pattern in self.conditions)


def words(name: str, kind: str, priority: str, labels: Mapping[str, str]) -> dict[str, str]:
    """The words by which a target is selected: its labels, and over them its name, kind and priority."""
    return {**labels, "name": name, "kind": kind, "priority": priority}
