"""Whether an issued file still holds: its seal, its signature, the entry of its issue, and what the log gives now.

The file is believed in nothing: which report the seal belongs to, which revision, what it revised, by which parameters
and key it was made, all that stands in the log since it was issued.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from collector.access import Principal
from collector.reports import edition, environment, seal, signature
from collector.reports.formats import html
from collector.reports.ledger import described
from collector.reports.readers import require_readable
from collector.reports.recomputed import Recomputed
from collector.reports.shelf import Shelf
from collector.settings import Settings
from collector.store import reports
from collector.store.log import Log
from collector.store.reports import Issued
from collector.store.state import State
from rules.errors import Broken, Invalid

HOLDS, BROKEN, EXPIRED, ELSEWHERE = "holds", "broken", "evidence expired", "not issued here"

_STRANGE = "No file that was issued here is this one byte for byte: it was changed, or another made it."


@dataclass(frozen=True, slots=True)
class Verification:
    """Reads only; usable from any thread, once the state shows all of the log. ``shelf`` has their files."""

    state: State
    log: Log
    settings: Settings
    shelf: Shelf

    def verify(self, content: bytes, asker: Principal | None = None) -> dict[str, Any]:
        """As :meth:`collector.reports.archive.Archive.verify`."""
        try:
            document, wrong = self._opened(content)
            data, closing = seal.opened(document)
        except (Broken, Invalid) as trouble:
            unsigned = {"state": signature.NONE, "key": None}
            return _answer(BROKEN, [trouble.message], None, unsigned)
        with self.state.read() as tx:
            issued = reports.sealed_as(tx, closing["sha256"])
            newer = None if issued is None else reports.newer(tx, issued)
            signed = signature.judged(closing, reports.keys(tx))
            if issued is not None and asker is not None:
                require_readable(tx, asker, issued)
        if issued is None:
            told = "Ask for it where it comes from: who issued it can verify it there."
            return _answer(ELSEWHERE, [told, *wrong], closing["sha256"], signed)
        wrong += _signature(issued, signed) or self._entry(issued, data, closing)
        notes = environment.told_apart(closing["made_with"], environment.made_with())
        alike = not notes
        expired = not wrong and self._expired(issued)
        if not wrong and not expired:
            found, more = Recomputed(self.state, self.log, self.settings, issued).compared(data, alike=alike)
            wrong, notes = found, [*notes, *more]
        verdict = BROKEN if wrong else EXPIRED if expired else HOLDS
        return _answer(verdict, wrong, closing["sha256"], signed, notes, issued, newer)

    def _opened(self, content: bytes) -> tuple[object, list[str]]:
        """The sealed document of a file, and what is wrong with how it is shown. Raises Invalid, Broken."""
        with self.state.read() as tx:
            as_issued = reports.of_file(tx, hashlib.sha256(content).hexdigest())
        if content.startswith(b"{"):
            document = seal.parsed(content)
            canonical = seal.canonical(document) + b"\n" == content
            return document, [] if canonical else ["The file is not written as it was issued: its bytes were changed."]
        if not content.lstrip().startswith(b"<"):
            if as_issued is None:
                raise Invalid(_STRANGE)
            return self.shelf.document(as_issued), []
        document, lang = html.sealed_in(content)
        if as_issued:
            return document, []
        _, closing = seal.opened(document)
        with self.state.read() as tx:
            # Only what was issued here is drawn: anything could stand in a page that somebody else sealed.
            if reports.sealed_as(tx, closing["sha256"]) is None:
                return document, []
        try:
            same = isinstance(document, dict) and html.render(document, lang) == content
        except (KeyError, TypeError, AttributeError, ValueError):
            same = False
        return document, [] if same else ["The page was changed: it does not say what its sealed data says."]

    def _entry(self, issued: Issued, data: Mapping[str, Any], closing: Mapping[str, Any]) -> list[str]:
        """What is wrong with the entry of the issue, the chain up to it, or with what the file says beside it."""
        try:
            self.log.verify(issued.entry)
        except Broken as trouble:
            return [trouble.message]
        entry = self.log.entry(issued.entry)
        if entry is None:
            # Its day was deleted by retention, which the manifest proves; then so was what the figures came from.
            return []
        said = reports.from_entry(entry.position, json.loads(entry.body)) if entry.kind == "report" else None
        if said is None or replace(said, looked=issued.looked) != issued or issued.position >= issued.entry:
            return [f"Entry {issued.entry} of the log does not record this issue: the state was changed."]
        last = self.log.entry(issued.position)
        if issued.position and (last is None or last.hash.hex() != issued.head) and not self._expired(issued):
            return ["The log does not have the entry that the seal names: it is another log, or it was written anew."]
        try:
            told = {**described({"report": data, "seal": closing}), **_named(data)}
        except (KeyError, TypeError, AttributeError):
            return ["What is sealed is no report: parts of it are missing."]
        other = [key for key in sorted(told) if key != "key" and told[key] != getattr(issued, key)]
        return [f"The entry of its issue in the log says otherwise about: {', '.join(other)}."] if other else []

    def _expired(self, issued: Issued) -> bool:
        """Whether retention has deleted entries the report was computed from."""
        first = next(iter(self.log.read(0, None)), None)
        return bool(issued.position) and (first is None or first.position > issued.first)


def _named(data: Mapping[str, Any]) -> dict[str, Any]:
    part = edition.sealed(data)
    return {
        "kind": data["kind"],
        "name": data["name"],
        "tz": data["period"]["tz"],
        "edition": "" if part is None else part.key,
    }


def _signature(issued: Issued, signed: Mapping[str, str | None]) -> list[str]:
    """What is wrong with the signature, or its absence, of what was issued with ``issued.key``."""
    if signed["state"] == signature.BROKEN:
        return ["The signature is not one of this seal: it was changed or taken from another report."]
    if signed["state"] == signature.NONE:
        told = f"It was issued with a signature of the key {issued.key}: the signature was taken off."
        return [told] if issued.key else []
    if not issued.key:
        return ["It was issued without a signature: this one was put on it afterwards."]
    told = f"It was issued with a signature of the key {issued.key}: this is the signature of another key."
    return [told] if signed["key"] != issued.key else []


def _answer(
    verdict: str,
    wrong: list[str],
    sha256: str | None,
    signed: Mapping[str, str | None],
    notes: list[str] | None = None,
    issued: Issued | None = None,
    newer: Issued | None = None,
) -> dict[str, Any]:
    return {
        "verdict": verdict,
        "reasons": wrong,
        "sha256": sha256,
        "signature": dict(signed),
        "notes": notes or [],
        "issue": None
        if issued is None
        else {"id": issued.id, "entry": issued.entry, "revision": issued.revision, "recorded_later": issued.later},
        "newer": None
        if newer is None
        else {"id": newer.id, "revision": newer.revision, "issued_at": newer.issued_at, "sha256": newer.sha256},
    }
