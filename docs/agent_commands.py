"""The reference page of ``nineward-agent``, written from the parser itself, so that it cannot say anything else."""

import argparse
from collections.abc import Iterator
from pathlib import Path

from agent.cli import build_parser

PAGE = Path(__file__).parent / "reference" / "agent-commands.md"

_HEAD = """# Commands of the agent

Written from the program itself by `make docs`; a test holds the two equal.

Exit codes: 0 fine, 1 the thing asked about is bad, 2 usage or settings, 3 unexpected.

A secret on a command line is always `env:NAME` or `file:PATH`: a literal one would stand in every process list. The
token of `join` alone may be given itself, because joining uses it up.
"""


def page() -> str:
    """The page (Markdown)."""
    return "\n".join([_HEAD, *_commands("nineward-agent", build_parser(), 2)])


def write() -> None:
    """Write the page anew."""
    PAGE.write_text(page(), encoding="utf-8")


def children(parser: argparse.ArgumentParser) -> Iterator[tuple[str, str, argparse.ArgumentParser]]:
    """Name, summary and parser of each command below."""
    for group in parser._actions:  # argparse offers no public way to its sub-commands
        if isinstance(group, argparse._SubParsersAction):
            summaries = {choice.dest: choice.help or "" for choice in group._choices_actions}
            for name, child in group.choices.items():
                yield name, summaries.get(name, ""), child


def _commands(program: str, parser: argparse.ArgumentParser, depth: int) -> Iterator[str]:
    for name, summary, command in children(parser):
        yield f"{'#' * depth} {program} {name}\n\n{summary[:1].upper()}{summary[1:]}.\n"
        if any(True for _ in children(command)):
            yield from _commands(f"{program} {name}", command, depth + 1)
        else:
            yield from _arguments(command)


def _arguments(command: argparse.ArgumentParser) -> Iterator[str]:
    shown = [action for action in command._actions if "--help" not in action.option_strings]
    if shown:
        ordered = sorted(shown, key=lambda action: bool(action.option_strings))
        rows = [f"| {_name(action)} | {_told(action)} |" for action in ordered]
        yield "\n".join(["| argument | |", "| --- | --- |", *rows, ""])
    if command.epilog:
        yield f"{command.epilog}\n"


def _name(action: argparse.Action) -> str:
    value = action.metavar if isinstance(action.metavar, str) else action.dest.upper()
    if action.choices is not None and action.metavar is None:
        value = ",".join(map(str, action.choices))
    many = " …" if action.nargs in ("*", "+") else ""
    if not action.option_strings:
        return f"`{value}`{many}"
    takes = "" if action.nargs == 0 else f" {value}"
    again = " (may be repeated)" if isinstance(action, argparse._AppendAction) else ""
    names = ", ".join(f"`{name}`" for name in action.option_strings[:-1])
    last = f"`{action.option_strings[-1]}{takes}`{many}{again}"
    return (f"{names}, {last}" if names else last).replace("|", "\\|")


def _told(action: argparse.Action) -> str:
    must = "required. " if action.required and action.option_strings else ""
    return (must + (action.help or "")).replace("|", "\\|").strip()
