"""The twelve chapters of a quarter's review."""

from collector.reports.layout import aptness, efficiency, faults, measures, months, reliability
from collector.reports.layout.attainment import heat, spent
from collector.reports.layout.blocks import Block, Chapter, Paragraph
from collector.reports.layout.handling import answered
from collector.reports.layout.outlook import risks
from collector.reports.layout.pen import Pen
from collector.reports.layout.people import contentment
from collector.reports.layout.statistics import statistics
from collector.reports.layout.summary import summary


def quarter(pen: Pen) -> list[Chapter]:
    """In the order of the review's agenda; what the product keeps no records of says so in a line.

    An edition for those who are served leaves out what is for the house alone.
    """
    say = pen.say
    found = [
        Chapter("", say("Earlier decisions"), [_unrecorded(pen, _DECISIONS), measures.earlier(pen)]),
        Chapter("", say("Attainment and trend"), attained(pen)),
        Chapter("", say("Analysis of reliability"), reliable(pen)),
        Chapter("", say("Response and efficiency"), [*efficiency.volume(pen), *answered(pen)]),
        Chapter("", say("Satisfaction and complaints"), [*efficiency.satisfaction(pen), *contentment(pen).blocks]),
        Chapter("", say("Sampled quality checks"), [_unrecorded(pen, _SAMPLES)]),
        Chapter("", say("Effect of improvement measures"), [*measures.effects(pen), *measures.burn_down(pen)]),
        Chapter("", say("Suitability of the targets"), aptness.suitability(pen)),
    ]
    if pen.edition:
        return found
    return [
        *found,
        Chapter("", say("Capacity and risks"), [*aptness.capacity(pen), *risks(pen).blocks]),
        Chapter("", say("Training and knowledge"), [_unrecorded(pen, _TRAINING)]),
        Chapter("", say("Costs"), [_unrecorded(pen, _COSTS)]),
        Chapter("", say("Decisions"), measures.decisions(pen)),
    ]


def attained(pen: Pen) -> list[Block]:
    """The headline, its months, agreements, services and budgets."""
    return [
        *summary(pen).blocks,
        *months.beside(pen),
        *faults.months(pen),
        months.agreements(pen),
        months.objects(pen),
        *months.budgets(pen),
        *spent(pen),
        *heat(pen),
    ]


def reliable(pen: Pen) -> list[Block]:
    """What is proven, the course, models, causes, repeats and redundancy."""
    return [
        reliability.demonstration(pen),
        *reliability.rolling(pen),
        *reliability.control(pen),
        *([] if pen.edition else reliability.models(pen)),
        faults.classes(pen),
        *faults.paretos(pen),
        faults.worst(pen),
        *statistics(pen),
        reliability.together(pen),
    ]


def _unrecorded(pen: Pen, text: str) -> Paragraph:
    return Paragraph(pen.say(text), "note")


_DECISIONS = "Decisions of earlier reviews are not recorded by the product; the measures that followed from them are."
_SAMPLES = "Nothing is recorded of sampled quality checks. Sheets of such checks would fill this chapter."
_TRAINING = "Nothing is recorded of training and knowledge. Records of courses, tests and articles would fill it."
_COSTS = "Nothing is recorded of costs. Hours of work with their rates, parts and bills of suppliers would fill this."
