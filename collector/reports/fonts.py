"""Where the fonts lie in which reports are set: one that has Chinese, if the machine has one."""

import functools
from pathlib import Path

FOLDERS = (
    Path("/usr/share/fonts"),
    Path("/usr/local/share/fonts"),
    Path("/System/Library/Fonts"),
    Path("/Library/Fonts"),
    Path("~/.local/share/fonts").expanduser(),
    Path("~/.fonts").expanduser(),
)

_CHINESE = (
    ("NotoSansCJK-Regular.ttc", "Noto Sans CJK SC"),
    ("NotoSansCJKsc-Regular.otf", "Noto Sans CJK SC"),
    ("NotoSansSC-Regular.ttf", "Noto Sans SC"),
    ("NotoSansSC-Regular.otf", "Noto Sans SC"),
    ("SourceHanSansSC-Regular.otf", "Source Han Sans SC"),
    ("SourceHanSansCN-Regular.otf", "Source Han Sans CN"),
    ("wqy-microhei.ttc", "WenQuanYi Micro Hei"),
    ("wqy-zenhei.ttc", "WenQuanYi Zen Hei"),
    ("PingFang.ttc", "PingFang SC"),
    ("DroidSansFallbackFull.ttf", "Droid Sans Fallback"),
)
"""Files and the family each holds, the best first."""

PACKAGE = "fonts-noto-cjk"
"""The Debian package that brings the first of them."""


@functools.cache
def chinese() -> tuple[Path, str] | None:
    """The file and family of a font that has Chinese; None where there is none."""
    there = {path.name: path for folder in FOLDERS if folder.is_dir() for path in folder.rglob("*.[ot]t[fc]")}
    return next(((there[name], family) for name, family in _CHINESE if name in there), None)
