"""``nineward token``: how programs get in, in a role, about some targets."""

import argparse

from collector.cli.terminal import options

SUMMARY = "make, list and revoke the tokens of programs"

ROLES = ("viewer", "operator", "admin", "quality", "service_desk", "customer", "auditor", "ticketing", "agent")


def arrange(parser: argparse.ArgumentParser) -> None:
    """add, list, revoke."""
    of = options.actions(parser)
    add = options.action(of, "add", "make a token; it is shown this once", run_add)
    add.add_argument("name", metavar="NAME")
    add.add_argument("--role", choices=ROLES, default="viewer")
    add.add_argument("--scope", metavar="K=V", action="append", default=[], help="only targets with this label")
    add.add_argument("--ttl", metavar="T", default="", help="how long it works (default: until it is revoked)")
    options.action(of, "list", "all tokens, without what is secret", run_list)
    revoke = options.action(of, "revoke", "make a token worthless at once", run_revoke)
    revoke.add_argument("name", metavar="NAME")


def run_add(arguments: argparse.Namespace) -> int:
    """Make one token and show it."""
    from collector.cli.terminal import answer

    spec = {
        "name": arguments.name,
        "role": arguments.role,
        "scope": options.pairs(arguments.scope),
        "ttl": arguments.ttl,
    }
    with answer.collector(arguments) as client:
        made = client.post("tokens", spec)
    answer.show(arguments, made, lambda words: str(made["token"]))
    return 0


def run_list(arguments: argparse.Namespace) -> int:
    """One line per token."""
    from collector.cli.terminal import answer
    from collector.printed import instant

    with answer.collector(arguments) as client:
        answer.listed(
            arguments,
            client.every("tokens"),
            (
                ("Name", lambda item: item["name"]),
                ("Role", lambda item: item["role"]),
                ("Scope", lambda item: " ".join(f"{key}={value}" for key, value in item["scope"].items())),
                ("Expires", lambda item: instant(item["expires"], arguments.tz)),
            ),
            "No token yet.",
        )
    return 0


def run_revoke(arguments: argparse.Namespace) -> int:
    """Revoke one token."""
    from collector.cli.terminal import answer
    from collector.client import quote

    with answer.collector(arguments) as client:
        done = client.delete(f"tokens/{quote(arguments.name)}")
    answer.show(arguments, done, lambda words: words("Token {name} is worth nothing from now on.", name=arguments.name))
    return 0
