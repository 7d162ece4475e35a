"""``nineward-agent snmp discover``: which devices answer, what they are, which of their ports are worth watching."""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from agent.cli.snmp.asking import access
from agent.cli.terminal import options
from rules.errors import Invalid, Unavailable

if TYPE_CHECKING:
    from agent.snmp.discover import Found
    from agent.snmp.links import Link

SUMMARY = "find the devices of a network, their important ports, and whom they are reached through"
MOST = 65_536
_PORTS_SHOWN = 4


def arrange(parser: argparse.ArgumentParser) -> None:
    """The addresses, the ways in, and what to do with what is found."""
    parser.add_argument(
        "addresses", metavar="CIDR|RANGE|ADDRESS", nargs="+", help="192.0.2.0/24, 192.0.2.10-20, or single ones"
    )
    access.way(parser, several=True)
    parser.add_argument("--out", metavar="FILE", help="write the targets to accept: nineward target import FILE")
    parser.add_argument(
        "--root", metavar="NAME|ADDRESS", action="append", default=[],
        help="the device next to this agent: propose parents as seen from it",
    )  # fmt: skip
    parser.add_argument("--parents", action="store_true", help="write the proposed parents to the file too")
    parser.add_argument("--as-credential", metavar="NAME", default="", help="what the collector calls this way in")
    parser.add_argument("--json", action="store_true", help="one JSON document")
    parser.set_defaults(run=run, timeout=1.5)


def run(given: argparse.Namespace) -> int:
    """Ask, tell, and write. 0 when somebody was found, 1 when nobody was or all refuse."""
    import asyncio

    from agent.settings import load
    from agent.snmp.discover import discover, merged
    from agent.snmp.profile_library import library
    from agent.snmp.proposal import lines, reached_through, targets

    if given.parents and not given.root:
        raise Invalid("--parents needs --root: say which device is next to this agent.")
    if given.out and not given.out.endswith(".json"):
        raise Invalid(f"--out {given.out}: the file is written as JSON; give it a name that ends in .json.")
    if given.credential and given.as_credential:
        raise Invalid("--as-credential is for a way in that is typed: --credential names are the collector's own.")
    addresses = _addresses(given.addresses)
    ways = access.ways(given)
    if not given.credential:
        ways = tuple(replace(way, name=given.as_credential) for way in ways)
    own = load(options.folder(given).settings).probes.get("snmp", {}).get("profiles", ())
    known = library(tuple(own))

    async def play() -> list["Found"]:
        from agent.cli.terminal.progress import Progress

        progress, found, asked = Progress(), [], 0
        async for _, one in discover(addresses, ways, given.port, given.timeout, known):
            asked += 1
            if one is not None:
                found.append(one)
            progress.show(f"{asked:,} of {len(addresses):,} addresses asked, {len(found):,} answer")
        progress.clear()
        return found

    place = {address: number for number, address in enumerate(addresses)}
    found = merged(sorted(asyncio.run(play()), key=lambda one: place[one.addresses[0]]))
    between = lines(found)
    above = reached_through(found, between, given.root)
    if given.root and not above and len(found) > 1:
        _say("no device is reached through the root by what devices hear of each other (LLDP): no parents are proposed")
    if given.json:
        _document(found, between, above)
    else:
        _tell(found, between, above, len(addresses))
    if given.out:
        made = targets(found, above if given.parents else {})
        _write(Path(given.out), made)
        _say(f"{len(made)} targets are in {given.out}. Read it, then: nineward target import {given.out} --dry-run")
        if any("credentials" not in one for one in made):
            _say("they name no credential: give --as-credential NAME (nineward credential add NAME makes one)")
    return 0 if any(not one.refused for one in found) else 1


def _addresses(words: Sequence[str]) -> list[str]:
    """The addresses meant, each once. Raises Invalid."""
    from agent.address_blocks import expand

    found: dict[str, None] = {}
    for word in words:
        told = expand(word, MOST)
        if told is None:
            raise Invalid(f"{word!r} is no address, block or range: devices are searched for by addresses.")
        found |= dict.fromkeys(told)
        if len(found) > MOST:
            raise Invalid(f"These are more than {MOST:,} addresses. Search in parts.")
    return list(found)


def _tell(found: Sequence["Found"], between: Sequence["Link"], above: dict[int, tuple[int, ...]], asked: int) -> None:
    from agent.cli.terminal.table import table
    from agent.snmp.proposal import names

    called = names(found)
    if found:
        rows = [
            (
                ", ".join(one.addresses),
                called[place],
                one.refused or one.profile,
                f"{sum(port.proposed for port in one.ports)} of {len(one.ports)}" if one.ports else None,
                ", ".join(called[other] for other in above.get(place, ())) or None,
            )
            for place, one in enumerate(found)
        ]
        print(table(("Address", "Name", "Profile", "Ports to watch", "Reached through"), rows))
    for place, one in enumerate(found):
        for port in one.ports[:_PORTS_SHOWN]:
            if port.proposed:
                print(f"  {called[place]} {port.name}: {'; '.join(port.reasons)}")
        for fault in one.faults:
            _say(f"{called[place]}: {fault}")
    for line in between:
        print(f"  {called[line.one]} {line.port} – {called[line.other]} {line.other_port}")
    print(f"{asked:,} addresses asked, {len(found):,} devices answer, {len(between):,} lines between them.")


def _document(found: Sequence["Found"], between: Sequence["Link"], above: dict[int, tuple[int, ...]]) -> None:
    import json

    from agent.snmp.proposal import names

    called = names(found)
    devices = [
        {
            "name": called[place],
            "addresses": list(one.addresses),
            "credential": one.access.name,
            "version": one.access.version,
            "profile": one.profile,
            "description": one.descr,
            "location": one.location,
            "object_id": ".".join(map(str, one.object_id)),
            "chassis": one.chassis,
            "refused": one.refused,
            "faults": list(one.faults),
            "parents": [called[other] for other in above.get(place, ())],
            "ports": [
                {"name": port.name, "score": port.score, "proposed": port.proposed, "reasons": list(port.reasons)}
                for port in one.ports
            ],
        }
        for place, one in enumerate(found)
    ]
    told: dict[str, Any] = {
        "devices": devices,
        "links": [
            {"device": called[one.one], "port": one.port, "other": called[one.other], "other_port": one.other_port}
            for one in between
        ],
    }
    print(json.dumps(told, ensure_ascii=False, indent=2))


def _write(path: Path, made: Sequence[dict[str, Any]]) -> None:
    import json

    try:
        path.write_text(json.dumps({"targets": made}, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    except OSError as trouble:
        raise Unavailable(f"{path} cannot be written: {trouble.strerror}.") from None


def _say(text: str) -> None:
    print(f"nineward-agent: {text}", file=sys.stderr)
