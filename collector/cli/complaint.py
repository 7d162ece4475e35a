"""``nineward complaint``: what people who are served complain of, when they were answered, how it ended."""

import argparse
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from collector.cli.terminal import options

if TYPE_CHECKING:
    from collector.texts import Translator

SUMMARY = "note what people who are served complain of, their answer, and how it ended"
AREAS = ("process", "people", "technology", "tool")
STATES = ("open", "replied", "closed")


def arrange(parser: argparse.ArgumentParser) -> None:
    """add, reply, close, list."""
    of = options.actions(parser)
    add = options.action(of, "add", "note a complaint", run_add)
    add.add_argument("text", metavar="TEXT", help="what they complain of")
    add.add_argument("--about", metavar="NAME", default="", help="the target or service it is about")
    add.add_argument("--incident", metavar="N", default="", help="the incident it is about")
    add.add_argument("--by", metavar="NAME", default="", help="who complains; not named to customers")
    add.add_argument("--received", metavar="T", help="when it came in (default: now)")
    reply = options.action(of, "reply", "whoever complained was answered", run_reply)
    reply.add_argument("number", metavar="N", type=int)
    reply.add_argument("text", metavar="TEXT", help="what they were told")
    reply.add_argument("--at", metavar="T", help="when (default: now)")
    close = options.action(of, "close", "it is settled", run_close)
    close.add_argument("number", metavar="N", type=int)
    close.add_argument("text", metavar="TEXT", help="how it ended")
    close.add_argument("--area", choices=AREAS, required=True, help="where the cause has to be mended")
    close.add_argument("--at", metavar="T", help="when (default: now)")
    listing = options.action(of, "list", "complaints by number, with the time left to answer them", run_list)
    listing.add_argument("--state", choices=STATES, help="only those that are so far")


def run_add(arguments: argparse.Namespace) -> int:
    """Note one complaint."""
    body = {name: getattr(arguments, name) for name in ("text", "about", "incident", "by")}
    return _sent(arguments, "complaints", body, "received")


def run_reply(arguments: argparse.Namespace) -> int:
    """Note the answer."""
    return _sent(arguments, f"complaints/{arguments.number}/reply", {"text": arguments.text}, "at")


def run_close(arguments: argparse.Namespace) -> int:
    """Note the cause and the end."""
    body = {"text": arguments.text, "area": arguments.area}
    return _sent(arguments, f"complaints/{arguments.number}/close", body, "at")


def run_list(arguments: argparse.Namespace) -> int:
    """One line per complaint."""
    from collector.cli.terminal import answer
    from collector.complaint_words import cause, standing
    from collector.printed import instant

    words = answer.words(arguments)
    given = {"state": arguments.state} if arguments.state else {}
    with answer.collector(arguments) as client:
        answer.listed(
            arguments,
            client.every("complaints", **given),
            (
                ("N", lambda item: item["number"]),
                ("Received", lambda item: instant(item["received_at"], arguments.tz)),
                ("About", lambda item: " ".join(part for part in (item["about"], item["incident"]) if part)),
                ("Complaint", lambda item: item["text"]),
                ("State", lambda item: standing(item, arguments.tz, words)),
                ("Cause", lambda item: cause(item, words)),
            ),
            "Nobody has complained.",
        )
    return 0


def _sent(arguments: argparse.Namespace, path: str, body: dict[str, Any], when: str) -> int:
    from collector.cli.terminal import answer
    from collector.complaint_words import standing

    if (given := getattr(arguments, when)) is not None:
        body[when] = options.instant(given, arguments.tz)
    with answer.collector(arguments) as client:
        done = client.post(path, body)

    def told(words: "Translator", found: Mapping[str, Any] = done) -> str:
        return words("Complaint {number}: {state}.", number=found["number"], state=standing(found, arguments.tz, words))

    answer.show(arguments, done, told)
    return 0
