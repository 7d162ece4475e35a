"""The annex of a longer period: what was measured by which rules, and everything that happened, object by object."""

from collector.reports.layout import faults
from collector.reports.layout.blocks import Block, Chapter
from collector.reports.layout.handling import incidents
from collector.reports.layout.outlook import changes
from collector.reports.layout.pen import Pen
from collector.reports.layout.people import major
from collector.reports.layout.readings import readings
from collector.reports.layout.summary import scope


def details(pen: Pen) -> Chapter:
    """Scope, timelines, outages, incidents and maintenance; what stands in a chapter of the kind is not told twice."""
    blocks: list[Block] = [
        *scope(pen).blocks,
        *faults.lines(pen),
        faults.objects(pen),
        faults.outages(pen),
        faults.bracket(pen),
        faults.glitches(pen),
        faults.unreachable(pen),
        incidents(pen),
        *changes(pen).blocks,
    ]
    if pen.report["kind"] == "quarter":
        blocks += [readings(pen), *major(pen).blocks]
    return Chapter("", pen.say("Annex: scope, outages and incidents"), blocks)
