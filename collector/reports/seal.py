"""The seal of a report: canonical JSON, its SHA-256, and the place in the log the data was computed from.

Canonical: UTF-8, keys sorted by code point, no spaces, floats by their shortest text, no NaN or infinity. The sealed
document is ``{"report": …, "seal": {"sha256": …, "log": {"first", "last", "head"}}}``; the hash covers the report *and*
the log range with its chain head, so that neither can be exchanged alone.
"""

import hashlib
import json
from typing import Any

from rules.errors import Broken, Invalid

ALGORITHM = "sha256/canonical-json-1"


def canonical(value: object) -> bytes:
    """The one byte form of plain data."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":")).encode()


def digest(report: dict[str, Any], log: dict[str, Any]) -> str:
    """SHA-256 (hex) over the report and its log range."""
    return hashlib.sha256(canonical({"log": log, "report": report})).hexdigest()


def seal(report: dict[str, Any], log: dict[str, Any]) -> dict[str, Any]:
    """The sealed document. ``log`` holds ``first`` and ``last`` (positions) and ``head`` (hex hash of the row last)."""
    return {
        "report": report,
        "seal": {"algorithm": ALGORITHM, "log": log, "sha256": digest(report, log)},
    }


def opened(document: object) -> tuple[dict[str, Any], dict[str, Any]]:
    """The report and the seal of a sealed document, if the seal is whole.

    Raises Invalid for something that is no sealed document, Broken when the content does not match the seal.
    """
    if not isinstance(document, dict) or not {"report", "seal"} <= set(document):
        raise Invalid("This is no sealed report.")
    report, closing = document["report"], document["seal"]
    if not isinstance(report, dict) or not isinstance(closing, dict) or not isinstance(closing.get("log"), dict):
        raise Invalid("This is no sealed report.")
    if closing.get("algorithm") != ALGORITHM:
        raise Invalid(f"This report was sealed by {closing.get('algorithm')!r}, which this release does not know.")
    if digest(report, closing["log"]) != closing.get("sha256"):
        raise Broken("The content does not match the seal: the file was changed after it was issued.")
    return report, closing
