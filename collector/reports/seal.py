"""The seal of a report: canonical JSON, its SHA-256, and the place in the log the data was computed from.

Canonical: UTF-8, keys sorted by code point, no spaces, floats by their shortest text, no NaN or infinity. A file
in which a key stands twice, or one that no seal has, or that is written in any other way, is none that was issued.

The sealed document is ``{"report": …, "seal": {"sha256": …, "log": {"first", "last", "head"}, "made_with": {name:
version}}}``; the hash covers the report, the log range with its chain head, *and* what it was computed with, so that
none of them can be exchanged alone. A signature, where there is one, is of the hash (`collector.reports.signature`).
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


def parsed(content: bytes) -> object:
    """The data in JSON text that only a canonical writer could have written, but for how it is laid out.

    Raises Invalid for what is no JSON, holds a key twice, or what has no canonical form (NaN, half a character).
    """
    try:
        found = json.loads(content, object_pairs_hook=_once)
        canonical(found)
    except RecursionError as trouble:
        raise Invalid("This is no sealed report: it is nested too deeply.") from trouble
    except ValueError as trouble:
        raise Invalid(f"This is no sealed report: {trouble}.") from trouble
    return found


def opened(document: object) -> tuple[dict[str, Any], dict[str, Any]]:
    """The report and the seal of a sealed document, if the seal is whole.

    Raises Invalid for something that is no sealed document or holds more than one, Broken when the content does not
    match the seal.
    """
    if not isinstance(document, dict) or not {"report", "seal"} <= set(document):
        raise Invalid("This is no sealed report.")
    report, closing = document["report"], document["seal"]
    if not isinstance(report, dict) or not isinstance(closing, dict) or not isinstance(closing.get("log"), dict):
        raise Invalid("This is no sealed report.")
    if closing.get("algorithm") != ALGORITHM:
        raise Invalid(f"This report was sealed by {closing.get('algorithm')!r}, which this release does not know.")
    if surplus := [*_surplus(document, _DOCUMENT), *_surplus(closing, _CLOSING), *_surplus(closing["log"], _LOG)]:
        raise Broken(f"The file holds what no seal covers: {', '.join(surplus)}.")
    made_with = closing.get("made_with")
    if not isinstance(made_with, dict) or digest(report, closing["log"], made_with) != closing.get("sha256"):
        raise Broken("The content does not match the seal: the file was changed after it was issued.")
    return report, closing


_DOCUMENT = frozenset({"report", "seal"})
_CLOSING = frozenset({"algorithm", "log", "made_with", "sha256", "signature"})
_LOG = frozenset({"first", "last", "head"})


def _surplus(found: Mapping[str, Any], known: frozenset[str]) -> list[str]:
    return sorted(set(found) - known)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        keys = [key for key, _ in pairs]
        twice = sorted({key for key in keys if keys.count(key) > 1})
        raise ValueError(f"it holds twice: {', '.join(twice)}")
    return found
