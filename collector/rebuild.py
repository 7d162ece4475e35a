"""Recomputing everything derived from the log and comparing it with what is in use, row by row.

The log is folded again from its first entry by the same code (`collector.refold`). Every table of the state is compared
but those named here, which hold what is not derived from the log: a new table is compared unless somebody says why not.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from collector.fold import Fold
from collector.live import Live
from collector.refold import Progress, Refolded, refolded, silent
from collector.settings import Settings
from collector.settled import made_by, wrong
from collector.store import families, incidents, settled, targets
from collector.store.log import Log
from collector.store.settled import Row
from collector.store.state import State
from collector.timelines import Timelines
from rules.period import Period

KEPT = {
    "sealed": "secrets never stand in the log",
    "password": "secrets never stand in the log",
    "session": "sign-ins are no part of any figure",
    "sign_in_link": "sign-ins are no part of any figure",
    "touched": "a note of work to do, gone when it is done",
    "live_terms": "belongs to the checkpoint of the live table",
    "live_row": "belongs to the checkpoint of the live table",
    "settled": "computed from the state when there is time; verified apart, by computing it again",
    "rests_on": "written with what is settled",
    "outdated": "until when what is settled counts: a matter of when it was computed",
    "errand": "how far a message to another system has come is not in the log",
    "news": "a note of what is to be told, gone when it is routed",
    "notice": "how far a message to a channel has come is not in the log",
    "message": "how far a message to a channel has come is not in the log",
    "installation": "the random name of this installation",
    "report_file": "the files of issued reports are archived, not derived",
    "report_looked": "up to where it was looked for changes is a note of work",
    "report_pending": "a note of work to do, gone when it is done",
    "report_mail": "how far a letter has come is not in the log",
    "_sqlite_migrations": "when this file got its schema",
}
"""Tables that are not derived from the log, and why."""

MOST = 100
"""Differences told of one table; more of them would say nothing new."""


class Rooms(Protocol):
    """The parts of the running house that are compared."""

    @property
    def log(self) -> Log: ...
    @property
    def state(self) -> State: ...
    @property
    def live(self) -> Live: ...
    @property
    def fold(self) -> Fold: ...
    @property
    def timelines(self) -> Timelines: ...
    @property
    def settings(self) -> Settings: ...


def rebuild(house: Rooms, now: int, tell: Progress = silent) -> dict[str, Any]:
    """``{"entries", "differences": [{"table", "what", "row"}], "without_incident", "without_outage"}``.

    ``what`` is ``missing`` or ``surplus`` in use. Incidents are decisions, so they are not derived anew: outages
    without an incident and the reverse are told beside the differences, up to ``now`` (ms UTC).
    ``tell`` hears how far the folding is.

    Raises Broken when the log's chain does not hold. The fold stands still while rows are compared, so that both sides
    are of one position; agents are answered meanwhile.
    """
    entries = house.log.verify()
    with refolded(house.log, house.fold.position, house.settings, tell) as again:
        with house.state.write() as tx:
            again.log.extend(house.fold.position)
            again.run()
            found = [*_tables(house.state.path, again.state.path), *_live(house.live, again)]
            kept = settled.rows(tx, made_by(house.settings))
        found += _settled(kept, again, house.settings, now)
        outages, faults, along = _outages(again, now), _faults(again), _taken_along(again)
    return {
        "entries": entries,
        "differences": found,
        "without_incident": [what for what in outages if not any(_same(what, one) for one in (*faults, *along))],
        "without_outage": [fault for fault in faults if not any(_same(what, fault) for what in outages)],
    }


def _settled(rows: Sequence[Row], again: Refolded, settings: Settings, now: int) -> Iterator[dict[str, Any]]:
    """What is kept of the past and is wrong."""
    with again.state.read() as tx:
        for row in wrong(rows, tx, again.tracks, settings, now):
            yield {"table": "settled", "what": "surplus", "row": row}


def _outages(again: Refolded, now: int) -> list[dict[str, Any]]:
    """Every outage there ever was, of every target."""
    figures = again.timelines.figures(None, Period(0, now), now)
    return [
        {"target": entry["name"], "start": outage["start"], "end": outage["end"]}
        for entry in figures["objects"]
        for outage in entry["outages"]
    ]


def _faults(again: Refolded) -> list[dict[str, Any]]:
    """Every episode of every incident about an outage."""
    with again.state.read() as tx:
        names = {target.id: target.name for target in targets.ever(tx)}
        return [
            {
                "target": names.get(incident.target, incident.target),
                "incident": incident.name,
                "start": episode.since,
                "end": episode.ended,
            }
            for incident in incidents.page(tx, limit=-1)
            if incident.kind == "outage"
            for episode in incidents.episodes(tx, incident.id)
        ]


def _taken_along(again: Refolded) -> list[dict[str, Any]]:
    """The targets that other faults took with them: their outages are told of in the incidents of those."""
    with again.state.read() as tx:
        return [
            {"target": one.name, "incident": one.number, "start": one.since, "end": one.until}
            for one in families.taken_along(tx)
        ]


def _same(outage: dict[str, Any], fault: dict[str, Any]) -> bool:
    return (
        outage["target"] == fault["target"]
        and (outage["end"] is None or fault["start"] < outage["end"])
        and (fault["end"] is None or fault["end"] > outage["start"])
    )


def _tables(used: Path, again: Path) -> Iterator[dict[str, Any]]:
    with closing(sqlite3.connect(f"file:{used}?mode=ro", uri=True)) as reader:
        reader.execute("ATTACH ? AS again", (f"file:{again}?mode=ro",))
        for (table,) in reader.execute("SELECT name FROM main.sqlite_schema WHERE type = 'table'").fetchall():
            if table in KEPT or table.startswith("sqlite_"):
                continue
            columns = [row[1] for row in reader.execute(f'PRAGMA main.table_info("{table}")')]
            for what, here, there in (("surplus", "main", "again"), ("missing", "again", "main")):
                # Names come from the schema, and no value is put into the statement.
                rows = reader.execute(
                    f'SELECT * FROM {here}."{table}" EXCEPT SELECT * FROM {there}."{table}" LIMIT {MOST}'  # noqa: S608 - names of our own schema
                )
                for row in rows:
                    yield {"table": table, "what": what, "row": dict(zip(columns, row, strict=True))}


def _live(live: Live, again: Refolded) -> Iterator[dict[str, Any]]:
    used, folded = _rows(live), _rows(again.live)
    for key in sorted(used.keys() | folded.keys()):
        if used.get(key) == folded.get(key):
            continue
        for what, row in (("surplus", used.get(key)), ("missing", folded.get(key))):
            if row is not None:
                yield {"table": "live", "what": what, "row": row}


def _rows(live: Live) -> dict[tuple[int, int], dict[str, Any]]:
    """The live table by (check handle, agent number)."""
    with live.lock:
        columns = {name: np.array(column[: live.count]) for name, column in live.table.items()}
        count = live.count
    lists = {name: column.tolist() for name, column in columns.items()}
    rows = ({name: values[place] for name, values in lists.items()} for place in range(count))
    return {(row["handle"], row["agent"]): row for row in rows}
