"""``nineward policy``: settings for all targets that a selector names."""

import argparse

from collector.cli.terminal import options

SUMMARY = "settings for many targets at once, by selector"


def arrange(parser: argparse.ArgumentParser) -> None:
    """add, list, remove."""
    of = options.actions(parser)
    add = options.action(of, "add", "settings for every target a selector names", run_add)
    add.add_argument("selector", metavar="SELECTOR", help="site=hz,kind=switch or * for everything")
    add.add_argument("settings", metavar="K=V", nargs="+", help="interval=30s confirm_down=2 …")
    options.action(of, "list", "all policies, the stronger ones last", run_list)
    remove = options.action(of, "remove", "withdraw a policy", run_remove)
    remove.add_argument("number", metavar="N", type=int)


def run_add(arguments: argparse.Namespace) -> int:
    """Add one policy."""
    from collector.cli.terminal import answer

    spec = {"selector": arguments.selector, "settings": options.settings(arguments.settings)}
    with answer.collector(arguments) as client:
        added = client.post("policies", spec)
    answer.show(arguments, added, lambda words: words("Policy {number} is in force.", number=added["number"]))
    return 0


def run_list(arguments: argparse.Namespace) -> int:
    """One line per policy."""
    from collector.cli.terminal import answer

    with answer.collector(arguments) as client:
        answer.listed(
            arguments,
            client.every("policies"),
            (
                ("N", lambda item: item["number"]),
                ("Selector", lambda item: item["selector"]),
                ("Settings", lambda item: " ".join(f"{key}={value}" for key, value in item["settings"].items())),
            ),
            "No policy yet.",
        )
    return 0


def run_remove(arguments: argparse.Namespace) -> int:
    """Withdraw one policy."""
    from collector.cli.terminal import answer

    with answer.collector(arguments) as client:
        removed = client.delete(f"policies/{arguments.number}")
    answer.show(arguments, removed, lambda words: words("Policy {number} is withdrawn.", number=arguments.number))
    return 0
