"""Issuing reports, keeping them as they were issued, and checking whether one still holds.

``DATA/reports/<id>/`` holds each file as it was first rendered; issued files are never rendered again.
"""

import contextlib
import hashlib
import json
import os
import sqlite3
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from collector.access import Principal
from collector.clock import Clock
from collector.fold import Fold
from collector.ids import new_id
from collector.printed import instant
from collector.refold import Progress, Refolded, refolded, silent
from collector.reports import environment, formats, report, seal, signature
from collector.reports.difference import differences
from collector.reports.digits import rounded
from collector.reports.formats import html
from collector.reports.gather import Rooms, gather
from collector.reports.kinds import frozen_at, kind_of, periods
from collector.reports.reasons import reasons
from collector.settings import Settings
from collector.store import reports
from collector.store.log import Log
from collector.store.reports import Issued
from collector.texts import translator
from rules.errors import Broken, Invalid, Unavailable
from rules.period import Period

SEALED = "report.json"
_ALIKE = 6
"""Significant digits in which figures agree that other releases of the libraries computed."""
HOLDS, BROKEN, EXPIRED = "holds", "broken", "evidence expired"


class Archive:
    """The issued reports of one data folder. Usable from any thread."""

    def __init__(self, rooms: Rooms, log: Log, fold: Fold, clock: Clock, settings: Settings) -> None:
        self._rooms = rooms
        self._log = log
        self._fold = fold
        self._clock = clock
        self._settings = settings
        self._folder = settings.data / "reports"
        self.listeners: list[Callable[[sqlite3.Connection, Issued], None]] = []
        """Called in the transaction that keeps a newly issued report."""

    def issue(self, kind: str, name: str, tz: str, author: Principal, tell: Progress = silent) -> Issued:
        """Compute, seal and keep a report. ``tell`` is given how far that is.

        Raises Invalid for a period that has not begun, or was over before the records began. Once its period is frozen,
        a report is revised only where its figures changed; else the answer is the report that is there.

        All of it is read at one position of the log: the fold stands still meanwhile, agents are answered.
        """
        now, key = self._clock.now(), self._key()
        sort = kind_of(kind)
        with self._rooms.state.read() as tx:
            period, before = periods(tx, sort, name, tz, now)
        if period.start >= now:
            raise Invalid(f"{name} has not begun yet.")
        self._began(name, period)
        self._fold.wait_for(self._log.head()[0])
        with self._rooms.state.write() as tx:
            position = self._fold.position
            evidence = gather(self._rooms, period, before, now, self._settings, tell)
            data = report.build(kind, name, period, now, evidence)
            earlier = reports.last_of(tx, kind, name, tz, report.FINAL) if data["status"] == report.FINAL else None
            if now >= frozen_at(sort, period, self._settings.calculation.freeze_at):
                told = self._revision(tx, earlier, data, position, period)
                if earlier and earlier.revision and not told["differences"]:
                    return earlier
                data["revision"] = told
            document = seal.seal(data, self._range(position), environment.made_with())
            if key is not None:
                document["seal"]["signature"] = signature.sign(key, document["seal"]["sha256"])
            issued = Issued(
                id=new_id("r"),
                kind=kind,
                name=name,
                status=data["status"],
                issued_at=now,
                issued_by=author.name,
                author=author.id,
                looked=position,
                position=position,
                sha256=document["seal"]["sha256"],
                revision=data["revision"]["number"],
                tz=tz,
            )
            content = formats.find("json").render(document, "en")
            _keep(self._folder / issued.id / SEALED, content)
            reports.add(tx, issued)
            reports.add_file(tx, issued.id, SEALED, hashlib.sha256(content).hexdigest())
            for listener in self.listeners:
                listener(tx, issued)
        return issued

    def _began(self, name: str, period: Period) -> None:
        """Refuse a period of which nothing can be known. Raises Invalid."""
        first = next(iter(self._log.read(0, None)), None)
        if first is None or first.at >= period.end:
            since = "" if first is None else f" on {instant(first.at, period.tz, seconds=False)} ({period.tz})"
            raise Invalid(f"{name} was over before the records of this installation began{since}: there is no report.")

    def _revision(
        self, tx: sqlite3.Connection, earlier: Issued | None, data: dict[str, Any], position: int, period: Period
    ) -> dict[str, Any]:
        """What a report of a frozen period says of the one before it."""
        if earlier is None:
            return {**report.UNREVISED, "number": 1, "differences": [], "reasons": []}
        document = json.loads((self._folder / earlier.id / SEALED).read_bytes())
        return _revised(document["report"], earlier, data, tx, self._log, position, period)

    def listed(self, limit: int, before: tuple[int, str] | None = None) -> list[Issued]:
        """At most ``limit`` reports, the newest first; those that follow ``before``, an (issued_at, id)."""
        with self._rooms.state.read() as tx:
            return reports.newest(tx, before, limit)

    def document(self, key: str) -> dict[str, Any]:
        """The sealed document of an issued report. Raises Missing."""
        with self._rooms.state.read() as tx:
            reports.get(tx, key)
        document: dict[str, Any] = json.loads((self._folder / key / SEALED).read_bytes())
        return document

    def file(self, key: str, form: str, lang: str) -> tuple[bytes, str]:
        """A report in a format and language, and its media type; rendered the first time, kept from then on.

        Raises Missing for an unknown report and Invalid for an unknown format or language.
        """
        found, lang = formats.find(form), translator(lang).language
        with self._rooms.state.read() as tx:
            reports.get(tx, key)
        name = f"report.{lang}.{form}" if found.LANGUAGES else f"report.{form}"
        path = self._folder / key / name
        if not path.exists():
            document = json.loads((self._folder / key / SEALED).read_bytes())
            content = found.render(document, lang)
            _keep(path, content)
            with self._rooms.state.write() as tx:
                reports.add_file(tx, key, name, hashlib.sha256(content).hexdigest())
        return path.read_bytes(), found.MEDIA

    def verify(self, content: bytes) -> dict[str, Any]:
        """Whether an issued file holds: ``{"verdict", "reasons", "sha256", "signature", "notes"}``.

        The verdict is one of three words. The seal must be whole, the log unbroken up to the sealed head at the sealed
        place, and, folded again up to there, give the same report; a signature must be of this seal. A page must say
        what its sealed data says; any other file must be, byte for byte, one that was issued here. ``signature`` is
        ``{"state", "key"}``; ``notes`` tell what differs between where it was issued and here, and break nothing.
        """
        try:
            document, reasons = self._opened(content)
            data, closing = seal.opened(document)
        except (Broken, Invalid) as trouble:
            unsigned = {"state": signature.NONE, "key": None}
            return {
                "verdict": BROKEN, "reasons": [trouble.message], "sha256": None, "signature": unsigned, "notes": [],
            }  # fmt: skip
        notes = environment.told_apart(closing["made_with"], environment.made_with())
        signed = signature.judged(closing, self._public())
        if signed["state"] == signature.BROKEN:
            reasons.append("The signature is not one of this seal: it was changed or taken from another report.")
        expired = self._expired(closing["log"])
        if not expired:
            reasons += self._recomputed(data, closing["log"], alike=not notes)
        verdict = BROKEN if reasons else EXPIRED if expired else HOLDS
        return {
            "verdict": verdict,
            "reasons": reasons,
            "sha256": closing["sha256"],
            "signature": signed,
            "notes": notes,
        }

    def _key(self) -> Ed25519PrivateKey | None:
        path = self._settings.report_key
        return None if path is None else signature.load(path, self._settings.data)

    def _public(self) -> str | None:
        """The public key of this installation; None where it signs nothing, or its key cannot be read just now."""
        try:
            key = self._key()
        except Invalid:
            return None
        return None if key is None else signature.public(key)

    def _opened(self, content: bytes) -> tuple[object, list[str]]:
        """The sealed document of a file, and what is wrong with how it is shown."""
        with self._rooms.state.read() as tx:
            as_issued = reports.of_file(tx, hashlib.sha256(content).hexdigest())
        if not content.lstrip().startswith(b"<"):
            return self._of_no_page(content, as_issued), []
        document, lang = html.sealed_in(content)
        if as_issued:
            return document, []
        seal.opened(document)
        if isinstance(document, dict) and html.render(document, lang) == content:
            return document, []
        return document, ["The page was changed: it does not say what its sealed data says."]

    def _of_no_page(self, content: bytes, as_issued: str | None) -> object:
        """The sealed document itself, or that of which the file was rendered when it was issued."""
        try:
            return json.loads(content)
        except ValueError:
            if as_issued is None:
                raise Invalid(
                    "No file that was issued here is this one byte for byte: it was changed, or another made it."
                ) from None
        return json.loads((self._folder / as_issued / SEALED).read_bytes())

    def _expired(self, log: dict[str, Any]) -> bool:
        """Whether retention has deleted entries the report was computed from."""
        first = next(iter(self._log.read(0, None)), None)
        return bool(log["last"]) and (first is None or first.position > log["first"])

    def _recomputed(self, data: dict[str, Any], log: dict[str, Any], alike: bool) -> list[str]:
        """What the log says against the report. Other libraries (not ``alike``) need not agree in the last places."""
        last = log["last"]
        entry = self._log.entry(last)
        if last and (entry is None or entry.hash.hex() != log["head"]):
            return ["The log does not have the entry that the seal names: it is another log, or it was written anew."]
        try:
            self._log.verify(last)
        except Broken as trouble:
            return [trouble.message]
        with self._rooms.state.read() as tx:
            period, before = periods(tx, kind_of(data["kind"]), data["name"], data["period"]["tz"], data["issued_at"])
        # What was set in nineward.toml then is printed in the report; the log does not know it.
        settings = replace(self._settings, parameters=data["method"]["parameters"]).at(self._settings.data)
        with refolded(self._log, last, settings) as again:
            evidence = gather(again, period, before, data["issued_at"], settings)
            fresh = report.build(data["kind"], data["name"], period, data["issued_at"], evidence)
            fresh["revision"] = self._revised_again(data, fresh, again, period, before)
        if not alike:
            fresh, data = rounded(fresh, _ALIKE), rounded(data, _ALIKE)
        if seal.canonical(fresh) == seal.canonical(data):
            return []
        parts = [key for key in sorted(fresh.keys() | data.keys()) if fresh.get(key) != data.get(key)]
        return [f"The log gives other data than the report says, in: {', '.join(parts)}."]

    def _revised_again(
        self, data: dict[str, Any], fresh: dict[str, Any], again: Refolded, period: Period, before: Period
    ) -> dict[str, Any]:
        """What the log says of the report that this one revises, and of what differs."""
        told: dict[str, Any] = data.get("revision", report.UNREVISED)
        previous = told["previous"]
        if previous is None:
            return {**told, "differences": [], "reasons": []}
        settings = replace(self._settings, parameters=previous["parameters"]).at(self._settings.data)
        with refolded(self._log, previous["position"], settings) as then:
            evidence = gather(then, period, before, previous["issued_at"], settings)
            old = report.build(data["kind"], data["name"], period, previous["issued_at"], evidence)
        with again.state.read() as tx:
            since, position = previous["issued_at"], again.fold.position
            why = reasons(tx, again.log, previous["position"], position, since, period)
        return {
            "number": previous["number"] + 1,
            "previous": previous,
            "differences": differences(old, fresh),
            "reasons": why,
        }

    def _range(self, position: int) -> dict[str, Any]:
        last = self._log.entry(position)
        first = next(iter(self._log.read(0, position)), None)
        return {
            "first": first.position if first else 0,
            "last": position,
            "head": last.hash.hex() if last else "",
        }


def _revised(
    old: dict[str, Any],
    earlier: Issued,
    data: dict[str, Any],
    tx: sqlite3.Connection,
    log: Log,
    position: int,
    period: Period,
) -> dict[str, Any]:
    found = differences(old, data)
    return {
        "number": earlier.revision + 1,
        "previous": {
            "number": earlier.revision,
            "issued_at": earlier.issued_at,
            "position": earlier.position,
            "sha256": earlier.sha256,
            "parameters": old["method"]["parameters"],
        },
        "differences": found,
        "reasons": reasons(tx, log, earlier.position, position, earlier.issued_at, period) if found else [],
    }


def _keep(path: Path, content: bytes) -> None:
    """Write a file whole and durable, or not at all. Raises Unavailable where the disk does not take it."""
    partly = path.with_name(f".{path.name}.{new_id('w')}")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with partly.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        partly.replace(path)
    except OSError as trouble:
        raise Unavailable(f"{path.name} cannot be written: {trouble.strerror}. Free some disk space.") from trouble
    finally:
        with contextlib.suppress(FileNotFoundError):
            partly.unlink()
