"""Secrets on a command line: never themselves, for a command line stands in the list of processes for all to read."""

import os
from pathlib import Path

from rules.errors import Invalid


def indirect(given: str) -> bool:
    """Whether the word says where the secret stands (``env:NAME`` or ``file:PATH``)."""
    return given.startswith(("env:", "file:"))


def secret(given: str) -> str:
    """The text behind ``env:NAME`` or ``file:PATH`` (white space around a file's text is dropped).

    Raises Invalid for a literal secret, without repeating it, and where nothing can be read.
    """
    source, _, name = given.partition(":")
    try:
        if source == "env":
            return os.environ[name]
        if source == "file":
            return Path(name).read_text(encoding="utf-8").strip()
    except KeyError:
        raise Invalid(f"The environment has no {name}.") from None
    except OSError as trouble:
        raise Invalid(f"{name} cannot be read: {trouble.strerror}.") from None
    except UnicodeDecodeError:
        raise Invalid(f"{name} cannot be read: it is no UTF-8 text.") from None
    raise Invalid("A secret is given as env:NAME or file:PATH, never on the command line itself.")
