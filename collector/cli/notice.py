"""``nineward notice``: the channels on which people are told, and what became of messages."""

import argparse
from functools import partial

from collector.cli.terminal import options

SUMMARY = "try the channels on which people are told, and see what was delivered"

_STATES = ("held", "waiting", "claimed", "sent", "parked")


def arrange(parser: argparse.ArgumentParser) -> None:
    """channels, list, test, release."""
    of = options.actions(parser)
    options.action(of, "channels", "the channels of nineward.toml", run_channels)
    listed = options.action(of, "list", "what is held and why, what was sent, and what no channel took", run_list)
    listed.add_argument("--state", choices=_STATES, help="only what is in this state")
    listed.add_argument("--limit", type=int, default=50, metavar="N", help="how many at most (default: 50)")
    test = options.action(of, "test", "one message that says it is a test, the raw answer shown", run_test)
    test.add_argument("channel", metavar="CHANNEL", help="its name in nineward.toml")
    test.add_argument("--dry-run", action="store_true", help="show what would be sent, without the secrets")
    release = options.action(of, "release", "try a parked message again", run_release)
    release.add_argument("message", metavar="ID")


def run_channels(arguments: argparse.Namespace) -> int:
    """One line per channel."""
    from collector.cli.terminal import answer

    with answer.collector(arguments) as client:
        answer.listed(
            arguments,
            client.get("notices"),
            (("Name", lambda item: item["name"]), ("Kind", lambda item: item["kind"])),
            "No channel is configured.",
        )
    return 0


def run_list(arguments: argparse.Namespace) -> int:
    """One line for each notice that is held, and for each message; of both the newest first."""
    from collector.cli.terminal import answer
    from collector.cli.terminal.notice import COLUMNS

    words = answer.words(arguments)
    wanted = arguments.state
    with answer.collector(arguments) as client:
        held = client.get("notices/held", limit=arguments.limit) if wanted in (None, "held") else []
        sent = [] if wanted == "held" else client.get("messages", state=wanted, limit=arguments.limit)
        answer.listed(
            arguments,
            [*({**one, "state": "held"} for one in held), *sent],
            [(head, partial(told, tz=arguments.tz, words=words)) for head, told in COLUMNS],
            "Nothing was sent yet.",
        )
    return 0


def run_test(arguments: argparse.Namespace) -> int:
    """Exit code 1 when the channel did not take it."""
    from collector.cli.terminal import answer
    from collector.client import quote

    name = quote(arguments.channel)
    with answer.collector(arguments) as client:
        found = client.get(f"notices/{name}/preview") if arguments.dry_run else client.post(f"notices/{name}/test")
    answer.show(arguments, found, lambda words: str(found["answer"]))
    return 0 if found["ok"] else 1


def run_release(arguments: argparse.Namespace) -> int:
    """Send one message again."""
    from collector.cli.terminal import answer
    from collector.client import quote

    with answer.collector(arguments) as client:
        found = client.post(f"messages/{quote(arguments.message)}/release")
    answer.show(arguments, found, lambda words: words("Message {id} is tried again.", id=found["id"]))
    return 0
