"""``nineward credential``: how agents get in, by name. Secrets are asked for, or read from a variable or a file."""

import argparse
import getpass
import sys

from collector.cli.terminal import options
from rules.errors import Invalid

SUMMARY = "how agents get in: named, kept sealed, never shown"

_AUTH = ("md5", "sha", "sha224", "sha256", "sha384", "sha512")
_PRIV = ("des", "aes128", "aes192", "aes256")


def arrange(parser: argparse.ArgumentParser) -> None:
    """add, list, remove."""
    of = options.actions(parser)
    add = options.action(of, "add", "keep a credential; what is not given is asked for", run_add)
    add.add_argument("name", metavar="NAME")
    add.add_argument("--kind", choices=("snmp",), default="snmp")
    add.add_argument("--community", metavar="SECRET", help="SNMP v1, v2c: env:NAME or file:PATH")
    add.add_argument("--user", metavar="USER", help="SNMP v3 user")
    add.add_argument("--auth", metavar="PROTOCOL:SECRET", help="SNMP v3: sha256:env:NAME or sha256:file:PATH")
    add.add_argument("--priv", metavar="PROTOCOL:SECRET", help="SNMP v3: aes128:env:NAME or aes128:file:PATH")
    options.action(of, "list", "the names of all credentials", run_list)
    remove = options.action(of, "remove", "forget a credential", run_remove)
    remove.add_argument("name", metavar="NAME")


def run_add(arguments: argparse.Namespace) -> int:
    """Add or replace one credential."""
    from collector.cli.terminal import answer

    spec = {"name": arguments.name, "kind": arguments.kind, "fields": _fields(arguments)}
    with answer.collector(arguments) as client:
        added = client.post("credentials", spec)
    answer.show(arguments, added, lambda words: words("Credential {name} is kept.", name=arguments.name))
    return 0


def _fields(arguments: argparse.Namespace) -> dict[str, str]:
    from collector.client import given_secret

    if not arguments.user:
        if arguments.auth or arguments.priv:
            raise Invalid("--auth and --priv belong to an SNMP v3 user; give --user too.")
        given = arguments.community
        return {"community": given_secret(given) if given else _asked("Community", "--community")}
    if arguments.community:
        raise Invalid("--community is for SNMP v1 and v2c, --user for v3; give one of them.")
    fields = {"user": arguments.user}
    for name, given, known in (("auth", arguments.auth, _AUTH), ("priv", arguments.priv, _PRIV)):
        if given:
            protocol, _, secret = given.partition(":")
            if protocol not in known:
                raise Invalid(f"--{name} {protocol!r} is unknown; expected one of {', '.join(known)}.")
            fields[name] = protocol
            fields[f"{name}_key"] = given_secret(secret) if secret else _asked(f"{name} key", f"--{name}")
    return fields


def _asked(what: str, option: str) -> str:
    if not sys.stdin.isatty():
        raise Invalid(f"There is no terminal to ask on; give {option} as env:NAME or file:PATH.")
    return getpass.getpass(f"{what}: ")


def run_list(arguments: argparse.Namespace) -> int:
    """One line per credential; never a secret."""
    from collector.cli.terminal import answer

    with answer.collector(arguments) as client:
        answer.listed(
            arguments,
            client.every("credentials"),
            (
                ("Name", lambda item: item["name"]),
                ("Kind", lambda item: item["kind"]),
                ("Fields", lambda item: " ".join(f"{key}={value}" for key, value in item["fields"].items())),
            ),
            "No credential yet.",
        )
    return 0


def run_remove(arguments: argparse.Namespace) -> int:
    """Forget one credential."""
    from collector.cli.terminal import answer
    from collector.client import quote

    with answer.collector(arguments) as client:
        removed = client.delete(f"credentials/{quote(arguments.name)}")
    answer.show(arguments, removed, lambda words: words("Credential {name} is forgotten.", name=arguments.name))
    return 0
