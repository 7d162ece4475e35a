"""Maintenance, mute and correction: dated overlays that people lay over what was measured, with their approvals."""

from dataclasses import dataclass

from collector.store.objects import Noun
from rules.intervals import Interval
from rules.recurrence import Every, recurring


@dataclass(frozen=True, slots=True)
class Maintenance:
    """A window in which down time is planned, or a series of them.

    A window counts only when ``approved_at`` lies before its start (ms UTC). With ``every`` (day, week or month) the
    first one is ``start`` to ``end``, and it comes again at the same wall clock of ``tz`` until one would begin at
    ``until`` or later.
    """

    id: str
    number: int
    targets: tuple[str, ...]
    start: int
    end: int
    reason: str
    proposed_by: str
    proposed_at: int
    approved_by: str = ""
    approved_at: int | None = None
    with_dependents: bool = False
    every: str = ""
    tz: str = ""
    until: int | None = None
    retired: int | None = None

    @property
    def windows(self) -> list[Interval]:
        """Each window, in order of time, as far as it was not cancelled."""
        planned = [(self.start, self.end)]
        if self.every and self.until is not None:
            planned = list(recurring(self.start, self.end, Every(self.every), self.until, self.tz))
        if self.retired is None:
            return planned
        return [(start, min(end, self.retired)) for start, end in planned if start < self.retired]

    @property
    def over(self) -> int:
        """When the last of its windows ends, or ended."""
        return max((end for _, end in self.windows), default=self.start)


@dataclass(frozen=True, slots=True)
class Mute:
    """Silence for tickets and notices until ``until`` (ms UTC). Never changes a figure.

    ``what`` is a target's or check's id, or a selector of labels.
    """

    id: str
    number: int
    what: str
    start: int
    until: int
    reason: str
    by: str
    retired: int | None = None


@dataclass(frozen=True, slots=True)
class Correction:
    """A change of class of measured time, proposed by one person and in force when another has approved it.

    ``to_class`` is a class of the partition, or ``measured`` to take back earlier ones. ``responsible`` names who the
    time belongs to: own, customer, carrier, supplier, power, force_majeure. Instants in ms UTC.
    """

    id: str
    number: int
    target: str
    start: int
    end: int
    to_class: str
    reason: str
    responsible: str
    evidence: str
    proposed_by: str
    proposed_at: int
    approved_by: str = ""
    approved_at: int | None = None
    retired: int | None = None


_maintenance = Noun("maintenance", Maintenance, "maintenance")
_mutes = Noun("mute", Mute, "mute")
_corrections = Noun("correction", Correction, "correction")
maintenance, all_maintenance, get_maintenance = _maintenance.living, _maintenance.ever, _maintenance.get
maintenance_numbered = _maintenance.numbered
mutes, all_mutes, get_mute, mute_numbered = _mutes.living, _mutes.ever, _mutes.get, _mutes.numbered
corrections, get_correction, correction_numbered = _corrections.living, _corrections.get, _corrections.numbered
