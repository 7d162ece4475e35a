"""The page of the agent's settings names every key, and no other."""

import re
from dataclasses import fields
from pathlib import Path

from agent.clock import Clock
from agent.health import Health
from agent.settings import Settings, SpoolSettings, TrapSettings

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "agent-settings.md"


def test_the_page_names_every_setting_and_no_other() -> None:
    wanted = {item.name for item in fields(Settings)} - {"spool", "traps"}
    wanted |= {f"spool.{item.name}" for item in fields(SpoolSettings)}
    wanted |= {f"traps.{item.name}" for item in fields(TrapSettings)}
    table = PAGE.read_text(encoding="utf-8").partition("## The folder")[0]

    assert set(re.findall(r"^\| `([a-z_.]+)` \|", table, re.MULTILINE)) == wanted


def test_the_page_names_everything_an_agent_tells_of_itself() -> None:
    told = Health(clock_offset_ms=5).told(Clock(), 0, 0.0)
    text = PAGE.read_text(encoding="utf-8").partition("## What an agent tells")[2]

    assert set(told) == set(re.findall(r"`([a-z_]+)`", text)) - {"error", "aside"}
