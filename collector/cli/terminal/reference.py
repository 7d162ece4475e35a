"""The reference page of all commands, written from the parser itself, so that it cannot say anything else."""

import argparse
from collections.abc import Iterator

_HEAD = """# Commands

Written from the program itself by `make docs`; a test holds the two equal.

Exit codes: 0 fine, 1 the thing asked about is bad, 2 usage or settings, 3 unexpected.

A secret on a command line is always `env:NAME` or `file:PATH`, or asked on a terminal: a literal one would stand in
every process list. Without `--url`, a command talks to the collector that runs on the data folder, through its local
socket; where none runs, it opens the folder itself for the length of the command. `--data`, `--url`, `--token` and
`--ca` are understood by every command that talks to a collector, before or behind its name.

What answers with data takes `--json` (one JSON document on standard output, nothing else), `--lang en|zh-CN|zh-TW` and
`--tz ZONE` (the zone of times shown, and of those given without an offset). Not given, they are what the installation
sets (`language` and `tz` of nineward.toml).
"""

_EVERYWHERE = frozenset({"--help", "--data", "--url", "--token", "--ca", "--json", "--lang", "--tz"})


def page(parser: argparse.ArgumentParser) -> str:
    """The page (Markdown) for a program's parser."""
    return "\n".join([_HEAD, *_commands(parser)])


def _commands(parser: argparse.ArgumentParser) -> Iterator[str]:
    for name, summary, command in children(parser):
        yield f"## nineward {name}\n\n{_sentence(summary)}\n"
        below = list(children(command))
        if not below:
            yield _usage(command)
        for action, told, sub in below:
            yield f"### nineward {name} {action}\n\n{_sentence(told)}\n"
            yield _usage(sub)


def children(parser: argparse.ArgumentParser) -> Iterator[tuple[str, str, argparse.ArgumentParser]]:
    """Name, summary and parser of each sub-command."""
    for group in parser._actions:  # argparse offers no public way to its sub-commands
        if isinstance(group, argparse._SubParsersAction):
            summaries = {choice.dest: choice.help or "" for choice in group._choices_actions}
            for name, child in group.choices.items():
                yield name, summaries.get(name, ""), child


def _usage(parser: argparse.ArgumentParser) -> str:
    shown = [action for action in parser._actions if not _EVERYWHERE.intersection(action.option_strings)]
    rows = [
        f"| {_name(action)} | {_told(action)} |" for action in sorted(shown, key=lambda one: bool(one.option_strings))
    ]
    if not rows:
        return ""
    return "\n".join(["| argument | |", "| --- | --- |", *rows, ""])


def _name(action: argparse.Action) -> str:
    value = action.metavar if isinstance(action.metavar, str) else None
    if action.choices is not None and value is None:
        value = ",".join(map(str, action.choices))
    value = value or action.dest.upper()
    many = " …" if action.nargs in ("*", "+") else ""
    if not action.option_strings:
        return f"`{value}`{many}"
    shown = action.option_strings[-1]
    takes = action.nargs != 0
    again = " (may be repeated)" if isinstance(action, argparse._AppendAction) else ""
    return f"`{shown} {value}`{many}{again}".replace("|", "\\|") if takes else f"`{shown}`"


def _told(action: argparse.Action) -> str:
    must = "required. " if action.required and action.option_strings else ""
    return (must + (action.help or "")).replace("|", "\\|").strip()


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:] + "."
