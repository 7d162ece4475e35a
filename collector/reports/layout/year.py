"""The thirteen chapters of a year's report."""

from collections.abc import Sequence

from collector.reports.layout import aptness, efficiency, faults, measures, months, reliability
from collector.reports.layout.attainment import spent
from collector.reports.layout.blocks import Block, Chapter, Paragraph
from collector.reports.layout.handling import answered
from collector.reports.layout.outlook import plan
from collector.reports.layout.pen import Pen
from collector.reports.layout.people import contentment, improvements, major
from collector.reports.layout.readings import readings
from collector.reports.layout.statistics import statistics
from collector.reports.layout.summary import summary

_HOUSE = frozenset({9, 10, 11, 12, 13})
"""The chapters that an edition for those who are served leaves out."""


def year(pen: Pen) -> list[Chapter]:
    """In the order in which a service's year is told; what the product keeps no records of says so in a line."""
    return [
        Chapter("", pen.say(title), blocks)
        for number, (title, blocks) in enumerate(_chapters(pen), start=1)
        if not (pen.edition and number in _HOUSE)
    ]


def _chapters(pen: Pen) -> list[tuple[str, Sequence[Block]]]:
    return [
        ("Annual targets", [*summary(pen).blocks, *months.beside(pen), *faults.months(pen)]),
        (
            "Attainment of agreements",
            [months.agreements(pen), months.objects(pen), *months.budgets(pen), *spent(pen)],
        ),
        ("Availability and reliability over the year", _reliable(pen)),
        ("Volume and efficiency", [*efficiency.volume(pen), *answered(pen)]),
        ("Satisfaction over the year", [*efficiency.satisfaction(pen), _unrecorded(pen, _SURVEY)]),
        ("Complaints and call-backs", contentment(pen).blocks),
        ("Major incidents and what they taught", major(pen).blocks),
        (
            "Improvement measures of the year",
            [*improvements(pen).blocks, *measures.effects(pen), *measures.burn_down(pen)],
        ),
        ("People, training and certificates", [_unrecorded(pen, _PEOPLE)]),
        ("Backup, drills and continuity", [_unrecorded(pen, _BACKUP)]),
        ("Information security", [_unrecorded(pen, _SECURITY)]),
        ("Costs and benefit", [_unrecorded(pen, _COSTS)]),
        (
            "Targets and plan of the next year",
            [*aptness.next_targets(pen), *aptness.exclusions(pen), *plan(pen).blocks],
        ),
    ]


def _reliable(pen: Pen) -> list[Block]:
    return [
        faults.classes(pen),
        reliability.demonstration(pen),
        *reliability.growth(pen),
        *reliability.rolling(pen),
        *reliability.control(pen),
        readings(pen),
        *([] if pen.edition else [reliability.replacement(pen), *reliability.models(pen)]),
        *faults.paretos(pen),
        faults.worst(pen),
        *statistics(pen),
        reliability.together(pen),
    ]


def _unrecorded(pen: Pen, text: str) -> Paragraph:
    return Paragraph(pen.say(text), "note")


_SURVEY = "Nothing is recorded of a yearly survey. Its sample, coverage, response and result would stand here."
_PEOPLE = "Nothing is recorded of people, training and certificates. Records of both would fill this."
_BACKUP = "Nothing is recorded of backups and drills. Reports of backup jobs and of drills would fill this chapter."
_SECURITY = (
    "Nothing is recorded of security events. Records of events and of reviews of rights would fill this chapter."
)
_COSTS = "Nothing is recorded of costs. Hours of work with their rates, parts and bills of suppliers would fill this."
