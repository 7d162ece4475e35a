"""Figures and outages as tables for a spreadsheet: UTF-8 with BOM, because Excel guesses wrong without it.

Two tables with an empty row between them. Times are in the report's zone, lengths in seconds, shares as fractions,
unrounded: what rounds is the reader's program. A text that a spreadsheet would take for a formula is made harmless.
"""

import csv
import io
from typing import Any

from collector.reports import exact, words
from collector.texts import translator

MEDIA = "text/csv; charset=utf-8"
LANGUAGES = True

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def render(document: dict[str, Any], lang: str) -> bytes:
    """The two tables."""
    report = document["report"]
    texts = translator(lang)
    tz = report["period"]["tz"]
    text = io.StringIO()
    sheet = csv.writer(text)

    sheet.writerow(
        [
            texts("Target"),
            texts("Kind"),
            texts("Availability"),
            texts("Fault rate"),
            texts("Coverage"),
            *(f"{texts(name)} [s]" for name in words.STATES.values()),
            texts("Failures"),
            texts("Glitches"),
            "MTBF [h]",
            "MTTR [h]",
        ]
    )
    for entry in [*report["objects"], {**report["fleet"], "name": texts("All"), "kind": ""}]:
        sheet.writerow(
            [
                _harmless(entry["name"]),
                _harmless(entry["kind"]),
                entry["availability"],
                entry["fault_rate"],
                entry["coverage"],
                *(_seconds(entry[f"{state}_ms"]) for state in words.STATES),
                entry["failures"],
                entry["glitches"],
                entry["mtbf_h"],
                entry["mttr_h"],
            ]
        )

    sheet.writerow([])
    sheet.writerow(
        [
            texts("Target"),
            texts("Start"),
            texts("End"),
            f"{texts('Length')} [s]",
            texts("Detected"),
            texts("Cause"),
            texts("Incident"),
        ]
    )
    for outage in report["outages"]:
        ended = outage["end"] is not None
        sheet.writerow(
            [
                _harmless(outage["target"]),
                exact.moment(outage["start"], tz),
                exact.moment(outage["end"], tz) if ended else texts("Open"),
                _seconds(outage["end"] - outage["start"]) if ended else None,
                exact.moment(outage["detected"], tz),
                words.named(words.CAUSES, outage["cause"], texts),
                outage["incident"],
            ]
        )
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def _seconds(span: int) -> str:
    seconds, thousandths = divmod(span, 1000)
    return f"{seconds}.{thousandths:03d}".rstrip("0").rstrip(".") if thousandths else str(seconds)


def _harmless(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA) else text
