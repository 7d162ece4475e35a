"""``nineward-agent probe``: one look with its whole log, the first thing support asks for."""

import argparse

from agent.cli.terminal import options
from rules.errors import Invalid

SUMMARY = "look once, and show the whole log of the look"


def arrange(parser: argparse.ArgumentParser) -> None:
    """What to look at, how, and with which credentials."""
    parser.add_argument("kind", metavar="KIND", help="a kind that nineward-agent kinds lists")
    parser.add_argument("address", metavar="ADDRESS", nargs="?", default="", help="empty for this machine itself")
    parser.add_argument("--option", action="append", default=[], metavar="K=V", help="an option of the probe")
    parser.add_argument("--timeout", type=float, default=10.0, metavar="S", help="seconds it may take (default 10)")
    parser.add_argument("--credential", action="append", default=[], metavar="NAME", help="one that the plan names")
    parser.add_argument(
        "--with",
        action="append",
        default=[],
        metavar="K=V",
        dest="fields",
        help="field of a credential made for this look; secret ones are given as env:NAME or file:PATH",
    )
    options.config(parser)
    parser.set_defaults(run=run)


def run(given: argparse.Namespace) -> int:
    """Look once. 0 when all is well, 1 when the target is not, 3 when the look could not be made."""
    import asyncio
    import sys

    from agent import probes
    from agent.look import clean, thresholds
    from agent.plan import remembered
    from agent.probes.probe import Credential, Subject, credential
    from agent.settings import load
    from rules.result import Outcome
    from rules.threshold import judge

    folder = options.folder(given)
    found = probes.find(given.kind)
    credentials: list[Credential] = []
    if given.credential:
        known = remembered(folder.plan_file).credentials
        for name in given.credential:
            if name not in known:
                raise Invalid(f"The plan of this machine names no credential {name!r}.")
            credentials.append(credential(name, known[name]))
    if given.fields:
        credentials.append(
            credential("by hand", _by_hand(found.family or given.kind, options.pairs("--with", given.fields)))
        )
    local = load(folder.settings).probes.get(found.family or given.kind, {}) if folder.settings.exists() else {}

    chosen = options.pairs("--option", given.option)
    probe = found(chosen, local, lambda line: print(f"  {line}", file=sys.stderr))
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


def _by_hand(kind: str, given: dict[str, str]) -> dict[str, str]:
    """A credential in the plan's shape. What is no secret is taken literally, every secret from elsewhere."""
    from agent.cli.terminal.secret import secret
    from agent.probes.probe import credential

    secrets = credential("", given).secrets
    return {"kind": kind} | {name: secret(value) if name in secrets else value for name, value in given.items()}
