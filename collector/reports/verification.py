"""Whether an issued file still holds: its seal, its signature, its place in the log, and what the log gives now."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from collector.refold import Refolded, refolded
from collector.reports import edition, environment, report, seal, signature
from collector.reports.difference import differences
from collector.reports.digits import rounded
from collector.reports.formats import html
from collector.reports.kinds import kind_of, periods
from collector.reports.making import Wanted, make
from collector.reports.reasons import reasons
from collector.settings import Settings
from collector.store import reports
from collector.store.log import Log
from collector.store.state import State
from rules.availability import METHOD_VERSION
from rules.errors import Broken, Invalid, NinewardError
from rules.period import Period

HOLDS, BROKEN, EXPIRED = "holds", "broken", "evidence expired"

_ALIKE = 6
"""Significant digits in which figures agree that other releases of the libraries computed."""
_OTHER_LOG = "The log does not have the entry that the seal names: it is another log, or it was written anew."
_STRANGE = "No file that was issued here is this one byte for byte: it was changed, or another made it."


@dataclass(frozen=True, slots=True)
class Verification:
    """Reads only; usable from any thread. ``folder`` is where issued files lie, ``sealed`` what data is called there.

    ``public`` is the key of this installation, None where it signs nothing.
    """

    state: State
    log: Log
    settings: Settings
    folder: Path
    sealed: str
    public: str | None

    def verify(self, content: bytes) -> dict[str, Any]:
        """As :meth:`collector.reports.archive.Archive.verify`."""
        try:
            document, wrong = self._opened(content)
            data, closing = seal.opened(document)
        except (Broken, Invalid) as trouble:
            unsigned = {"state": signature.NONE, "key": None}
            return {
                "verdict": BROKEN, "reasons": [trouble.message], "sha256": None, "signature": unsigned, "notes": [],
            }  # fmt: skip
        notes = environment.told_apart(closing["made_with"], environment.made_with())
        signed = signature.judged(closing, self.public)
        if signed["state"] == signature.BROKEN:
            wrong.append("The signature is not one of this seal: it was changed or taken from another report.")
        own = signed["state"] == signature.OWN or self._issued_here(closing["sha256"])
        expired = False
        try:
            expired = self._expired(closing["log"])
            if not expired:
                found, more = self._recomputed(data, closing["log"], alike=not notes, own=own)
                wrong, notes = [*wrong, *found], [*notes, *more]
        except (KeyError, TypeError, AttributeError, IndexError):
            # A whole seal proves only that nobody changed it since; anybody can put one on something else.
            if own:
                raise
            wrong.append("What is sealed is no report: parts of it are missing.")
        verdict = BROKEN if wrong else EXPIRED if expired else HOLDS
        return {
            "verdict": verdict,
            "reasons": wrong,
            "sha256": closing["sha256"],
            "signature": signed,
            "notes": notes,
        }

    def _opened(self, content: bytes) -> tuple[object, list[str]]:
        """The sealed document of a file, and what is wrong with how it is shown."""
        with self.state.read() as tx:
            as_issued = reports.of_file(tx, hashlib.sha256(content).hexdigest())
        if not content.lstrip().startswith(b"<"):
            return self._of_no_page(content, as_issued), []
        document, lang = html.sealed_in(content)
        if as_issued:
            return document, []
        data, _ = seal.opened(document)
        if data.get("schema") != report.SCHEMA:
            return document, [_STRANGE]
        try:
            same = isinstance(document, dict) and html.render(document, lang) == content
        except (KeyError, TypeError, AttributeError):
            same = False
        return document, [] if same else ["The page was changed: it does not say what its sealed data says."]

    def _of_no_page(self, content: bytes, as_issued: str | None) -> object:
        """The sealed document itself, or that of which the file was rendered when it was issued."""
        try:
            return json.loads(content)
        except ValueError:
            if as_issued is None:
                raise Invalid(_STRANGE) from None
        return json.loads((self.folder / as_issued / self.sealed).read_bytes())

    def _issued_here(self, sha256: str) -> bool:
        with self.state.read() as tx:
            return reports.sealed_here(tx, sha256)

    def _expired(self, log: dict[str, Any]) -> bool:
        """Whether retention has deleted entries the report was computed from."""
        first = next(iter(self.log.read(0, None)), None)
        return bool(log["last"]) and (first is None or first.position > log["first"])

    def _recomputed(
        self, data: dict[str, Any], log: dict[str, Any], *, alike: bool, own: bool
    ) -> tuple[list[str], list[str]]:
        """What the log says against the report, and what is to be known besides.

        Other libraries (not ``alike``) need not agree in the last places. ``own``: it is known to be one of ours.
        """
        last = log["last"]
        entry = self.log.entry(last)
        if last and (entry is None or entry.hash.hex() != log["head"]):
            return [
                "The log does not have the entry that the seal names: it is another log, or it was written anew."
            ], []
        try:
            self.log.verify(last)
        except Broken as trouble:
            return [trouble.message], []
        if older := _older(data):
            return self._compared(data, last, older, own=own)
        fresh = self._fresh(data, last, revised=True)
        if not alike:
            fresh, data = rounded(fresh, _ALIKE), rounded(data, _ALIKE)
        if seal.canonical(fresh) == seal.canonical(data):
            return [], []
        parts = [key for key in sorted(fresh.keys() | data.keys()) if fresh.get(key) != data.get(key)]
        return [f"The log gives other data than the report says, in: {', '.join(parts)}."], []

    def _compared(self, data: dict[str, Any], last: int, older: str, *, own: bool) -> tuple[list[str], list[str]]:
        """What is found of a report that another release made in another way: its figures, as far as both have them.

        One of ours is what it was issued as, and what differs is how figures are made now. Of any other nothing else
        vouches for its figures, so they must agree.
        """
        notes = [f"The seal, the place in the log and the chain up to it hold. {older}"]
        try:
            fresh = self._fresh(data, last, revised=False)
        except NinewardError as trouble:
            if not own:
                return [f"It was not issued here, and its figures cannot be computed again: {trouble.message}"], notes
            return [], [*notes, f"Its figures cannot be computed again: {trouble.message}"]
        told = list(_headline(data, fresh))
        others = [row for row in differences(data, fresh, alike=False) if row["part"] != "headline"]
        if not own:
            if told or others:
                measures = ", ".join(dict.fromkeys([*(name for name, _ in told), *(row["part"] for row in others)]))
                return [f"It was not issued here, and the log gives other figures than it says: {measures}."], notes
            return [], [*notes, "It was not issued here: its figures were compared, its texts could not be."]
        notes += [text for _, text in told] or ["Its headline figures are those that the log gives now."]
        if others:
            notes.append(f"So many other figures are computed otherwise now: {len(others)}.")
        return [], notes

    def _fresh(self, data: dict[str, Any], last: int, *, revised: bool) -> dict[str, Any]:
        """The data of the same report as the log gives it, with what it says of ``revised`` ones."""
        wanted = Wanted(data["kind"], data["name"], data["period"]["tz"], edition.sealed(data))
        with self.state.read() as tx:
            period, before = periods(tx, kind_of(wanted.kind), wanted.name, wanted.tz, data["issued_at"])
        settings = self._with(data["method"]["parameters"])
        with refolded(self.log, last, settings) as again:
            fresh = make(again, wanted, period, before, data["issued_at"], settings)
            if revised:
                fresh["revision"] = self._revised(data, fresh, again, wanted, period, before)
        return fresh

    def _revised(
        self,
        data: dict[str, Any],
        fresh: dict[str, Any],
        again: Refolded,
        wanted: Wanted,
        period: Period,
        before: Period,
    ) -> dict[str, Any]:
        """What the log says of the report that this one revises, and of what differs."""
        told: dict[str, Any] = data.get("revision", report.UNREVISED)
        previous = told["previous"]
        if previous is None:
            return {**told, "differences": [], "reasons": []}
        settings = self._with(previous["parameters"])
        with refolded(self.log, previous["position"], settings) as then:
            old = make(then, wanted, period, before, previous["issued_at"], settings)
        with again.state.read() as tx:
            since, position = previous["issued_at"], again.fold.position
            about = edition.during(tx, wanted.edition, period, data["issued_at"])
            why = reasons(tx, again.log, previous["position"], position, since, period, about)
        return {
            "number": previous["number"] + 1,
            "previous": previous,
            "differences": differences(old, fresh, alike=previous.get("schema", report.SCHEMA) == report.SCHEMA),
            "reasons": why,
        }

    def _with(self, parameters: Mapping[str, Any]) -> Settings:
        """What was set in nineward.toml then is printed in the report; the log does not know it."""
        return replace(self.settings, parameters=dict(parameters)).at(self.settings.data)


def _older(data: Mapping[str, Any]) -> str:
    """By what other shape or method a report was made than reports are now; empty for the same."""
    shape, method = data.get("schema"), data["method"]["version"]
    if shape != report.SCHEMA:
        return f"Its figures were made by version {shape} of the report's shape; here it is version {report.SCHEMA}."
    if method != METHOD_VERSION:
        return f"Its figures were made by version {method} of the method; here it is version {METHOD_VERSION}."
    return ""


def _headline(data: Mapping[str, Any], fresh: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    """The headline figures that both reports have and that differ, with words for each."""
    now = {row["measure"]: row for row in rounded(fresh["headline"], _ALIKE)}
    for row in rounded(data["headline"], _ALIKE):
        other = now.get(row["measure"])
        if other is not None and (row["actual"], row["verdict"]) != (other["actual"], other["verdict"]):
            said = f"{row['actual']} ({row['verdict']})"
            yield (
                row["measure"],
                f"{row['measure']}: it says {said}, the log gives {other['actual']} ({other['verdict']}).",
            )
