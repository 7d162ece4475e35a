"""``nineward-agent snmp doctor``: why a device does not answer, from its own answers, with the lines to type."""

import argparse
from typing import TYPE_CHECKING, Any

from agent.cli.snmp.asking import access

if TYPE_CHECKING:
    from agent.snmp.doctor import Finding
    from agent.snmp.facts import Facts
    from agent.snmp.remedy import Remedy

SUMMARY = "find out why a device does not answer, and what to type on it"
_SIGNS = {"good": "✓", "bad": "✗", "open": "–"}
_MOST_OTHERS = 1000


def arrange(parser: argparse.ArgumentParser) -> None:
    """The device, the way in, and whom to compare it with."""
    access.arrange(parser)
    parser.add_argument(
        "--against", metavar="ADDRESS", action="append", default=[],
        help="another device whose engine id to compare; those of the agent's plan are compared anyhow",
    )  # fmt: skip
    parser.add_argument("--json", action="store_true", help="one JSON document")
    parser.set_defaults(run=run)


def run(given: argparse.Namespace) -> int:
    """Examine and tell. 0 when nothing is wrong, 1 when something is, 3 when this machine could not ask."""
    import asyncio
    import json

    from agent.cli.snmp.asking import exchange
    from agent.snmp.doctor import Mark, findings
    from agent.snmp.examination import examine
    from rules.errors import Unavailable

    ways = access.ways(given)
    host, port = exchange.place(given)
    try:
        facts = asyncio.run(examine(ways, host, port, given.timeout, _others(given)))
    except OSError as trouble:
        raise Unavailable(f"This machine could not ask: {trouble.strerror or trouble}.") from None
    found = findings(facts)
    wrong = [finding for finding in found if finding.mark is Mark.BAD]
    if given.json:
        print(json.dumps(_document(facts, found), ensure_ascii=False))
    else:
        _tell(facts, found)
    return exchange.BAD if wrong else 0


def _others(given: argparse.Namespace) -> list[tuple[str, int]]:
    """The devices named, and those of the plan, as far as this user may read it."""
    from agent.cli.terminal import options
    from agent.plan import remembered
    from agent.stream import split
    from rules.errors import Invalid

    try:
        checks = remembered(options.folder(given).plan_file).checks
    except Invalid:
        checks = ()
    planned = [check.address for check in checks if check.kind == "snmp" and check.address]
    found = []
    for address in (*given.against, *planned[:_MOST_OTHERS]):
        try:
            found.append(split(address, 161))
        except ValueError as wrong:
            if address in given.against:
                raise Invalid(f"{address!r}: {wrong}.") from None
    return found


def _tell(facts: "Facts", found: "list[Finding]") -> None:
    from agent.cli.terminal.table import cell, width

    if facts.descr:
        print(cell(f"{facts.name or facts.host}: {facts.descr}"))
    most = max((width(finding.step) for finding in found), default=0)
    for finding in found:
        print(f"{_SIGNS[finding.mark]} {finding.step:{most}}  {cell(finding.text)}")
        if finding.advice:
            print(f"{'':{most + 4}}{cell(finding.advice)}")
    for remedy in _remedies(facts, found):
        print(f"\nOn {remedy.title}:")
        for line in remedy.lines:
            print(f"    {cell(line)}")


def _remedies(facts: "Facts", found: "list[Finding]") -> "tuple[Remedy, ...]":
    """The lines to type for the first thing that is wrong and has some: the others may follow from it."""
    from agent.snmp.doctor import Mark, enterprises
    from agent.snmp.remedy import Wanted, remedies

    problem = next((one.problem for one in found if one.mark is Mark.BAD and one.problem is not None), None)
    if problem is None:
        return ()
    wanted = Wanted(facts.version, facts.user, facts.auth, facts.priv, facts.context, facts.source)
    return remedies(problem, wanted, enterprises(facts))


def _document(facts: "Facts", found: "list[Finding]") -> dict[str, Any]:
    from agent.snmp.doctor import Mark

    return {
        "address": facts.host,
        "port": facts.port,
        "version": facts.version,
        "engine_id": facts.engine_id.hex() or None,
        "description": facts.descr or None,
        "healthy": not any(finding.mark is Mark.BAD for finding in found),
        "findings": [
            {
                "step": finding.step,
                "mark": finding.mark.value,
                "text": finding.text,
                "advice": finding.advice or None,
                "problem": finding.problem,
            }
            for finding in found
        ],
        "remedies": [
            {"vendor": remedy.vendor, "title": remedy.title, "lines": list(remedy.lines)}
            for remedy in _remedies(facts, found)
        ],
    }
