"""Every sentence people read, in their language: pages, reports and the command line take their words from here.

A text's English wording is its key. Translations are gettext catalogues (``locale/<language>/LC_MESSAGES/*.po``), read
as they are, so that a translator needs no build step. English needs no catalogue.
"""

import functools
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

from babel.messages.pofile import read_po

from collector.languages import LANGUAGES
from rules.errors import Invalid

LOCALE = Path(__file__).parent / "locale"


_TRADITIONAL = {"zh-hant": "zh-tw", "zh-hk": "zh-tw", "zh-mo": "zh-tw"}
"""Tags of those who read Traditional Chinese, whatever follows them."""


@dataclass(frozen=True, slots=True)
class Translator:
    """``translator("zh-CN")("Down")`` → ``故障``. Values go into ``{name}`` places after the translation."""

    language: str
    catalogue: "MappingProxyType[str, str]" = field(default_factory=lambda: MappingProxyType({}), repr=False)

    def __call__(self, text: str, **values: Any) -> str:
        """``text`` in this language; the text itself where no translation is known."""
        translated = self.catalogue.get(text, text)
        return translated.format(**values) if values else translated

    def number(self, one: str, many: str, count: int) -> str:
        """``one`` when ``count`` is 1, else ``many``, with ``{count}`` filled in."""
        return self(one if count == 1 else many, count=count)


@functools.cache
def translator(language: str) -> Translator:
    """The translator of a language of ``LANGUAGES``. Raises Invalid for any other."""
    if language not in LANGUAGES:
        raise Invalid(f"Nineward does not speak {language!r}. Languages: {', '.join(LANGUAGES)}.")
    return Translator(language, MappingProxyType(_catalogue(language)))


def preferred(accept: str | None) -> str:
    """The language of ``LANGUAGES`` that an ``Accept-Language`` header asks for first; English when it names none."""
    for wanted in _by_weight(accept or ""):
        tag = next((full for prefix, full in _TRADITIONAL.items() if wanted.startswith(prefix)), wanted)
        exact = [language for language in LANGUAGES if language.lower() == tag]
        alike = [language for language in LANGUAGES if language.lower().split("-")[0] == tag.split("-")[0]]
        if exact or alike:
            return (exact or alike)[0]
    return LANGUAGES[0]


def catalogues(language: str) -> Iterable[Path]:
    """The catalogue files of a language, in the order in which they are read."""
    return sorted((LOCALE / language.replace("-", "_") / "LC_MESSAGES").glob("*.po"))


def _catalogue(language: str) -> dict[str, str]:
    texts: dict[str, str] = {}
    for path in catalogues(language):
        with path.open("rb") as file:
            for message in read_po(file):
                if isinstance(message.id, str) and isinstance(message.string, str) and message.id and message.string:
                    texts[message.id] = message.string
    return texts


def _by_weight(accept: str) -> list[str]:
    """Language tags of an ``Accept-Language`` header (RFC 9110 §12.5.4), the most wanted first, lower case."""
    weighted: list[tuple[float, str]] = []
    for part in accept.split(","):
        tag, _, parameter = part.strip().partition(";")
        try:
            weight = float(parameter.strip().removeprefix("q=")) if parameter else 1.0
        except ValueError:
            continue
        if tag and weight > 0:
            weighted.append((-weight, tag.strip().lower()))
    return [tag for _, tag in sorted(weighted, key=lambda entry: entry[0])]
