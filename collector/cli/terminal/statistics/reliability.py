"""How much was observed, and what it says of failures and time in fault."""

from collector.cli.terminal.statistics.marks import Document, Lines, ends, hours, share
from collector.printed import number, percent
from collector.reports.exact import HOUR
from collector.texts import Translator


def observed(document: Document, words: Translator) -> Lines:
    """How much was observed."""
    seen = document["exposure"]
    yield words(
        "Objects: {objects}. Operating time {up} h, down {down} h, unreachable {unreachable} h, unknown {unknown} h; "
        "coverage {coverage}.",
        objects=seen["objects"],
        up=hours(seen["up_ms"] / HOUR),
        down=hours(seen["down_ms"] / HOUR),
        unreachable=hours(seen["unreachable_ms"] / HOUR),
        unknown=hours(seen["unknown_ms"] / HOUR),
        coverage=percent(seen["coverage"], 2),
    )
    yield words(
        "Failures begun: {failures}. Outages: {outages}, of which {restored} restored in the period and {open} open at "
        "its end.",
        **{key: seen[key] for key in ("failures", "outages", "restored", "open")},
    )


def mtbf(document: Document, words: Translator) -> Lines:
    """The MTBF, its bounds and whether the promise is demonstrated; or the one of today where there is a trend."""
    found = document["mtbf"]
    exposure = {"failures": found["failures"], "operating": hours(found["operating_h"])}
    if found["to_print"] == "instantaneous":
        yield words(
            "Failures: {failures} in {operating} h of operation. They do not come evenly (see the trend), so no single "
            "MTBF describes the period; at its end it is {now} h.",
            now=hours(found["instantaneous_h"]),
            **exposure,
        )
        return
    if found["point_h"] is None:
        yield words("No failure in {operating} h of operation, so there is no point value.", **exposure)
    else:
        yield words(
            "{point} h: failures {failures} in {operating} h of operation.", point=hours(found["point_h"]), **exposure
        )
    if found["interval_h"] is None:
        return
    lower, upper = found["interval_h"]
    target = found["target_h"]
    yield words(
        "With 90 % confidence at least {bound} h; there is no upper bound without a failure."
        if upper is None
        else "With 90 % confidence at least {bound} h; the 90 % interval is {lower} h to {upper} h.",
        bound=number(found["lower_h"]["0.9"], 1, target),
        lower=hours(lower),
        upper=number(upper, 1, up=True),
    )
    if found["demonstrated"]:
        yield words("At least {target} h: demonstrated with 90 % confidence.", target=hours(target))
    else:
        yield words(
            "At least {target} h: not demonstrated. It takes {missing} h more of operation without a further failure "
            "({months} device-months).",
            target=hours(target),
            missing=number(found["missing_h"], 1, up=True),
            months=number(found["missing_device_months"], 1, up=True),
        )


def fault_rate(document: Document, words: Translator) -> Lines:
    """The share of time in fault with its intervals."""
    found = document["fault_rate"]
    known = hours(found["known_ms"] / HOUR)
    if found["value"] is None:
        return
    if found["method"] == "no_outage":
        yield words(
            "No downtime in {known} h of known time: with 95 % confidence no more than {upper}, if a repair takes "
            "{repair} h.",
            known=known,
            upper=share(found["interval"][1]),
            repair=hours(found["assumed_repair_h"]),
        )
        return
    yield words("{value} of {known} h of known time.", value=share(found["value"]), known=known)
    if found["interval"]:
        how = {
            "log_ratio": "95 % interval {lower} to {upper}, by the scatter of {cycles} cycles of up and down time.",
            "f": "95 % interval {lower} to {upper}, assuming exponential times, since there are only {cycles} cycles "
            "of up and down time.",
        }[found["method"]]
        yield words(how, cycles=found["cycles"], **ends(found["interval"]))
    devices = found["by_devices"]
    if devices and devices["interval"]:
        yield words(
            "95 % interval {lower} to {upper}, by the differences between {devices} objects.",
            devices=devices["devices"],
            **ends(devices["interval"]),
        )


def affected(document: Document, words: Translator) -> Lines:
    """The share of objects with an outage."""
    found = document["affected"]
    if found["clopper_pearson"]:
        yield words(
            "{affected} of {objects} objects, {share}; 95 % interval {lower} to {upper}.",
            affected=found["affected"],
            objects=found["objects"],
            share=percent(found["share"], 2),
            **ends(found["clopper_pearson"], 2),
        )
