"""``nineward-agent traceroute``: the way to a target, hop by hop, for diagnosis."""

import argparse
from typing import TYPE_CHECKING

from agent.cli.terminal.numbers import number, whole

if TYPE_CHECKING:
    from agent.cli.terminal.target_list import Aim
    from agent.icmp.traceroute import Way

SUMMARY = "show the way to a target, hop by hop"


def arrange(parser: argparse.ArgumentParser) -> None:
    """Where to, how far, how often."""
    parser.epilog = "Exit codes: 0 the target answered, 1 it did not, 2 usage, 3 this machine could not ask."
    parser.add_argument("target", metavar="TARGET", help="address or name")
    family = parser.add_mutually_exclusive_group()
    family.add_argument("-4", dest="family", action="store_const", const="ipv4", default="any", help="IPv4 only")
    family.add_argument("-6", dest="family", action="store_const", const="ipv6", help="IPv6 only")
    parser.add_argument("--hops", type=whole(1, 255), metavar="N", default=30, help="at most so far (default 30)")
    parser.add_argument(
        "-c", "--count", type=whole(1, 10), metavar="N", default=3, help="requests for each hop (default 3)"
    )
    parser.add_argument(
        "-t", "--timeout", type=number(0.001, 60), metavar="S", default=1.0,
        help="seconds to wait for the last answers (default 1)",
    )  # fmt: skip
    parser.add_argument("--json", action="store_true", help="one JSON document")
    parser.set_defaults(run=run)


def run(given: argparse.Namespace) -> int:
    """Trace, print, and tell by the exit code whether the target answered."""
    import asyncio
    import json

    from agent.cli.terminal.target_list import Listing, meant
    from agent.icmp.traceroute import traceroute
    from agent.trouble import judge
    from rules.errors import Invalid, Unavailable

    aim, *more = asyncio.run(meant([Listing([given.target])], given.family)).aims
    if more:
        raise Invalid(f"{given.target!r} stands for {1 + len(more):,} targets. Name one.")
    if aim.destination is None:
        raise Invalid(f"{aim.trouble}.")
    try:
        way = asyncio.run(traceroute(aim.destination, given.hops, given.count, given.timeout))
    except OSError as trouble:
        raise Unavailable(f"{aim.name}: {judge(trouble, aim.destination.family)[1]}.") from trouble
    print(json.dumps(_document(aim, way), ensure_ascii=False) if given.json else _text(aim, way))
    return 0 if way.reached else 1


def _text(aim: "Aim", way: "Way") -> str:
    lines = [f"{aim.name} ({aim.address})" if aim.name != aim.address else aim.name]
    for distance in range(1, way.length + 1):
        here = [hop for hop in way.hops if hop.distance == distance]
        lines += [f"{distance:>3}  {hop.address}  {'  '.join(f'{rtt:.3f} ms' for rtt in hop.rtts)}" for hop in here]
        if not here:
            lines.append(f"{distance:>3}  no answer")
    if not way.reached:
        lines.append(way.trouble or "The target did not answer.")
    return "\n".join(lines)


def _document(aim: "Aim", way: "Way") -> dict[str, object]:
    hops = [
        {
            "distance": hop.distance,
            "address": hop.address,
            "sent": hop.packets_sent,
            "rtts_us": [round(rtt * 1000, 1) for rtt in hop.rtts],
        }
        for hop in way.hops
    ]
    return {
        "target": aim.name,
        "address": aim.address,
        "reached": way.reached,
        "length": way.length,
        "hops": hops,
        "reason": way.trouble or None,
    }
