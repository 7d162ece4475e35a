"""The same document gives the same bytes in another process, on a machine in another zone, on another day."""

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from collector.reports import formats
from collector.reports.seal import canonical
from tests.collector.reports.stories import document

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


def elsewhere(folder: Path, zone: str, called: str, hashing: str) -> dict[str, str]:
    """The hashes of what a new process renders, with its own zone, hashing, locale and home."""
    path = folder / "document.json"
    path.write_bytes(canonical(document()))
    surroundings = {
        **os.environ, "TZ": zone, "PYTHONHASHSEED": hashing, "LC_ALL": "C", "HOME": str(folder),
        "MPLCONFIGDIR": str(folder),
    }  # fmt: skip
    said = subprocess.run(
        [sys.executable, "-c", _RENDER, path, called, " ".join(BYTES)],
        check=True, capture_output=True, env=surroundings, text=True, timeout=300,
    )  # fmt: skip
    found: dict[str, str] = json.loads(said.stdout)
    return found


@pytest.mark.parametrize(("zone", "called", "hashing"), MACHINES)
def test_another_machine_renders_the_same_bytes(zone: str, called: str, hashing: str, tmp_path: Path) -> None:
    here = {
        f"{name} {lang}": hashlib.sha256(formats.find(name).render(document(), lang)).hexdigest()
        for name in BYTES
        for lang in ("en", "zh-CN")
    }

    assert elsewhere(tmp_path, zone, called, hashing) == here


def test_another_document_has_other_bytes() -> None:
    other = document()
    other["report"]["objects"][0]["down_ms"] += 1

    for name in BYTES:
        assert formats.find(name).render(other, "en") != formats.find(name).render(document(), "en")
