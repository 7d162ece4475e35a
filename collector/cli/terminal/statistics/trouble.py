"""Where the trouble is, and what of it comes again."""

from collector.cli.terminal.statistics.marks import ROWS, Document, Lines, probability, share
from collector.cli.terminal.table import table
from collector.printed import number, percent
from collector.reports.exact import HOUR
from collector.reports.words import CAUSES, named
from collector.texts import Translator


def pareto(document: Document, words: Translator) -> Lines:
    """The few objects and causes that make most of the downtime."""
    found = document["pareto"]
    for key, sentence in (
        ("objects_by_downtime", "Objects that make 80 % of the downtime: {vital} of {all} with any."),
        ("causes_by_downtime", "Causes that make 80 % of the downtime: {vital} of {all}."),
    ):
        shares = found[key]
        if not shares["all"]:
            continue
        yield words(sentence, vital=shares["vital"], all=shares["all"])
        yield table(
            [words(head) for head in ("Name", "Down h", "Together")],
            [
                (
                    _cause(bar["name"], words) if key.startswith("causes") else bar["name"],
                    number(bar["amount"] / HOUR, 2, up=True),
                    percent(bar["cumulative"], 1),
                )
                for bar in shares["bars"][:ROWS]
                if bar["vital"]
            ],
            right=(1, 2),
        )


def repeats(document: Document, words: Translator) -> Lines:
    """Repeat faults beside those of chance."""
    found = document["repeats"]
    if not found["failures"]:
        return
    yield words(
        "Failures that came back within 30 days: {returns} of {failures}; by chance alone {chance}.",
        returns=found["returns"],
        failures=found["failures"],
        chance=number(found["returns_by_chance"], 1),
    )
    yield words(
        "Objects with three failures or more in the last {days} days: {recent} of {objects}; by chance alone {chance} "
        "(p = {p}).",
        days=number(found["recent_days"], 0),
        recent=found["recent"],
        objects=document["exposure"]["objects"],
        chance=number(found["recent_by_chance"], 2),
        p=probability(found["recent_p"]),
    )


def plausibility(document: Document, words: Translator) -> Lines:
    """Nothing, unless the figures contradict each other."""
    found = document["plausibility"]
    if found["alarming"]:
        yield words(
            "The fault rate {rate} is not what MTTR ÷ (MTBF + MTTR) gives, {expected}: something in the data is odd.",
            rate=share(found["fault_rate"]),
            expected=share(found["by_mtbf_and_mttr"]),
        )


def _cause(cause: str, words: Translator) -> str:
    return named(CAUSES, cause, words) if cause else words("not told")
