"""The language and the zone of an installation, for commands that are told none."""

import argparse
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from collector.cli.terminal.options import LANGUAGE, ZONE
from collector.languages import LANGUAGES
from rules.errors import Invalid, NinewardError
from rules.period import zone


def fill(arguments: argparse.Namespace) -> None:
    """Put what the installation sets in the place of a language and a zone that were not given.

    Told by nineward.toml of the data folder, or by the remote collector. Where neither can tell, what is shipped
    holds: the command itself says what is wrong with them.
    """
    told = _told(arguments)
    tz, language = told.get("tz"), told.get("language")
    if arguments.tz is None:
        arguments.tz = tz if _known(tz) else ZONE
    if arguments.lang is None:
        arguments.lang = language if language in LANGUAGES else LANGUAGE


def _told(arguments: argparse.Namespace) -> Mapping[str, Any]:
    from collector.settings import default_data, table_of

    try:
        if arguments.url or (not arguments.data and os.environ.get("NINEWARD_URL")):
            from collector.cli.terminal import answer

            with answer.collector(arguments) as client:
                found: Mapping[str, Any] = client.get("place")
                return found
        return table_of(Path(arguments.data) if arguments.data else default_data())
    except NinewardError:
        return {}


def _known(tz: object) -> bool:
    try:
        return isinstance(tz, str) and bool(zone(tz))
    except Invalid:
        return False
