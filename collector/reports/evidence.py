"""What a report is made of, as plain data, gathered at one position of the log."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Row = Mapping[str, Any]


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
