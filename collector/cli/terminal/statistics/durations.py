"""How long repairs take, and how long it goes well between failures."""

from collections.abc import Sequence

from collector.cli.terminal.statistics.marks import Document, Lines, hours, probability
from collector.printed import number, percent
from collector.texts import Translator

_SIGNIFICANCE = 0.05


def repair(document: Document, words: Translator) -> Lines:
    """How long repairs take, with those open."""
    found = document["repair"]
    seen, survival = found["observed"], found["survival"]
    if seen is None:
        if found["open"]:
            yield words("Nothing restored, {open} open.", open=found["open"])
        return
    yield words(
        "Restored: {restored}, open: {open}. Mean {mean} h, half of them within {median} h, nine of ten within {p90} h,"
        " the longest {longest} h.",
        restored=found["restored"],
        open=found["open"],
        mean=number(seen["mean_h"], 2, found["target_h"], up=True),
        **{key: number(seen[f"{key}_h"], 2, up=True) for key in ("median", "p90", "longest")},
    )
    if survival:
        within = survival["within_target"]
        yield words(
            "Restored within {hours} h, open ones counted: at least {share}."
            if within["at_least"]
            else "Restored within {hours} h, open ones counted: {share}.",
            hours=hours(within["hours"]),
            share=percent(within["share"], 1),
        )
    if found["exponential"]:
        yield words(
            "95 % interval of the mean if repairs are exponential: {lower} h to {upper} h.",
            **_between(found["exponential"]["interval_h"]),
        )
    if found["lognormal"]:
        yield words(
            "95 % interval of the mean if repairs are lognormal: {lower} h to {upper} h.",
            **_between(found["lognormal"]["interval_t_h"]),
        )
    yield words(
        "That the mean is {target} h or less is shown with 90 % confidence; so many repairs need an observed mean of "
        "{claim} h or less."
        if found["claimed"]
        else "That the mean is {target} h or less is not shown with 90 % confidence; so many repairs need an observed "
        "mean of {claim} h or less.",
        target=hours(found["target_h"]),
        claim=number(found["mean_to_claim_h"], 4),
    )


def up_times(document: Document, words: Translator) -> Lines:
    """How long it goes well between failures."""
    found = document["up_times"]
    if not found["failed"]:
        return
    exposure = {"failed": found["failed"], "going_on": found["going_on"]}
    if found["median_h"] is None:
        yield words(
            "Up times: {failed} ended by a failure, {going_on} still going on; fewer than half ended.", **exposure
        )
    else:
        yield words(
            "Up times: {failed} ended by a failure, {going_on} still going on; half of them last {median} h or less.",
            median=hours(found["median_h"]),
            **exposure,
        )
    law = found["weibull"]
    if law:
        if law["p"] >= _SIGNIFICANCE:
            meaning = "Weibull shape {shape} (p = {p} against 1): nothing speaks against failures at random."
        elif law["shape"] < 1:
            meaning = "Weibull shape {shape} (p = {p} against 1): failures come early, soon after the one before."
        else:
            meaning = "Weibull shape {shape} (p = {p} against 1): failures come by wear, after a time of their own."
        yield words(meaning, shape=f"{law['shape']:.3f}", p=probability(law["p"]))


def _between(interval: Sequence[float]) -> dict[str, str]:
    return {"lower": number(interval[0], 2), "upper": number(interval[1], 2, up=True)}
