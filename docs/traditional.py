"""Writes the catalogues of Traditional Chinese from those of Simplified Chinese: ``python -m docs.traditional``.

OpenCC converts script and the words that Taiwan says otherwise (軟體, 網路); ``TERMS`` are words of this field on which
it decides wrongly. The converted files are kept, so that nothing is converted when the product runs.
"""

import sys
from pathlib import Path

from collector.texts import LOCALE

SOURCE, TARGET = "zh_CN", "zh_TW"

TERMS = {
    "物件": "對象",
    "程序": "程式",
    "在線": "線上",
    "運營商": "電信業者",
    "地址衝突": "位址衝突",
    "封籤": "封簽",
    "通過連結": "透過連結",
}
"""What still has to be said otherwise after the conversion."""


def converted(text: str) -> str:
    """A catalogue of Simplified Chinese as one of Traditional Chinese; its English keys stay as they are."""
    import opencc

    convert = opencc.OpenCC("s2twp").convert
    lines = []
    inside = False
    for line in text.splitlines():
        if line.startswith("msgstr"):
            inside = True
        elif line.startswith(("msgid", "#")):
            inside = False
        lines.append(_terms(convert(line)) if inside else line)
    return (
        "\n".join(lines)
        .replace(f"Language: {SOURCE}", f"Language: {TARGET}")
        .replace("Simplified Chinese", "Traditional Chinese, written by docs/traditional.py")
        + "\n"
    )


def files() -> dict[Path, str]:
    """Every catalogue of Traditional Chinese, with its content."""
    source = LOCALE / SOURCE / "LC_MESSAGES"
    target = LOCALE / TARGET / "LC_MESSAGES"
    return {target / path.name: converted(path.read_text(encoding="utf-8")) for path in sorted(source.glob("*.po"))}


def _terms(text: str) -> str:
    for simplified, said in TERMS.items():
        text = text.replace(simplified, said)
    return text


if __name__ == "__main__":
    for path, content in files().items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
        sys.stdout.write(f"{path.name}\n")
