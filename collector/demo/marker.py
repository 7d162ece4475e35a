"""The mark of a made-up folder: nothing made up is ever added to a data folder that does not carry it."""

from pathlib import Path

from rules.errors import Invalid

_NAME = "made-up"
_BEGUN, _WHOLE = "begun\n", "whole\n"
_OURS = frozenset({_NAME, "nineward.toml", "demo-key"})
"""What may lie in a folder before a life is made in it: what people put there to say how."""


def holds_one(data: Path) -> bool:
    """Whether a data folder holds a made-up life; False for one in which nothing was kept yet.

    Raises Invalid for a folder with anything else in it, and for a life that was cut off while it was made.
    """
    mark = data / _NAME
    try:
        text = mark.read_text(encoding="ascii")
    except FileNotFoundError:
        if data.is_dir() and any(entry.name not in _OURS for entry in data.iterdir()):
            raise Invalid(
                f"{data} holds something that was not made up, and stays as it is. "
                "Name an empty folder, or one that does not exist, with --data."
            ) from None
        return False
    except (OSError, UnicodeDecodeError) as trouble:
        raise Invalid(f"{mark} cannot be read: {trouble}.") from trouble
    if text != _WHOLE:
        raise Invalid(
            f"{data} holds a made-up life that was cut off while it was made. Delete the folder, or name another."
        )
    return True


def begin(data: Path) -> None:
    """Mark a folder before anything made up is in it. Raises Invalid as ``holds_one`` does, and for a whole one."""
    if holds_one(data):
        raise Invalid(f"{data} holds a made-up life already. Name another folder with --data, or delete this one.")
    data.mkdir(parents=True, exist_ok=True)
    (data / _NAME).write_text(_BEGUN, encoding="ascii")


def finish(data: Path) -> None:
    """The life in the folder is whole."""
    (data / _NAME).write_text(_WHOLE, encoding="ascii")
