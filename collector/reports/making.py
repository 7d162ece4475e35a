"""The data of one report from the rooms: the same whether it is issued or computed again."""

from dataclasses import dataclass, replace
from typing import Any

from collector.refold import Progress, silent
from collector.reports import report
from collector.reports.edition import Edition
from collector.reports.gather import Rooms, gather
from collector.settings import Settings
from collector.store import report_remarks
from rules.period import Period


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which report: ``kind`` and ``name`` as `collector.reports.kinds` has them, a zone, a part of the organisation."""

    kind: str
    name: str
    tz: str
    edition: Edition | None = None

    @property
    def key(self) -> str:
        """That of the edition; empty for the whole organisation."""
        return "" if self.edition is None else self.edition.key


def make(
    rooms: Rooms, wanted: Wanted, period: Period, before: Period, now: int, settings: Settings, tell: Progress = silent
) -> dict[str, Any]:
    """The data as of ``now`` (ms UTC), for a period and the one ``before`` it; with what was said of it until then."""
    evidence = gather(rooms, period, before, now, settings, tell, edition=wanted.edition)
    with rooms.state.read() as tx:
        said = report_remarks.statement(tx, wanted.kind, wanted.name, wanted.tz, wanted.key)
    if said is not None:
        evidence = replace(evidence, statement={"text": said.text, "by": said.by, "at": said.at})
    return report.build(wanted.kind, wanted.name, period, now, evidence)
