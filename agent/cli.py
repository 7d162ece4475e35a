"""``nineward-agent``: the agent's command line. Errors are told here, and nowhere else turned into exit codes."""

import argparse
import asyncio
import logging
import os
import sys
import traceback
from collections.abc import Sequence
from dataclasses import MISSING, fields
from pathlib import Path

from agent.folder import Folder, default_settings
from agent.machine import version
from agent.settings import load
from rules.errors import Invalid, NinewardError


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit code: 0 fine, 1 what was asked about is bad, 2 usage or settings, 3 unexpected."""
    try:
        given = _parser().parse_args(arguments)
        code: int = given.run(given)
        sys.stdout.flush()
    except NinewardError as trouble:
        print(trouble, file=sys.stderr)
        return trouble.exit_code
    except KeyboardInterrupt:
        return 3
    except BrokenPipeError:
        # The reader (head, less) has seen enough. Point standard output away, or its flush at exit complains.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception:
        traceback.print_exc()
        return 3
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="nineward-agent", description="Looks at targets and reports to a collector.")
    parser.add_argument("--version", action="version", version=f"nineward {version()}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    command = commands.add_parser("join", help="enrol this machine with a collector")
    command.add_argument("url", metavar="URL", help="address of the collector, https://HOST:8440")
    command.add_argument("--token", required=True, metavar="T", help="join token, or env:NAME, or file:PATH")
    command.add_argument("--name", default="", metavar="N", help="name of this agent (default: the host's name)")
    command.add_argument("--replace", action="store_true", help="join anew, taking over a rebuilt machine's identity")
    _add_config(command)
    command.set_defaults(run=_join)

    command = commands.add_parser("run", help="look and report until stopped")
    _add_config(command)
    command.set_defaults(run=_run)

    command = commands.add_parser("kinds", help="list the probes and their options")
    command.set_defaults(run=_kinds)

    command = commands.add_parser("probe", help="look once, and show the whole log of the look")
    command.add_argument("kind", metavar="KIND")
    command.add_argument("address", metavar="ADDRESS", nargs="?", default="", help="empty for this machine itself")
    command.add_argument("--option", action="append", default=[], metavar="K=V", help="an option of the probe")
    command.add_argument("--timeout", type=float, default=10.0, metavar="S", help="seconds it may take (default 10)")
    command.add_argument("--credential", action="append", default=[], metavar="NAME", help="one that the plan names")
    command.add_argument(
        "--with", action="append", default=[], metavar="K=V", dest="fields",
        help="field of a credential made for this look; secret ones are given as env:NAME or file:PATH",
    )  # fmt: skip
    _add_config(command)
    command.set_defaults(run=_probe)
    return parser


def _add_config(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--config", type=Path, default=None, metavar="FILE", help=f"settings file (default {default_settings()})"
    )


def _folder(given: argparse.Namespace) -> Folder:
    return Folder((given.config or default_settings()).absolute())


def _join(given: argparse.Namespace) -> int:
    from agent.join import join

    token = _secret(given.token) if given.token.startswith(("env:", "file:")) else given.token
    join(_folder(given), given.url, token, given.name, given.replace, print)
    return 0


def _run(given: argparse.Namespace) -> int:
    from agent.app import run

    folder = _folder(given)
    settings = load(folder.settings)
    logging.basicConfig(
        level=settings.log_level.upper(),
        format="%(asctime)s %(levelname)s %(message)s",
        stream=sys.stderr,
    )
    logging.getLogger("apscheduler").setLevel(logging.WARNING)
    run(folder, settings)
    return 0


def _kinds(_given: argparse.Namespace) -> int:
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


def _range(metadata: object) -> str:
    told = metadata if isinstance(metadata, dict) else dict(metadata)  # type: ignore[call-overload]
    if told.get("choices"):
        return f", one of {', '.join(told['choices'])}"
    if told.get("low") is not None or told.get("high") is not None:
        return f", {told.get('low')} … {told.get('high')}"
    return ""


def _probe(given: argparse.Namespace) -> int:
    from agent import probes
    from agent.look import clean, thresholds
    from agent.plan import remembered
    from agent.probes.probe import Credential, Subject, credential
    from rules.result import Outcome
    from rules.threshold import judge

    folder = _folder(given)
    found = probes.find(given.kind)
    credentials: list[Credential] = []
    if given.credential:
        known = remembered(folder.plan_file).credentials
        for name in given.credential:
            if name not in known:
                raise Invalid(f"The plan of this machine names no credential {name!r}.")
            credentials.append(credential(name, known[name]))
    if given.fields:
        credentials.append(credential("by hand", _by_hand(given.kind, _pairs("--with", given.fields))))
    local = load(folder.settings).probes.get(given.kind, {}) if folder.settings.exists() else {}

    probe = found(_pairs("--option", given.option), local, lambda line: print(f"  {line}", file=sys.stderr))
    try:
        subject = Subject(given.address, given.address, tuple(credentials))
        reading = asyncio.run(probe.look(subject, given.timeout))
    finally:
        probe.close()
    reading, _ = judge(thresholds(found, ()), clean(reading), 0, {})
    print(f"{reading.outcome.value}{': ' if reading.text else ''}{reading.text}")
    for name, value in reading.values.items():
        print(f"  {name} = {value}")
    return {Outcome.OK: 0, Outcome.ERROR: 3}.get(reading.outcome, 1)


def _pairs(option: str, given: Sequence[str]) -> dict[str, str]:
    pairs = dict(text.partition("=")[::2] for text in given)
    wrong = [text for text in given if "=" not in text]
    if wrong:
        raise Invalid(f"{option} is written NAME=VALUE.", tuple(wrong))
    return pairs


def _by_hand(kind: str, given: dict[str, str]) -> dict[str, str]:
    """A credential in the plan's shape. What is no secret is taken literally, every secret from elsewhere: a command
    line stands in the list of processes for all to read."""
    from agent.probes.probe import credential

    secret = credential("", given).secrets
    return {"kind": kind} | {name: _secret(value) if name in secret else value for name, value in given.items()}


def _secret(given: str) -> str:
    """The text behind env:NAME or file:PATH. Raises Invalid."""
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
    raise Invalid("A secret is given as env:NAME or file:PATH, never on the command line itself.")
