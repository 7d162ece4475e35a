"""Whatever is put in a file, verification asks the log which reports were issued: nothing else ever holds."""

import json
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from collector.pack import pack_closed
from collector.printed import instant
from collector.refold import refolded
from collector.reports import report, signature
from collector.reports.archive import BROKEN, ELSEWHERE, EXPIRED, HOLDS, Archive
from collector.reports.environment import made_with
from collector.reports.formats.json import render
from collector.reports.kinds import Kind, periods
from collector.reports.making import Wanted, make
from collector.reports.sayings import besides
from collector.reports.seal import canonical, seal
from collector.reports.shelf import Shelf
from collector.reports.verification import Verification
from collector.store.log import Log
from collector.store.reports import Issued
from collector.texts import translator
from rules.errors import Broken, Invalid
from tests.collector.reports.test_revisions import FROZEN, HOUR, MONTH, TZ, corrected
from tests.collector.rooms import ADMIN, rooms
from tests.collector.watched import Watched, an_outage, watched

Document = dict[str, Any]


@dataclass
class Issues:
    """A month that was issued, corrected, and revised; both files, and the log's head before the correction."""

    found: Watched
    archive: Archive
    first: Issued
    second: Issued
    before: int

    def document(self, one: Issued) -> Document:
        return json.loads(self.archive.file(one.id, "json", "en")[0])  # type: ignore[no-any-return]

    def verdict(self, content: bytes) -> str:
        return str(self.archive.verify(content)["verdict"])


def archive_of(found: Watched, key: Path | None = None) -> Archive:
    settings = replace(found.settings, report_key=key).at(found.settings.data)
    return Archive(found, found.log, found.fold, found.intake, found.clock, settings)


@pytest.fixture(scope="module")
def issues(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Issues]:
    with rooms(tmp_path_factory.mktemp("issues")) as opened:
        found = watched(opened)
        an_outage(found)
        archive = archive_of(found)
        opened.clock.at = FROZEN
        first = archive.issue("month", MONTH, TZ, ADMIN)
        before = found.log.head()[0]
        corrected(found)
        opened.clock.at = FROZEN + HOUR
        yield Issues(found, archive, first, archive.issue("month", MONTH, TZ, ADMIN), before)


def anew(document: Document, **log: Any) -> bytes:
    """The file of a document whose data, or place in the log, was changed and that was sealed again."""
    return render(seal(document["report"], {**document["seal"]["log"], **log}, document["seal"]["made_with"]), "en")


@pytest.mark.parametrize("first", [0, -1, 3])
def test_nobody_can_say_that_his_evidence_is_expired(issues: Issues, first: int) -> None:
    forged = issues.document(issues.first)
    forged["report"]["fleet"]["down_ms"] = 0

    assert issues.verdict(anew(forged, first=first)) == ELSEWHERE


def test_nonsense_with_a_seal_was_not_issued_here(issues: Issues) -> None:
    assert issues.verdict(render(seal({"hello": "world"}, {"first": -1, "last": 5, "head": ""}), "en")) == ELSEWHERE


def computed(issues: Issues, last: int, at: int, parameters: dict[str, Any] | None) -> bytes:
    """A report that nobody issued, as the log gives it up to ``last`` under ``parameters``, sealed rightly."""
    found = issues.found
    settings = found.settings
    if parameters is not None:
        settings = replace(settings, parameters=parameters).at(settings.data)
    with refolded(found.log, last, settings) as again:
        with again.state.read() as tx:
            period, before = periods(tx, Kind.MONTH, MONTH, TZ, at)
        data = make(again, Wanted("month", MONTH, TZ), period, before, at, settings)
    data["revision"] = {**report.UNREVISED, "number": 1, "differences": [], "reasons": []}
    entry = found.log.entry(last)
    assert entry is not None
    return render(seal(data, {"first": 1, "last": last, "head": entry.hash.hex()}, made_with()), "en")


def test_a_report_by_parameters_that_nobody_set_was_not_issued(issues: Issues) -> None:
    document = issues.document(issues.first)
    chosen = document["report"]["method"]["parameters"]
    chosen["targets"]["mttr"] = "1m"

    forged = computed(issues, issues.first.position, issues.first.issued_at, chosen)

    assert issues.verdict(forged) == ELSEWHERE


def test_a_log_cut_off_before_a_correction_gives_no_report_that_was_issued(issues: Issues) -> None:
    assert issues.verdict(computed(issues, issues.before, issues.second.issued_at, None)) == ELSEWHERE


@pytest.mark.parametrize(
    "change",
    [
        {"number": 1, "previous": None, "differences": [], "reasons": []},
        {"number": 99, "previous": None, "differences": [], "reasons": [], "approved_by": "the director"},
    ],
)
def test_no_revision_can_be_made_up(issues: Issues, change: dict[str, Any]) -> None:
    forged = issues.document(issues.second)
    forged["report"]["revision"] = change

    assert issues.verdict(anew(forged)) == ELSEWHERE


def test_an_older_shape_that_is_only_claimed_helps_nobody(issues: Issues) -> None:
    forged = issues.document(issues.first)
    forged["report"]["schema"] = report.SCHEMA - 1
    forged["report"]["headline"] = []

    assert issues.verdict(anew(forged)) == ELSEWHERE


def test_another_library_that_is_only_claimed_helps_nobody(issues: Issues) -> None:
    forged = issues.document(issues.first)
    forged["report"]["fleet"]["availability"] *= 1.0000001
    forged["seal"]["made_with"]["numpy"] = "0"

    assert issues.verdict(anew(forged)) == ELSEWHERE


def twice(document: Document) -> bytes:
    other = json.loads(canonical(document))
    other["report"]["fleet"]["down_ms"] = 0
    return b'{"report":' + canonical(other["report"]) + b"," + render(document, "en")[1:]


def beside(document: Document) -> bytes:
    return render({**document, "approved_by": "The Director"}, "en")


def in_the_seal(document: Document) -> bytes:
    return render({**document, "seal": {**document["seal"], "approved_by": "x"}}, "en")


def laid_out(document: Document) -> bytes:
    return json.dumps(document, ensure_ascii=False, sort_keys=True, indent=1).encode() + b"\n"


def cut(document: Document) -> bytes:
    return canonical(document)


@pytest.mark.parametrize("forge", [twice, beside, in_the_seal, laid_out, cut])
def test_only_the_bytes_that_were_written_hold(issues: Issues, forge: Callable[[Document], bytes]) -> None:
    assert issues.verdict(forge(issues.document(issues.first))) == BROKEN


_SEALED = b'"log":{},"made_with":{},"algorithm":"sha256/canonical-json-2","sha256":""}}'


@pytest.mark.parametrize(
    "content",
    [
        b'{"report":{"a":NaN},"seal":{' + _SEALED,
        b'{"report":{"a":1e999},"seal":{' + _SEALED,
        b'{"report":{"a":"\\ud800"},"seal":{' + _SEALED,
        b'{"a":' * 100_000,
        b"[" * 200_000,
        b"{",
        b"\xff\xfe{",
        b"<html",
        render({"report": {"x": 1}, "seal": {"algorithm": "sha256/canonical-json-2", "log": {}, "made_with": 1}}, "en"),
        render(seal({"x": 1}, {"first": {}, "last": [], "head": 1, "more": 1}), "en"),
    ],
)
def test_what_is_no_report_is_broken_and_no_error(issues: Issues, content: bytes) -> None:
    assert issues.verdict(content) == BROKEN


def test_a_zone_that_there_is_not_raises_nothing(issues: Issues) -> None:
    forged = issues.document(issues.first)
    forged["report"]["period"]["tz"] = "Nowhere/City"

    assert issues.verdict(anew(forged)) == ELSEWHERE


def test_of_a_report_that_was_replaced_it_is_said_by_which(issues: Issues) -> None:
    said = issues.archive.verify(issues.archive.file(issues.first.id, "json", "en")[0])

    assert (said["verdict"], said["newer"]["revision"], said["newer"]["sha256"]) == (HOLDS, 2, issues.second.sha256)
    assert besides(said, TZ, translator("en")) == [
        f"It was replaced by revision 2, issued {instant(issues.second.issued_at, TZ)}: {issues.second.sha256}"
    ]


def test_of_the_newest_nothing_newer_is_said(issues: Issues) -> None:
    said = issues.archive.verify(issues.archive.file(issues.second.id, "json", "en")[0])

    assert (said["verdict"], said["newer"], said["notes"]) == (HOLDS, None, [])
    assert said["issue"] == {
        "id": issues.second.id,
        "entry": issues.second.entry,
        "revision": 2,
        "recorded_later": False,
    }


def test_it_holds_whatever_the_installation_has_set_since(issues: Issues) -> None:
    settings = replace(issues.found.settings, tz="America/New_York").at(issues.found.settings.data)
    found = issues.found
    elsewhere = Archive(found, found.log, found.fold, found.intake, found.clock, settings)

    assert elsewhere.verify(issues.archive.file(issues.second.id, "json", "en")[0])["verdict"] == HOLDS


def test_a_row_that_no_entry_wrote_is_no_issue(issues: Issues) -> None:
    forged = seal(
        {**issues.document(issues.first)["report"], "name": "2020-01"}, issues.document(issues.first)["seal"]["log"]
    )
    with issues.found.state.write() as tx:
        tx.execute("CREATE TEMP TABLE copied AS SELECT * FROM report WHERE id = ?", (issues.first.id,))
        tx.execute("UPDATE copied SET id = 'r_forged', name = '2020-01', sha256 = ?", (forged["seal"]["sha256"],))
        tx.execute("INSERT INTO report SELECT * FROM copied")
    try:
        said = issues.archive.verify(render(forged, "en"))
    finally:
        with issues.found.state.write() as tx:
            tx.execute("DELETE FROM report WHERE id = 'r_forged'")
            tx.execute("DROP TABLE copied")

    assert (said["verdict"], "the state was changed" in said["reasons"][0]) == (BROKEN, True)


def test_evidence_expires_where_a_day_of_the_log_was_deleted(issues: Issues) -> None:
    found = issues.found
    content = issues.archive.file(issues.second.id, "json", "en")[0]
    oldest = min((found.settings.data / "log").glob("2*.db"))
    aside = oldest.with_suffix(".aside")
    oldest.rename(aside)
    try:
        with closing(Log(found.settings.data / "log")) as shorter:
            shelf = Shelf(found.state, found.settings.data / "reports")
            said = Verification(found.state, shorter, found.settings, shelf).verify(content)
    finally:
        aside.rename(oldest)

    assert (said["verdict"], said["reasons"]) == (EXPIRED, [])


@pytest.fixture(scope="module")
def packed(issues: Issues, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of a day that is over and packed, in a copy of the log."""
    folder = tmp_path_factory.mktemp("packed") / "log"
    shutil.copytree(issues.found.settings.data / "log", folder)
    with closing(Log(folder)) as log:
        pack_closed(log)
        (day, _), *_ = log.closed_days()
    day.chmod(0o600)
    return day


def test_damage_of_a_packed_day_is_told_as_such_wherever_it_lies(packed: Path) -> None:
    """A bit that nothing is unpacked from (there are a few in the format) changes no entry, and hides no other."""
    with closing(sqlite3.connect(packed, isolation_level=None)) as day:
        last, body = day.execute("SELECT last, body FROM pack").fetchone()
        with closing(Log(packed.parent)) as log:
            whole = list(log.read(0, last))
        told = 0
        for part in range(20):
            place = len(body) * part // 20
            flipped = bytes([*body[:place], body[place] ^ 4, *body[place + 1 :]])
            day.execute("UPDATE pack SET body = ?", (flipped,))
            with closing(Log(packed.parent)) as log:
                try:
                    log.verify(last)
                except Broken:
                    told += 1
                else:
                    assert list(log.read(0, last)) == whole
        assert told >= 16


class TestSignatures:
    """A report is signed, or not, as it was when it was issued."""

    @pytest.fixture
    def key(self, issues: Issues, tmp_path: Path) -> Path:
        path = tmp_path / "report.pem"
        signature.make(path, issues.found.settings.data)
        return path

    @pytest.fixture
    def signed(self, issues: Issues, key: Path) -> Document:
        archive = archive_of(issues.found, key)
        return issues.document(archive.issue("year", MONTH[:4], TZ, ADMIN))

    def test_one_that_was_taken_off_is_missed(self, issues: Issues, signed: Document) -> None:
        del signed["seal"]["signature"]

        said = issues.archive.verify(render(signed, "en"))

        assert (said["verdict"], "taken off" in said["reasons"][0]) == (BROKEN, True)

    def test_one_of_a_stranger_in_its_place_is_seen(self, issues: Issues, signed: Document, tmp_path: Path) -> None:
        signature.make(tmp_path / "strange.pem", issues.found.settings.data)
        stranger = signature.load(tmp_path / "strange.pem", issues.found.settings.data)
        signed["seal"]["signature"] = signature.sign(stranger, signed["seal"]["sha256"])

        said = issues.archive.verify(render(signed, "en"))

        assert (said["verdict"], said["signature"]["state"]) == (BROKEN, "other")

    def test_one_that_was_put_on_afterwards_is_seen(self, issues: Issues, key: Path) -> None:
        document = issues.document(issues.first)
        mine = signature.load(key, issues.found.settings.data)
        document["seal"]["signature"] = signature.sign(mine, document["seal"]["sha256"])

        said = issues.archive.verify(render(document, "en"))

        assert (said["verdict"], "put on it afterwards" in said["reasons"][0]) == (BROKEN, True)

    def test_a_key_that_was_replaced_is_still_our_own(self, issues: Issues, signed: Document, tmp_path: Path) -> None:
        signature.make(tmp_path / "new.pem", issues.found.settings.data)

        said = archive_of(issues.found, tmp_path / "new.pem").verify(render(signed, "en"))

        assert (said["verdict"], said["signature"]["state"]) == (HOLDS, "own")

    def test_a_key_that_others_may_read_signs_nothing(self, issues: Issues, key: Path) -> None:
        key.chmod(0o640)

        with pytest.raises(Invalid, match="chmod 600"):
            signature.load(key, issues.found.settings.data)
