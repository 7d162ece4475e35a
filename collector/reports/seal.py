"""The seal of a report: canonical JSON, its SHA-256, and the place in the log the data was computed from.

Canonical: UTF-8, keys sorted by code point, no spaces, floats by their shortest text, no NaN or infinity. The sealed
document is ``{"report": …, "seal": {"sha256": …, "log": {"first", "last", "head"}, "made_with": {name: version}}}``;
the hash covers the report, the log range with its chain head, *and* what it was computed with, so that none of them can
be exchanged alone. A signature, where there is one, is of the hash (`collector.reports.signature`).
"""

import hashlib
import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from rules.errors import Broken, Invalid

ALGORITHM = "sha256/canonical-json-2"


_UNSAID: Mapping[str, str] = MappingProxyType({})


def canonical(value: object) -> bytes:
    """The one byte form of plain data."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":")).encode()


def digest(report: dict[str, Any], log: dict[str, Any], made_with: Mapping[str, str]) -> str:
    """SHA-256 (hex) over the report, its log range and what it was computed with."""
    return hashlib.sha256(canonical({"log": log, "made_with": dict(made_with), "report": report})).hexdigest()


def seal(report: dict[str, Any], log: dict[str, Any], made_with: Mapping[str, str] = _UNSAID) -> dict[str, Any]:
    """The sealed document. ``log`` holds ``first`` and ``last`` (positions) and ``head`` (hex hash of the row last);
    ``made_with`` the releases it was computed with."""
    return {
        "report": report,
        "seal": {
            "algorithm": ALGORITHM,
            "log": log,
            "made_with": dict(made_with),
            "sha256": digest(report, log, made_with),
        },
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
    made_with = closing.get("made_with")
    if not isinstance(made_with, dict) or digest(report, closing["log"], made_with) != closing.get("sha256"):
        raise Broken("The content does not match the seal: the file was changed after it was issued.")
    return report, closing
