"""A second engine for one check and one agent, as unlike the real one as possible: labels on a grid of seconds.

Runs are found by grouping, states are given to samples, and every second takes the state of its nearest sample.
"""

from collections.abc import Sequence
from itertools import groupby

from rules.parameters import CheckParameters
from rules.result import Outcome
from rules.span import Sample

STEP = 1_000


def confirmed_labels(bad: Sequence[bool], down: int, up: int) -> list[bool]:
    """For each sample whether it belongs to a confirmed bad run."""
    labels: list[bool] = []
    state = False
    for verdict, run in groupby(bad):
        length = len(list(run))
        if verdict != state and length >= (up if state else down):
            state = verdict
        labels += [state] * length
    return labels


def grid(samples: Sequence[Sample], parameters: CheckParameters) -> dict[int, str]:
    """The state of each second that is known, by its beginning; samples on even seconds, intervals of whole ones."""
    failed = confirmed_labels(
        [s.outcome is Outcome.FAILED for s in samples], parameters.confirm_down, parameters.confirm_up
    )
    impaired = confirmed_labels(
        [s.outcome is not Outcome.OK for s in samples], parameters.confirm_down, parameters.confirm_up
    )
    states = ["down" if f else "degraded" if i else "up" for f, i in zip(failed, impaired, strict=True)]
    known: dict[int, str] = {}
    half = parameters.interval // 2
    for index, sample in enumerate(samples):
        begin, end = sample.at - half, sample.at + half
        if index and sample.at - samples[index - 1].at <= parameters.max_gap:
            begin = (samples[index - 1].at + sample.at) // 2
        if index + 1 < len(samples) and samples[index + 1].at - sample.at <= parameters.max_gap:
            end = (sample.at + samples[index + 1].at) // 2
        known.update(dict.fromkeys(range(begin, end, STEP), states[index]))
    return known
