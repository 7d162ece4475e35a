"""How the failures lie in time and among the objects."""

from collector.cli.terminal.statistics.marks import ROWS, Document, Lines, hours, probability
from collector.cli.terminal.table import table
from collector.printed import NO_FIGURE, number
from collector.texts import Translator


def trend(document: Document, words: Translator) -> Lines:
    """Whether failures come faster or slower, for all and for single objects."""
    found = document["trend"]
    exposure = {"failures": found["failures"], "operating": hours(document["exposure"]["operating_h"])}
    centroid, law = found["laplace"], found["power_law"]
    if centroid is None:
        yield words(
            "Failures: {failures} in {operating} h of operation, too few for a test (four are needed).", **exposure
        )
        return
    verdict = {
        "none": "The two tests of trend contradict each other." if found["rejects"] else "No trend is to be told.",
        "worse": "Failures come faster and faster.",
        "better": "Failures come slower and slower.",
    }[found["direction"]]
    yield words(verdict)
    yield words(
        "Laplace {laplace} (p = {p}), power law shape {shape}; failures {failures} in {operating} h of operation.",
        laplace=f"{centroid['statistic']:+.3f}",
        p=probability(centroid["p"]),
        shape=NO_FIGURE if law is None else f"{law['shape']:.3f}",
        **exposure,
    )
    if found["tested"]:
        yield words(
            "Single objects with four failures or more: {tested}; of them with a trend of their own {significant} "
            "(5 % of such names may be false).",
            tested=found["tested"],
            significant=found["significant"],
        )
    shown = [row for row in found["objects"] if row["adjusted_p"] <= found["significance"]][:ROWS]
    if shown:
        yield table(
            [words(head) for head in ("Target", "Failures", "Operating h", "Trend", "MTBF at the end", "p (adjusted)")],
            [
                (
                    row["name"],
                    row["failures"],
                    hours(row["operating_h"]),
                    words("worse") if row["laplace"] > 0 else words("better"),
                    hours(row["instantaneous_mtbf_h"]),
                    probability(row["adjusted_p"]),
                )
                for row in shown
            ],
            right=(1, 2, 4, 5),
        )


def pooling(document: Document, words: Translator) -> Lines:
    """Whether the objects are alike, who is worse, and whom to look at first."""
    found = document["pooling"]
    test = found["test"]
    if test is None:
        return
    yield words(
        "The objects differ by no more than chance."
        if found["homogeneous"]
        else "The objects differ by more than chance."
    )
    yield words(
        "X² = {statistic} with {freedom} degrees of freedom, p = {p}; objects {objects}, failures {failures} in "
        "{operating} h of operation.",
        statistic=f"{test['statistic']:.2f}",
        freedom=test["freedom"],
        p=probability(test["p"]),
        objects=found["objects"],
        failures=found["failures"],
        operating=hours(found["operating_h"]),
    )
    if test["least_expected"] < 1:
        yield words("This probability is rough: an object has less than one failure to expect.")
    if found["worst"]:
        yield words("Worse than chance explains (5 % of such names may be false): {count}.", count=found["significant"])
        yield table(
            [words(head) for head in ("Target", "Failures", "Expected", "Operating h", "p (adjusted)")],
            [
                (
                    row["name"],
                    row["failures"],
                    number(row["expected"], 2, up=True),
                    hours(row["operating_h"]),
                    probability(row["adjusted_p"]),
                )
                for row in found["worst"][:ROWS]
            ],
            right=(1, 2, 3, 4),
        )
    if found["ranking"]:
        yield words("In the order in which to look at them, brief observation drawn to the mean:")
        yield table(
            [words(head) for head in ("Target", "Failures", "Operating h", "MTBF")],
            [
                (row["name"], row["failures"], hours(row["operating_h"]), hours(row["mtbf_h"]))
                for row in found["ranking"][:ROWS]
            ],
            right=(1, 2, 3),
        )
