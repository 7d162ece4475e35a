"""Maintenance, mute and correction: dated overlays that people lay over what was measured, with their approvals."""

from dataclasses import dataclass

from collector.store.objects import Noun


@dataclass(frozen=True, slots=True)
class Maintenance:
    """A window in which down time is planned. Counts only when ``approved_at`` lies before ``start`` (ms UTC)."""

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
    retired: int | None = None


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
