"""``nineward-agent run``: the agent itself."""

import argparse

from agent.cli.terminal import options

SUMMARY = "look and report until stopped"


def arrange(parser: argparse.ArgumentParser) -> None:
    """Only which settings."""
    options.config(parser)
    parser.set_defaults(run=run)


def run(given: argparse.Namespace) -> int:
    """Look and report until a signal ends it. Its log goes to standard error."""
    import logging
    import sys

    from agent.app import run as run_agent
    from agent.settings import load

    folder = options.folder(given)
    settings = load(folder.settings)
    logging.basicConfig(
        level=settings.log_level.upper(),
        format="%(asctime)s %(levelname)s %(message)s",
        stream=sys.stderr,
    )
    logging.getLogger("apscheduler").setLevel(logging.WARNING)
    run_agent(folder, settings)
    return 0
