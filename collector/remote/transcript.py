"""A transcript of what was said between us and another system, for the person who tries it out.

While one is kept, whoever speaks to another system notes each request and its answer there. Nothing that signs in is
shown: headers are left out, and known secrets and what looks like a token are masked.
"""

import html
import json
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from urllib.parse import quote, quote_plus

_MOST = 4_000
_MASK = "***"
_SHORTEST = 3
_TOKEN = re.compile(
    r'("[\w-]*(?:token|secret|password|passwd|routing_key|auth_pwd)"\s*:\s*)"(?:[^"\\]|\\.)*"', re.IGNORECASE
)
_FORM = re.compile(r"((?:^|[?&\s])[\w-]*(?:token|secret|password|auth_pwd)=)[^&\s]+", re.IGNORECASE)


@dataclass(slots=True)
class Transcript:
    """What was said, in order."""

    secrets: set[str] = field(default_factory=set)
    """Texts that are not shown wherever they stand."""
    exchanges: list[str] = field(default_factory=list)

    def note(self, request: str, sent: str, answer: str, received: str) -> None:
        """One request and its answer: a line about each, and what they carried."""
        # Masked before it is cut: of a secret at the cut the beginning would stay.
        parts = (f"> {request}", *_cut(self.masked(sent)), f"< {answer}", *_cut(self.masked(received)))
        self.exchanges.append(self.masked("\n".join(part for part in parts if part)))

    def masked(self, text: str) -> str:
        """The text without what signs in, also where it is written as JSON, a URL, a form or HTML write it."""
        written = {form for secret in self.secrets if len(secret) >= _SHORTEST for form in _forms(secret)}
        for form in sorted(written, key=len, reverse=True):
            text = text.replace(form, _MASK)
        return _FORM.sub(rf"\1{_MASK}", _TOKEN.sub(rf'\1"{_MASK}"', text))

    @property
    def text(self) -> str:
        """All of it."""
        return "\n\n".join(self.exchanges)


_KEPT: ContextVar[Transcript | None] = ContextVar("transcript", default=None)


@contextmanager
def transcribed(secrets: Iterable[str] = ()) -> Iterator[Transcript]:
    """Keep a transcript of what this thread says to other systems until the end of the block."""
    found = Transcript(set(secrets))
    before = _KEPT.set(found)
    try:
        yield found
    finally:
        _KEPT.reset(before)


def note(request: str, sent: str, answer: str, received: str) -> None:
    """Something was said; it is kept where somebody keeps a transcript."""
    kept = _KEPT.get()
    if kept is not None:
        kept.note(request, sent, answer, received)


def _forms(secret: str) -> Iterator[str]:
    """The secret, and how it is written inside other texts."""
    yield secret
    for ascii_alone in (True, False):
        inner = json.dumps(secret, ensure_ascii=ascii_alone)[1:-1]
        yield inner
        yield inner.replace("/", "\\/")  # as PHP writes it
    for quoted in (quote(secret), quote(secret, safe=""), quote_plus(secret)):
        yield quoted
        yield re.sub("%..", lambda found: found[0].lower(), quoted)
    yield html.escape(secret)


def _cut(text: str) -> Iterator[str]:
    shown = text if len(text) <= _MOST else f"{text[:_MOST]}… ({len(text)} characters)"
    if shown:
        yield shown
