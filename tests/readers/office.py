"""LibreOffice without a screen, with a profile of its own."""

import shutil
import subprocess
from pathlib import Path

PROGRAM = shutil.which("soffice")

_ALWAYS = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load">
<prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop></item>
</oor:items>
"""
"""Every formula is computed anew when a workbook is opened."""


class Office:
    """Keeps what it is given and what it makes in a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._profile = folder / "profile"
        (self._profile / "user").mkdir(parents=True)
        (self._profile / "user" / "registrymodifications.xcu").write_text(_ALWAYS, encoding="utf-8")
        self._number = 0

    def saved(self, content: bytes, given: str = "xlsx", wanted: str = "xlsx") -> bytes | None:
        """The file as it is saved in another form, everything computed anew; None when it cannot be opened."""
        assert PROGRAM is not None
        self._number += 1
        file, made = self._folder / f"{self._number}.{given}", self._folder / f"out{self._number}"
        file.write_bytes(content)
        subprocess.run(
            [PROGRAM, f"-env:UserInstallation={self._profile.as_uri()}", "--headless", "--convert-to", wanted,
             "--outdir", made, file],
            check=False, capture_output=True, timeout=300,
        )  # fmt: skip
        found = made / f"{self._number}.{wanted}"
        return found.read_bytes() if found.exists() else None
