"""``nineward agent``: who looks."""

import argparse

from collector.cli.terminal import options

SUMMARY = "enrol, list and revoke agents"


def arrange(parser: argparse.ArgumentParser) -> None:
    """join-token, list, revoke."""
    of = options.actions(parser)
    token = options.action(of, "join-token", "the line that enrols an agent", run_join_token)
    token.add_argument("--uses", metavar="N", type=int, default=1, help="how many agents may use it (default 1)")
    token.add_argument("--ttl", metavar="T", default="1h", help="how long it works (default 1h)")
    token.add_argument("--label", dest="labels", metavar="K=V", action="append", default=[], help="for those agents")
    options.action(of, "list", "all agents and when they last spoke", run_list)
    revoke = options.action(of, "revoke", "end an agent's rights at once", run_revoke)
    revoke.add_argument("name", metavar="NAME")


def run_join_token(arguments: argparse.Namespace) -> int:
    """Print the line to paste on the other machine."""
    from collector.cli.terminal import answer

    spec = {"uses": arguments.uses, "ttl": arguments.ttl, "labels": options.pairs(arguments.labels)}
    with answer.collector(arguments) as client:
        made = client.post("agents/join-tokens", spec)
    answer.show(
        arguments, made, lambda words: words("Paste this on the machine that shall look:") + f"\n\n    {made['line']}"
    )
    return 0


def run_list(arguments: argparse.Namespace) -> int:
    """One line per agent."""
    from collector.cli.terminal import answer
    from collector.printed import instant

    with answer.collector(arguments) as client:
        answer.listed(
            arguments,
            client.every("agents"),
            (
                ("Agent", lambda item: item["name"]),
                ("State", lambda item: item["state"]),
                ("Last heard", lambda item: instant(item["last_seen"], arguments.tz)),
                ("Version", lambda item: item["version"]),
                ("Host", lambda item: item["hostname"]),
                ("Labels", lambda item: " ".join(f"{key}={value}" for key, value in item["labels"].items())),
            ),
            "No agent yet. Enrol one with the line of: nineward agent join-token",
        )
    return 0


def run_revoke(arguments: argparse.Namespace) -> int:
    """Revoke one agent."""
    from collector.cli.terminal import answer
    from collector.client import quote

    with answer.collector(arguments) as client:
        revoked = client.delete(f"agents/{quote(arguments.name)}")
    answer.show(arguments, revoked, lambda words: words("Agent {name} may no longer report.", name=arguments.name))
    return 0
