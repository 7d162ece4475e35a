"""``nineward user``: people and what they may do."""

import argparse

from collector.cli.terminal import options

SUMMARY = "add, list and disable people"

ROLES = ("viewer", "operator", "admin", "quality", "service_desk", "customer", "auditor")


def arrange(parser: argparse.ArgumentParser) -> None:
    """add, list, link, disable."""
    of = options.actions(parser)
    add = options.action(of, "add", "let a person in; prints a sign-in link that works once", run_add)
    add.add_argument("name", metavar="NAME")
    add.add_argument("--role", choices=ROLES, default="viewer")
    add.add_argument("--scope", metavar="K=V", action="append", default=[], help="only targets with this label")
    add.add_argument("--mail", metavar="ADDRESS")
    options.action(of, "list", "all people", run_list)
    link = options.action(of, "link", "a new sign-in link that works once", run_link)
    link.add_argument("name", metavar="NAME")
    disable = options.action(of, "disable", "let a person in no longer", run_disable)
    disable.add_argument("name", metavar="NAME")


def run_add(arguments: argparse.Namespace) -> int:
    """Add one person."""
    from collector.cli.terminal import answer

    spec = {"name": arguments.name, "role": arguments.role, "scope": options.pairs(arguments.scope)}
    if arguments.mail:
        spec["mail"] = arguments.mail
    with answer.collector(arguments) as client:
        added = client.post("users", spec)
    answer.show(
        arguments,
        added,
        lambda words: (
            words("{name} may sign in once with this link:", name=arguments.name) + f"\n\n    {added['link']}"
        ),
    )
    return 0


def run_list(arguments: argparse.Namespace) -> int:
    """One line per person."""
    from collector.cli.terminal import answer

    with answer.collector(arguments) as client:
        answer.listed(
            arguments,
            client.every("users"),
            (
                ("Name", lambda item: item["name"]),
                ("Role", lambda item: item["role"]),
                ("Scope", lambda item: " ".join(f"{key}={value}" for key, value in item["scope"].items())),
                ("Mail", lambda item: item["mail"]),
            ),
            "Nobody yet.",
        )
    return 0


def run_link(arguments: argparse.Namespace) -> int:
    """Print a new link."""
    from collector.cli.terminal import answer
    from collector.client import quote

    with answer.collector(arguments) as client:
        made = client.post(f"users/{quote(arguments.name)}/link")
    answer.show(arguments, made, lambda words: str(made["link"]))
    return 0


def run_disable(arguments: argparse.Namespace) -> int:
    """Disable one person."""
    from collector.cli.terminal import answer
    from collector.client import quote

    with answer.collector(arguments) as client:
        done = client.delete(f"users/{quote(arguments.name)}")
    answer.show(arguments, done, lambda words: words("{name} may no longer sign in.", name=arguments.name))
    return 0
