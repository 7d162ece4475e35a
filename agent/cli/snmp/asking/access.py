"""How somebody says on a command line which device is meant and how to get into it."""

import argparse
import getpass
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING

from agent.cli.terminal import options
from agent.cli.terminal.numbers import number, whole
from agent.cli.terminal.secret import indirect, secret
from rules.errors import Invalid

if TYPE_CHECKING:
    from agent.snmp.credentials import Access

ASKED = "ask"
_WAYS = "env:NAME, file:PATH, or the word ask to be asked for it"


def arrange(parser: argparse.ArgumentParser) -> None:
    """The device, and the way in."""
    parser.add_argument("address", metavar="ADDRESS", help="name or address of the device, with :PORT if it is not 161")
    way(parser)


def way(parser: argparse.ArgumentParser, several: bool = False) -> None:
    """The credentials and the patience; with ``several`` more than one --credential may be given."""
    ways_in = parser.add_mutually_exclusive_group(required=True)
    ways_in.add_argument("--v1", metavar="S", help=f"version 1 with this community: {_WAYS}")
    ways_in.add_argument("--v2c", metavar="S", help=f"version 2c with this community: {_WAYS}")
    ways_in.add_argument("--v3", metavar="USER", help="version 3 with this user")
    text = "one that the plan of this agent names"
    if several:
        ways_in.add_argument(
            "--credential", metavar="NAME", action="append", default=[], help=f"{text}; again for others"
        )
    else:
        ways_in.add_argument("--credential", metavar="NAME", type=lambda name: [name], default=[], help=text)
    parser.add_argument("--auth", metavar="PROTOCOL:S", help=f"with --v3: as in sha256:env:NAME; S is {_WAYS}")
    parser.add_argument("--priv", metavar="PROTOCOL:S", help="with --v3: as in aes128:file:PATH")
    parser.add_argument("--context", metavar="C", default="", help="with --v3: the context (default: the empty one)")
    parser.add_argument("--port", type=whole(1, 65535), default=161, metavar="N", help="UDP port (default 161)")
    parser.add_argument(
        "--timeout", type=number(0.05, 60), default=5.0, metavar="S",
        help="seconds for one answer, repeats among them (default 5)",
    )  # fmt: skip
    options.config(parser)


def ways(given: argparse.Namespace) -> tuple["Access", ...]:
    """The ways in, in the order to be tried: AES with more than 128 bits has two.

    Raises Invalid for a literal secret, a protocol nobody knows, and options that do not go together.
    """
    from agent.probes.probe import credential
    from agent.snmp.credentials import ways_in

    if given.v3 is None and (given.auth or given.priv or given.context):
        raise Invalid("--auth, --priv and --context go with --v3.")
    if given.priv and not given.auth:
        raise Invalid("Privacy without authentication is no security level of SNMPv3: give --auth too.")
    tables = _planned(given) if given.credential else {"by hand": _typed(given)}
    try:
        found = tuple(ways_in([credential(name, table) for name, table in tables.items()]))
    except ValueError as wrong:
        raise Invalid(f"{wrong}.") from None
    if not found:
        raise Invalid(f"None of these credentials is one for SNMP: {', '.join(tables)}.")
    return found


def _typed(given: argparse.Namespace) -> Mapping[str, object]:
    if given.v3 is None:
        version = "v1" if given.v1 is not None else "v2c"
        word = given.v1 if given.v1 is not None else given.v2c
        return {"kind": "snmp", "version": version, "community": _secret(word, "Community")}
    table: dict[str, object] = {"kind": "snmp", "version": "v3", "user": given.v3, "context": given.context}
    for name, word, called in (("auth", given.auth, "Authentication key"), ("priv", given.priv, "Privacy key")):
        if word:
            protocol, _, source = word.partition(":")
            table[name] = protocol
            table[f"{name}_key"] = _secret(source or ASKED, f"{called} of {given.v3}")
    return table


def _planned(given: argparse.Namespace) -> dict[str, Mapping[str, object]]:
    from agent.plan import remembered

    known = remembered(options.folder(given).plan_file).credentials
    unknown = [name for name in given.credential if name not in known]
    if unknown:
        raise Invalid(f"The plan of this machine names no credential {unknown[0]!r}.")
    return {name: known[name] for name in given.credential}


def _secret(word: str, called: str) -> str:
    if word == ASKED:
        if not sys.stdin.isatty():
            raise Invalid(f"{called}: standard input is no terminal to ask on. Give env:NAME or file:PATH.")
        return getpass.getpass(f"{called}: ")
    if not indirect(word):
        raise Invalid(
            "A secret is given as env:NAME or file:PATH, or as the word ask, never on the command line itself: there "
            "everybody on this machine can read it in the list of processes."
        )
    return secret(word)
