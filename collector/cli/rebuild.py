"""``nineward rebuild``: recompute everything derived from the log, and say what differs."""

import argparse
from typing import Any

from collector.cli.terminal import options

SUMMARY = "recompute everything derived from the log; say what differs (nothing, normally)"
PATIENCE_S = 24 * 3600.0


def arrange(parser: argparse.ArgumentParser) -> None:
    """No options of its own."""
    options.listing(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Exit code 1 when anything differs."""
    from collector.cli.terminal import answer, progress

    with answer.collector(arguments) as client, progress.shown(arguments, "rebuild"):
        found = client.post("rebuild", patience=PATIENCE_S)

    def text(words: Any) -> str:
        said = [words("{entries} entries of the log were folded again; the chain holds.", entries=found["entries"])]
        if not found["differences"]:
            said.append(words("Nothing differs."))
        said += [f"{row['table']}: {row['what']}: {row['row']}" for row in found["differences"]]
        if found["without_incident"]:
            said.append(words("Outages without an incident:"))
            said += [f"  {row}" for row in found["without_incident"]]
        if found["without_outage"]:
            said.append(words("Incidents without an outage:"))
            said += [f"  {row}" for row in found["without_outage"]]
        return "\n".join(said)

    answer.show(arguments, found, text)
    return 1 if found["differences"] else 0
