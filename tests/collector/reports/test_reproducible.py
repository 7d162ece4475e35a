"""The same log gives the same data, and these the same bytes: in another process, in another zone, on another day."""

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from collector.app import open_house
from collector.demo.made import GivenClock, make
from collector.reports import formats
from collector.reports.archive import HOLDS, Archive
from collector.reports.seal import canonical
from collector.settings import Settings
from collector.timelines import Timelines
from rules.parameters import DAY
from rules.period import parse_instant
from tests.collector.reports.stories import document
from tests.collector.rooms import ADMIN

_RENDER = """
import hashlib, json, sys, time
from pathlib import Path
from collector.reports import formats
assert time.tzname[0] == sys.argv[2], time.tzname
document = json.loads(Path(sys.argv[1]).read_bytes())
print(json.dumps({
    f"{name} {lang}": hashlib.sha256(formats.find(name).render(document, lang)).hexdigest()
    for name in sys.argv[3].split() for lang in ("en", "zh-CN")
}))
"""
BYTES = ("json", "html", "csv", "docx")
"""The formats whose bytes are the same where fonts and libraries are; the others have the same text and figures."""
MACHINES = [("UTC", "UTC", "0"), ("Pacific/Chatham", "+1245", "1"), ("America/New_York", "EST", "4711")]


def elsewhere(folder: Path, zone: str, hashing: str, *command: object) -> dict[str, str]:
    """What a new process prints as JSON, with its own zone, hashing, locale and home."""
    surroundings = {
        **os.environ, "TZ": zone, "PYTHONHASHSEED": hashing, "LC_ALL": "C", "HOME": str(folder),
        "MPLCONFIGDIR": str(folder),
    }  # fmt: skip
    said = subprocess.run(
        [sys.executable, *map(str, command)], check=True, capture_output=True, env=surroundings, text=True, timeout=300
    )
    found: dict[str, str] = json.loads(said.stdout)
    return found


@pytest.mark.parametrize(("zone", "called", "hashing"), MACHINES)
def test_another_machine_renders_the_same_bytes(zone: str, called: str, hashing: str, tmp_path: Path) -> None:
    here = {
        f"{name} {lang}": hashlib.sha256(formats.find(name).render(document(), lang)).hexdigest()
        for name in BYTES
        for lang in ("en", "zh-CN")
    }

    path = tmp_path / "document.json"
    path.write_bytes(canonical(document()))
    assert elsewhere(tmp_path, zone, hashing, "-c", _RENDER, path, called, " ".join(BYTES)) == here


@pytest.fixture(scope="module")
def issued(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder that was lived in for some days of June, and beside it the month's report, issued then."""
    folder = tmp_path_factory.mktemp("lived")
    data = folder / "data"
    settings = Settings(key=data / "demo-key").at(data)
    start = parse_instant("2026-06-01", settings.tz)
    make(settings, start, start + 4 * DAY, 3, lambda done, whole: None)
    (data / "nineward.toml").write_text(f'key = "{data / "demo-key"}"\n', encoding="utf-8")
    with open_house(settings, GivenClock(start + 40 * DAY), deciding=False) as house:
        archive = Archive(house, house.log, house.fold, house.intake, house.clock, settings)
        content, _ = archive.file(archive.issue("month", "2026-06", settings.tz, ADMIN).id, "json", "en")
    (folder / "june.json").write_bytes(content)
    return folder


@pytest.mark.parametrize(("zone", "called", "hashing"), MACHINES[1:])
def test_another_machine_computes_the_same_data_from_the_log(
    issued: Path, zone: str, called: str, hashing: str, tmp_path: Path
) -> None:
    verify = ("-m", "collector.cli", "--data", issued / "data", "report", "verify", issued / "june.json", "--json")

    assert elsewhere(tmp_path, zone, hashing, *verify)["verdict"] == HOLDS


def test_the_comparison_is_of_every_byte(issued: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One millisecond more is other data: nothing but the same figures holds above."""
    with open_house(Settings(key=issued / "data" / "demo-key").at(issued / "data"), deciding=False) as house:
        archive = Archive(house, house.log, house.fold, house.intake, house.clock, house.settings)
        content = (issued / "june.json").read_bytes()
        assert archive.verify(content)["verdict"] == HOLDS

        computed = Timelines.figures

        def a_bit_more(*given: Any, **named: Any) -> Any:
            found = computed(*given, **named)
            found["fleet"]["down_ms"] += 1
            return found

        monkeypatch.setattr(Timelines, "figures", a_bit_more)
        assert archive.verify(content)["verdict"] != HOLDS


def test_another_document_has_other_bytes() -> None:
    other = document()
    other["report"]["objects"][0]["down_ms"] += 1

    for name in BYTES:
        assert formats.find(name).render(other, "en") != formats.find(name).render(document(), "en")
