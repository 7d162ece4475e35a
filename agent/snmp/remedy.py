"""The lines to type on a device, by vendor and by what is wrong. Data in ``agent/snmp/remedies/``, a file per vendor.

What stands in them of the way in are names and protocols. Secrets are placeholders: ``<community>``, ``<auth-key>``.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "remedies"


class Problem(StrEnum):
    """What lines to type are known for; the keys of ``[lines]``."""

    LISTENER = "listener"
    COMMUNITY = "community"
    ACCESS_LIST = "access_list"
    USER = "user"
    KEY = "key"
    LEVEL = "level"
    CONTEXT = "context"
    VIEW = "view"
    ENGINE = "engine"
    SIZE = "size"
    CLOCK = "clock"


@dataclass(frozen=True, slots=True)
class Wanted:
    """The way in that is to work: names only."""

    version: str
    user: str = ""
    auth: str = ""
    priv: str = ""
    context: str = ""
    source: str = ""
    """The agent's own address, as the device sees it."""


@dataclass(frozen=True, slots=True)
class Remedy:
    """Lines to type on the devices of one vendor; lines with ``#`` before them are remarks."""

    vendor: str
    title: str
    lines: tuple[str, ...]


def remedies(problem: Problem, wanted: Wanted, enterprises: frozenset[int]) -> tuple[Remedy, ...]:
    """The lines of the vendor that has one of these enterprise numbers; of all vendors when none is theirs."""
    known = _vendors()
    chosen = {name: table for name, table in known.items() if enterprises & set(table["enterprises"])} or known
    return tuple(Remedy(name, table["title"], tuple(_filled(table, problem, wanted))) for name, table in chosen.items())


@cache
def _vendors() -> dict[str, Mapping[str, Any]]:
    return {path.stem: tomllib.loads(path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("*.toml"))}


def _filled(table: Mapping[str, Any], problem: Problem, wanted: Wanted) -> list[str]:
    level = "priv" if wanted.priv else "auth" if wanted.auth else "noauth"
    words = {
        "version": wanted.version,
        "user": wanted.user or "<user>",
        "context": wanted.context or "<context>",
        "source": wanted.source or "<address of the agent>",
        "level": table.get("levels", {}).get(level, level),
        "auth_words": _form(table, "auth", wanted.auth),
        "priv_words": _form(table, "priv", wanted.priv.removesuffix("-blumenthal")),
    }
    lines = [line for line in table["lines"][problem] if _wanted(line, words)]
    remarks = [
        f"# Devices of this kind that are older do not know {protocol}: then take another one here and there."
        for protocol in (wanted.auth, wanted.priv.removesuffix("-blumenthal"))
        if protocol and problem in (Problem.USER, Problem.KEY) and protocol not in table["words"]
    ]
    # A word that is not wanted leaves a gap.
    return [" ".join(line.format_map(words).split()) for line in lines] + remarks


def _wanted(line: str, words: Mapping[str, str]) -> bool:
    """Whether a line says anything: one that ends in a protocol is left out where none is wanted."""
    return not any(line.endswith(f"{{{key}}}") and not words[key] for key in ("auth_words", "priv_words")) or (
        "{auth_words}{priv_words}" in line
    )


def _form(table: Mapping[str, Any], step: str, protocol: str) -> str:
    if not protocol:
        return ""
    word = table["words"].get(protocol, f"<{protocol}>")
    return str(table["forms"][step]).format(word=word)
