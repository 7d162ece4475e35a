"""Statistics (the public document of `rules.analysis`) in words. No number without how much it was taken from."""

from collections.abc import Callable

from collector.cli.terminal.statistics import comparison, durations, reliability, trouble
from collector.cli.terminal.statistics.marks import Document, Lines
from collector.reports.exact import moment
from collector.texts import Translator

_PARAGRAPHS: tuple[tuple[str, Callable[[Document, Translator], Lines]], ...] = (
    ("Observed", reliability.observed),
    ("Mean time between failures", reliability.mtbf),
    ("Share of time in fault", reliability.fault_rate),
    ("Objects with an outage", reliability.affected),
    ("Time to restore", durations.repair),
    ("Time between failures", durations.up_times),
    ("Trend", comparison.trend),
    ("Differences between objects", comparison.pooling),
    ("Where the downtime is", trouble.pareto),
    ("Repeat faults", trouble.repeats),
    ("Plausibility", trouble.plausibility),
)


def text(document: Document, words: Translator) -> str:
    """Period and exposure, then a paragraph for each question the statistics answer."""
    period = document["period"]
    tz = period["tz"]
    parts = [f"{moment(period['from'], tz)} – {moment(period['to'], tz)} ({tz})"]
    for heading, paragraph in _PARAGRAPHS:
        lines = list(paragraph(document, words))
        if lines:
            parts += ["", words(heading), *(f"  {line}" for part in lines for line in part.split("\n"))]
    return "\n".join(parts)
