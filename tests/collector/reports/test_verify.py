"""What verification finds: one bit of the log, one figure of a file, one correction left out; and a signature."""

import json
import sqlite3
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from collector.reports import environment, signature
from collector.reports.archive import BROKEN, ELSEWHERE, HOLDS, Archive
from collector.reports.environment import made_with
from collector.reports.formats.json import render
from collector.reports.seal import seal
from collector.store.reports import Issued
from rules.errors import Conflicting, Invalid
from tests.collector.reports.misissued import told_otherwise
from tests.collector.reports.test_revisions import FROZEN, MONTH, TZ, corrected
from tests.collector.rooms import ADMIN, Rooms
from tests.collector.watched import Watched, an_outage, watched


@pytest.fixture
def found(rooms: Rooms) -> Watched:
    made = watched(rooms)
    an_outage(made)
    corrected(made)
    return made


@pytest.fixture
def key(tmp_path: Path, found: Watched) -> Path:
    path = tmp_path / "keys" / "report.pem"
    signature.make(path, found.settings.data)
    return path


def archive_of(found: Watched, key: Path | None = None) -> Archive:
    settings = replace(found.settings, report_key=key).at(found.settings.data)
    return Archive(found, found.log, found.fold, found.intake, found.clock, settings)


@pytest.fixture
def archive(found: Watched) -> Archive:
    return archive_of(found)


def issue(found: Watched, archive: Archive) -> Issued:
    found.rooms.clock.at = FROZEN
    return archive.issue("month", MONTH, TZ, ADMIN)


def sealed(archive: Archive, issued: Issued) -> dict[str, Any]:
    return json.loads(archive.file(issued.id, "json", "en")[0])  # type: ignore[no-any-return]


def test_one_flipped_bit_of_the_log_is_found(found: Watched, archive: Archive) -> None:
    content = archive.file(issue(found, archive).id, "json", "en")[0]
    assert archive.verify(content)["verdict"] == HOLDS
    file = min((found.settings.data / "log").glob("2*.db"))
    with sqlite3.connect(file) as day:
        position, body = day.execute("SELECT position, body FROM entry ORDER BY length(body) DESC").fetchone()
        flipped = bytes([*body[:-9], body[-9] ^ 1, *body[-8:]])
        day.execute("UPDATE entry SET body = ? WHERE position = ?", (flipped, position))

    said = archive.verify(content)

    assert (said["verdict"], f"Entry {position} of the log" in said["reasons"][0]) == (BROKEN, True)


def test_a_correction_left_out_is_found(found: Watched, archive: Archive) -> None:
    forged = sealed(archive, issue(found, archive))
    forged["report"]["corrections"].pop()

    assert archive.verify(render(forged, "en"))["verdict"] == BROKEN
    forged = seal(forged["report"], forged["seal"]["log"], forged["seal"]["made_with"])
    assert archive.verify(render(forged, "en"))["verdict"] == ELSEWHERE


def test_figures_that_the_log_does_not_give_are_refuted_by_it(
    found: Watched, archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    with told_otherwise(monkeypatch, lambda data: data["fleet"].update(down_ms=1)):
        issued = issue(found, archive)

    said = archive.verify(archive.file(issued.id, "json", "en")[0])

    assert (said["verdict"], said["reasons"]) == (
        BROKEN,
        ["The log gives other data than the report says, in: fleet."],
    )


@pytest.mark.parametrize("form", ["docx", "xlsx", "pdf", "csv"])
def test_a_file_without_data_in_it_is_known_by_its_bytes(found: Watched, archive: Archive, form: str) -> None:
    issued = issue(found, archive)
    content = archive.file(issued.id, form, "en")[0]

    assert (archive.verify(content)["verdict"], archive.verify(content)["sha256"]) == (HOLDS, issued.sha256)
    changed = bytes([*content[:200], content[200] ^ 1, *content[201:]])
    assert archive.verify(changed)["verdict"] == BROKEN


def test_a_signed_report_says_whose_signature_holds(found: Watched, key: Path) -> None:
    signing = archive_of(found, key)
    content = signing.file(issue(found, signing).id, "json", "en")[0]
    own = signature.public(signature.load(key, found.settings.data))

    assert signing.verify(content)["signature"] == {"state": "own", "key": own}
    assert archive_of(found).verify(content)["signature"] == {"state": "own", "key": own}
    assert signing.verify(content)["verdict"] == HOLDS


def test_a_signature_of_another_seal_does_not_hold(found: Watched, key: Path) -> None:
    signing = archive_of(found, key)
    document = sealed(signing, issue(found, signing))
    document["seal"]["signature"] = signature.sign(signature.load(key, found.settings.data), "0" * 64)

    said = signing.verify(render(document, "en"))

    assert (said["verdict"], said["signature"]["state"]) == (BROKEN, "broken")


@pytest.mark.parametrize("change", [{"value": "zz"}, {"key": "00"}, {"algorithm": "none"}])
def test_a_damaged_signature_does_not_hold(found: Watched, key: Path, change: dict[str, str]) -> None:
    closing = {"sha256": "ab"}
    closing |= {"signature": signature.sign(signature.load(key, found.settings.data), "ab")}  # type: ignore[dict-item]
    assert signature.judged(closing, ())["state"] == "other"

    closing["signature"] |= change  # type: ignore[operator]

    assert signature.judged(closing, ())["state"] == "broken"


def test_another_release_of_a_library_is_told_and_breaks_nothing(
    found: Watched, archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = archive.file(issue(found, archive).id, "json", "en")[0]
    made: dict[str, str] = json.loads(content)["seal"]["made_with"]
    monkeypatch.setattr(environment, "_made_with", lambda: tuple({**made, "numpy": "99.0"}.items()))

    said = archive.verify(content)

    assert said["verdict"] == HOLDS
    assert said["notes"] == [f"It was issued with numpy {made['numpy']}; here is 99.0."]


def test_the_seal_names_what_the_report_was_made_with(found: Watched, archive: Archive) -> None:
    made = sealed(archive, issue(found, archive))["seal"]["made_with"]

    assert made == made_with()
    assert sorted(made) == ["nineward", "numpy", "python", "scipy", "tzdata"]
    assert all(made.values())


def test_a_key_lies_outside_the_data_and_is_for_its_owner_alone(tmp_path: Path, found: Watched, key: Path) -> None:
    data = found.settings.data

    assert key.stat().st_mode & 0o777 == 0o600
    with pytest.raises(Invalid, match="data folder"):
        signature.make(data / "report.pem", data)
    with pytest.raises(Conflicting):
        signature.make(key, data)


def test_what_is_no_key_is_refused_when_a_report_is_issued(tmp_path: Path, found: Watched) -> None:
    (tmp_path / "not.pem").write_text("hello", encoding="utf-8")

    with pytest.raises(Invalid, match="report_key"):
        issue(found, archive_of(found, tmp_path / "not.pem"))


def test_a_page_that_somebody_else_sealed_is_not_drawn(found: Watched, archive: Archive) -> None:
    """Whatever stands in it: here an instant that no clock can show."""
    issued = issue(found, archive)
    document = sealed(archive, issued)
    strange = {**document["report"], "period": {**document["report"]["period"], "from": 10**30}}
    page = archive.file(issued.id, "html", "en")[0].decode()
    whole = render(document, "en").decode().strip().replace("<", "\\u003c")
    assert whole in page

    said = archive.verify(page.replace(whole, json.dumps(seal(strange, document["seal"]["log"], made_with()))).encode())

    assert said["verdict"] == ELSEWHERE
