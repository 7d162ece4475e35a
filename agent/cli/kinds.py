"""``nineward-agent kinds``: what this agent can look at, and how it can be told to look."""

import argparse
from collections.abc import Mapping
from typing import Any

SUMMARY = "list the probes and their options"


def arrange(parser: argparse.ArgumentParser) -> None:
    """No options: the whole list is short."""
    parser.set_defaults(run=run)


def run(_given: argparse.Namespace) -> int:
    """A line per probe, and one below it per option."""
    from dataclasses import MISSING, fields

    from agent import probes

    for kind in probes.kinds():
        probe = probes.find(kind)
        print(f"{kind:10} {(probe.__doc__ or '').strip().splitlines()[0]}")
        for item in fields(probe.shape):
            default = "required" if item.default is MISSING else f"default {_shown(item.default)}"
            print(f"  --option {item.name}=…  {item.metadata.get('text', '')}{_range(item.metadata)} ({default})")
    return 0


def _shown(default: object) -> str:
    if isinstance(default, tuple):
        return ",".join(str(part) for part in default) or "none"
    if isinstance(default, bool):
        return "true" if default else "false"
    return repr(default) if default == "" else str(default)


def _range(metadata: Mapping[Any, Any]) -> str:
    if metadata.get("choices"):
        return f", one of {', '.join(metadata['choices'])}"
    if metadata.get("low") is not None or metadata.get("high") is not None:
        return f", {metadata.get('low')} … {metadata.get('high')}"
    return ""
