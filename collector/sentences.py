"""Sentences that the log holds in English, said in another language: known again by their form.

What the monitor says of an incident is recorded once, in English, with names and figures in it. A reader of another
language gets the same sentence: its form is looked up in the catalogue, what stood in its places is put in again.
"""

import functools
import re
from collections.abc import Sequence
from string import Formatter

from collector.texts import Translator

FORMS: tuple[str, ...] = (
    "The agent {name} is silent. What it alone looks at is unknown.",
    "The agent {name} is silent",
    "The agent was retired",
    "All {count} agents are silent",
    "All {count} agents fell silent at once: look at the collector and its network.",
    "{names} reports again",
    "Site {site} is dark: none of its {count} targets answers",
    "Site {site} is dark",
    "Site {site} is back: {name} answers again",
    "A storm of incidents: more than {count} tickets within an hour are held here",
    "A storm of incidents",
    "{sentence}: {count} incidents are told of here",
    "{sentence}: nothing that it tells of lasts any more",
    "{sentence}: what still lasts is told of by itself",
    "The storm is over: this is told of by itself",
    "{sentence}: it comes and goes",
    "{sentence}: it no longer comes and goes, and is over",
    "{sentence}: it no longer comes and goes, and lasts",
    "{sentence}: still so, although it was resolved in {system} by {who}",
    "Handed over to a new incident: {sentence}",
    "{number} ({sentence}) is part of {other}: {leading}",
    "{agreement}: the error budget of {scope} {name} burns",
    "{agreement}: at this rate the month will miss its fault rate",
    "{agreement}: as things stand the month will miss {measure}",
    "{agreement}: {measure} missed its target in the month closed",
    "{name} fails again and again: {count} failures in {days} days ({numbers}). Find the root cause.",
    "{name} fails again and again: the same symptom twice in {days} days ({numbers}). Find the root cause.",
    "{name} fails again and again",
    "{sentence}: no longer",
    "No fault of {name} any more: it is {state}",
    "Maintenance of {name} began",
    "Resolved, and it did not come back",
    "Set aside, and it did not come back",
    "{name} is down",
    "1 target is cut off",
    "{count} targets are cut off: {names}, and {more} more",
    "{count} targets are cut off: {names}",
    "{count} targets are cut off",
    "{name} is cut off",
    "{name}: {check} is beyond its limits",
    "{name}: {check} is looked at no more",
    "{name}: the management path (snmp) does not answer",
    "{name}: the certificate ends soon",
    "{name}: {check} fails",
    "{name} recovered",
    "{sentence} again",
    "{sentence}: {words}",
)
"""The most special first: what one form does not take is left to those behind it. ``sentence`` is one of these too."""

_SENTENCES = ("sentence", "leading")
_DEPTH = 3


def said(text: str, words: Translator, depth: int = _DEPTH) -> str:
    """A recorded sentence in the translator's language; the text itself where its form is not known."""
    if not words.catalogue or depth == 0:
        return text
    for form, pattern in _patterns(FORMS):
        found = pattern.fullmatch(text)
        if found is None:
            continue
        values = found.groupdict()
        if "sentence" in values and said(values["sentence"], words, depth - 1) == values["sentence"]:
            continue
        inner = {key: said(values[key], words, depth - 1) for key in _SENTENCES if key in values}
        inner |= {key: words(value) for key, value in values.items() if key == "state"}
        return words(form, **{**values, **inner}) if values else words(form)
    return text


@functools.cache
def _patterns(forms: Sequence[str]) -> list[tuple[str, "re.Pattern[str]"]]:
    return [(form, re.compile(_pattern(form), re.DOTALL)) for form in forms]


def _pattern(form: str) -> str:
    parts = []
    for text, place, _, _ in Formatter().parse(form):
        parts.append(re.escape(text))
        if place is not None:
            # The shortest stretch: in "a is down: b: c" the sentence ends with the first colon.
            parts.append(f"(?P<{place}>.+?)")
    return "".join(parts)
