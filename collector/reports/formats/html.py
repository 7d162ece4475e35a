"""One self-contained page: reads on any screen, prints on A4, needs nothing from the network, holds its sealed data.

The sealed document stands in the page itself (``<script id="sealed">``), so that ``report verify`` can recompute what
the page says. Shown figures are printed by `collector.printed` and `collector.reports.exact`.
"""

import json
import re
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from collector import printed
from collector.reports import bar, exact, revised, seal, words
from collector.texts import translator
from rules.errors import Invalid

MEDIA = "text/html; charset=utf-8"
LANGUAGES = True

WORST = 10

_pages = Environment(
    loader=FileSystemLoader(Path(__file__).parent),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_SEALED = re.compile(rb'<script type="application/json" id="sealed">(.*?)</script>', re.DOTALL)
_LANGUAGE = re.compile(rb'<html lang="([A-Za-z-]+)">')


def render(document: dict[str, Any], lang: str) -> bytes:
    """The page in a language of `collector.texts`."""
    report = document["report"]
    texts = translator(lang)
    period = report["period"]
    page = _pages.get_template("month.html").render(
        _=texts,
        report=report,
        seal=document["seal"],
        sealed=_embedded(document),
        fleet=report["fleet"],
        parameters=report["method"]["parameters"],
        words=words,
        revised=revised,
        named=lambda table, key: words.named(table, key, texts),
        percent=printed.percent,
        number=printed.number,
        length=exact.length,
        hours=words.hours,
        moment=lambda at: exact.moment(at, period["tz"]),
        bar=lambda entry: bar.bar(entry["partition"], period["from"], period["to"], entry["name"]),
        days=bar.days(period["from"], period["to"], period["tz"]),
        worst=_worst(report["objects"]),
        budget=_budget(report),
        corrected=_corrected(report),
    )
    return page.encode()


def sealed_in(page: bytes) -> tuple[object, str]:
    """The document a page holds, and the page's language. Raises Invalid when it is no such page."""
    data, lang = _SEALED.search(page), _LANGUAGE.search(page)
    if data is None or lang is None:
        raise Invalid("This page holds no sealed report.")
    try:
        return json.loads(data[1]), lang[1].decode()
    except ValueError as trouble:
        raise Invalid(f"The report inside this page is damaged: {trouble}.") from trouble


def _embedded(document: dict[str, Any]) -> Markup:
    # Inside a script element only "</" and "<!--" could end or change it; JSON may write "<" as an escape.
    return Markup(seal.canonical(document).decode().replace("<", "\\u003c"))  # noqa: S704 - "<" is gone


def _worst(objects: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The targets with the greatest fault rates above nothing, the worst first."""
    faulty = [entry for entry in objects if entry["fault_rate"]]
    return sorted(faulty, key=lambda entry: (-entry["fault_rate"], entry["name"]))[:WORST]


def _corrected(report: dict[str, Any]) -> list[dict[str, Any]]:
    """All together, and each object, of which a correction changed anything; all together have no name."""
    return [entry for entry in [{"name": "", **report["fleet"]}, *report["objects"]] if entry["as_measured"]]


def _budget(report: dict[str, Any]) -> dict[str, Any]:
    """The error budget of the period: what the target allows of the agreed time, and what is used of it."""
    fleet = report["fleet"]
    share = report["method"]["parameters"]["targets"]["fault_rate"]
    allowed = round(share * fleet["agreed_ms"])
    delivered = fleet["down_ms"] + fleet["unreachable_ms"]
    return {
        "allowed_ms": allowed,
        "used": fleet["down_ms"] / allowed if allowed else None,
        "used_delivered": delivered / allowed if allowed else None,
    }
