"""agent.toml: what a person may set on the agent's side. Where the collector is and what to look at is not here."""

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rules.duration import Duration
from rules.errors import Invalid
from rules.settings import read


@dataclass(frozen=True, slots=True)
class SpoolSettings:
    """How much of its results the agent keeps on its own disk. What goes beyond either bound is dropped, oldest first,
    and counted."""

    max_bytes: int = 256 * 1024 * 1024
    max_age: Duration = 7 * 86_400_000

    def __post_init__(self) -> None:
        if self.max_bytes < 65_536:
            raise Invalid("max_bytes must be at least 65536")
        if self.max_age < 60_000:
            raise Invalid('max_age must be at least "1m"')


@dataclass(frozen=True, slots=True)
class TrapSettings:
    """Where SNMP traps and informs are received: ADDRESS:PORT, usually "0.0.0.0:162"; empty for nowhere. Of one source
    so many a minute are kept, the rest is sampled and counted."""

    listen: str = ""
    per_minute: int = 50

    def __post_init__(self) -> None:
        if not 1 <= self.per_minute <= 10_000:
            raise Invalid("per_minute must be from 1 to 10000")


@dataclass(frozen=True, slots=True)
class Settings:
    """The whole of agent.toml. ``probes`` is handed to the probes by kind, each reads its own table."""

    collector: str = ""
    log_level: str = "info"
    spool: SpoolSettings = field(default_factory=SpoolSettings)
    traps: TrapSettings = field(default_factory=TrapSettings)
    probes: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.log_level not in LOG_LEVELS:
            raise Invalid(f"log_level: expected one of {', '.join(LOG_LEVELS)}, found {self.log_level!r}")


LOG_LEVELS = ("debug", "info", "warning", "error")


def load(path: Path) -> Settings:
    """The settings in that file; the defaults when there is no file. Raises Invalid with every mistake."""
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return Settings()
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as trouble:
        raise Invalid(f"{path} cannot be read: {trouble}") from trouble
    return read(Settings, table, str(path), resolve=_resolve)


def _resolve(source: str, name: str) -> str:
    try:
        return os.environ[name] if source == "env" else Path(name).read_text(encoding="utf-8").strip()
    except KeyError:
        raise Invalid(f"the environment has no {name}") from None
    except OSError as trouble:
        raise Invalid(f"{name}: {trouble.strerror}") from None
