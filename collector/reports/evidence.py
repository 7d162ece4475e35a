"""What a report is made of, as plain data, gathered at one position of the log."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Part:
    """A calendar month of a longer period, as far as it has passed: [start, end) in ms UTC.

    ``fleet`` are the figures of all together, ``objects`` the verdicts and main figures of each, ``rules`` and
    ``attainment`` as in `Evidence`.
    """

    name: str
    start: int
    end: int
    fleet: Row
    objects: Sequence[Row] = ()
    rules: Sequence[Row] = ()
    attainment: Sequence[Row] = ()


@dataclass(frozen=True, slots=True)
class Past:
    """An earlier period, [start, end) in ms UTC, to compare with; ``fleet`` None where nothing was measured then."""

    start: int
    end: int
    fleet: Row | None = None
    rules: Sequence[Row] = ()
    incidents: Sequence[Row] = ()


@dataclass(frozen=True, slots=True)
class Review:
    """What a quarter or a year is made of besides what every report is made of.

    ``parts`` are its months. ``older`` are the figures of all together of the months before those of `Evidence.months`.
    ``before`` is the period before, ``year_ago`` the same period a year before. ``models`` are the statistics by model
    (`rules.analysis.by_label`). ``spares`` are the parts of services that can do without some of them. ``effects`` tell
    of each measure that was done how often its target failed before and after.
    """

    parts: Sequence[Part]
    older: Sequence[Row]
    before: Past
    year_ago: Past
    models: Sequence[Row] = ()
    spares: Sequence[Row] = ()
    effects: Sequence[Row] = ()


@dataclass(frozen=True, slots=True)
class Evidence:
    """Everything a report is made of, gathered at one position of the log.

    ``figures`` is the public figures document (`rules.availability`), pooled by kind as well; ``before`` the fleet of
    the period before, or None when nothing was measured then; ``year`` that of the calendar year so far. ``targets``
    tell what the figures do not: address, labels, witness. ``pending`` are targets that never yet answered; they enter
    no figure. ``analysis`` is what the statistics say (`rules.analysis`). ``months`` are the figures of all together
    month by month. ``rules`` are what was attained of the rules on requests (`rules.attained`), ``rules_before`` and
    ``rules_of_year`` the same of the period before and of the year so far. ``attainment`` is how each agreement stands.
    ``actions`` are all corrective and preventive ones, ``ahead`` the maintenance of the period that follows.
    ``to_come`` is the agreed time (ms) of all targets in what of the period has not passed; each of ``months`` has its
    own as ``to_come_ms``. ``voices`` are the answers and call-backs of those who asked, about every incident that had
    one in the period.
    ``since`` (ms UTC) is when the first target of all came into service, None where none did; ``looks`` how the vital
    checks looked at the end. ``edition`` is which part of the organisation all of this is about, None for the whole;
    ``statement`` is what the manager says in the summary.
    ``review`` is what only a quarter or a year needs. ``complaints`` are those that were alive in the period.
    """

    figures: Row
    before: Row | None = None
    targets: Sequence[Row] = ()
    pending: Sequence[Row] = ()
    mutes: Sequence[Row] = ()
    maintenance: Sequence[Row] = ()
    corrections: Sequence[Row] = ()
    incidents: Sequence[Row] = ()
    agreement: Row = field(default_factory=lambda: {"name": "house", "version": 1})
    year: Row | None = None
    analysis: Row | None = None
    months: Sequence[Row] = ()
    rules: Sequence[Row] = ()
    rules_before: Sequence[Row] = ()
    rules_of_year: Sequence[Row] = ()
    attainment: Sequence[Row] = ()
    actions: Sequence[Row] = ()
    ahead: Sequence[Row] = ()
    review: Review | None = None
    to_come: int = 0
    voices: Sequence[Row] = ()
    since: int | None = None
    looks: Sequence[Row] = ()
    edition: Row | None = None
    statement: Row | None = None
    complaints: Sequence[Row] = ()
