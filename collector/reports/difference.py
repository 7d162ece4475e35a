"""What differs between two reports of one period: the listing that comes with a revision. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from collector.reports.seal import canonical

Row = Mapping[str, Any]

CHANGED = "changed"
"""The key of what differs in a way that no one figure tells."""

FIGURES = (
    *("agreed_ms", "up_ms", "degraded_ms", "down_ms", "unreachable_ms", "unknown_ms"),
    *("maintenance_ms", "excluded_ms", "out_of_service_ms"),
    *("coverage", "availability", "fault_rate", "fault_rate_delivered"),
    *("failures", "episodes", "glitches", "restored", "open", "mtbf_h", "mttr_h"),
)
"""The figures that are compared one by one; the others follow from these."""

_LISTS = {"maintenance": "number", "corrections": "number", "mutes": "what"}
_TIMELESS = ("period", "agreement")
_JUDGED = (*_TIMELESS, "method")
_HEADLINE = (
    *("actual", "target", "bound", "before", "year", "verdict"),
    *("definition", "exposure", "before_exposure", "year_exposure"),
)
_PEOPLE = ("handling", "satisfaction", "complaints", "attainment")
"""What people's deeds make of a period, which follows from no figure above."""
_MAJOR = ("number", "priority", "lasted_ms", "in_period_ms", "of_budget")
_DERIVED = ("budget", "heat", "classes", "causes", "worst", "glitches", "unreachable", "readings", "statistics")
"""What follows from the figures: told only where nothing else tells why."""


def differences(before: Row, after: Row, *, alike: bool = True) -> list[dict[str, Any]]:
    """Each thing that differs: ``{"part", "name", "key", "before", "after"}``; empty when the reports say the same.

    ``part`` is fleet, object, outage, or the list of the report it stands in. Of what came or went, the other side is
    None. What the report merely tells beside its figures goes on living after the period and is not compared:
    addresses, how checks look, incidents with their causes and measures, risks and plans, what the manager says, what
    other periods were as they were known (trend and review). Where the shapes of the two are not ``alike``, only what
    every shape has is.
    """
    found = [*_figures("fleet", "", before["fleet"], after["fleet"])]
    for name, old, new in _pairs(before["objects"], after["objects"], "name"):
        if old is None or new is None:
            found.append(_row("object", name, "measured", old is not None, new is not None))
        else:
            found += _figures("object", name, old, new)
    found += _outages(before["outages"], after["outages"])
    for part, key in _LISTS.items():
        for name, old, new in _occurrences(before, after, part, key):
            if old != new and (alike or not _agree(old, new)):
                found.append(_row(part, name, "", old, new))
    for part in _JUDGED if alike else _TIMELESS:
        if before[part] != after[part]:
            found.append(_row(part, "", "", before[part], after[part]))
    if alike:
        found += [*_headline(before["headline"], after["headline"]), *_people(before, after)]
    if alike and not found:
        found += _derived(before, after)
    return found


def _headline(before: Sequence[Row], after: Sequence[Row]) -> Iterator[dict[str, Any]]:
    """The measures with a target, figure by figure."""
    for name, old, new in _pairs(before, after, "measure"):
        if old is None or new is None:
            yield _row("headline", name, "measured", old is not None, new is not None)
            continue
        for key in _HEADLINE:
            if old.get(key) != new.get(key):
                yield _row("headline", name, key, old.get(key), new.get(key))


def _people(before: Row, after: Row) -> Iterator[dict[str, Any]]:
    for part in _PEOPLE:
        if before.get(part) != after.get(part):
            yield _row(part, "", CHANGED, None, None)
    majors = [[{key: row.get(key) for key in _MAJOR} for row in one["major"]] for one in (before, after)]
    if majors[0] != majors[1]:
        yield _row("major", "", CHANGED, None, None)


def _derived(before: Row, after: Row) -> Iterator[dict[str, Any]]:
    if _compared(before) != _compared(after):
        yield _row("object", "", "partition", None, None)
        return
    for part in _DERIVED:
        if canonical(before.get(part)) != canonical(after.get(part)):
            yield _row(part, "", CHANGED, None, None)


def _occurrences(before: Row, after: Row, part: str, key: str) -> Iterator[tuple[str, Row | None, Row | None]]:
    """The rows of a list, each by its name and its beginning: a window may come back, a target be muted again.

    What ended after the period ended when it ended for it.
    """
    old, new = (
        {(str(row[key]), row["from"]): {**row, "to": min(row["to"], one["period"]["to"])} for row in one[part]}
        for one in (before, after)
    )
    for name, start in sorted(old.keys() | new.keys()):
        yield name, old.get((name, start)), new.get((name, start))


def _figures(part: str, name: str, before: Row, after: Row) -> Iterator[dict[str, Any]]:
    for key in FIGURES:
        if before[key] != after[key]:
            yield _row(part, name, key, before[key], after[key])
    for measure, verdict in after["verdicts"].items():
        if before["verdicts"].get(measure) != verdict:
            yield _row(part, name, f"verdict on {measure}", before["verdicts"].get(measure), verdict)


def _outages(before: Sequence[Row], after: Sequence[Row]) -> Iterator[dict[str, Any]]:
    """Outages that came, went, or have another end; one that begins at another instant is another one."""
    old = {(outage["target"], outage["start"]): outage for outage in before}
    new = {(outage["target"], outage["start"]): outage for outage in after}
    for target, start in sorted(old.keys() | new.keys()):
        was, became = old.get((target, start)), new.get((target, start))
        edges = [None if one is None else [one["start"], one["end"]] for one in (was, became)]
        if edges[0] != edges[1]:
            yield _row("outage", target, "", *edges)


def _pairs(before: Iterable[Row], after: Iterable[Row], key: str) -> Iterator[tuple[str, Row | None, Row | None]]:
    old, new = ({str(row[key]): row for row in rows} for rows in (before, after))
    for name in sorted(old.keys() | new.keys()):
        yield name, old.get(name), new.get(name)


def _agree(old: Row | None, new: Row | None) -> bool:
    """Whether two rows say the same under the keys that both have."""
    if old is None or new is None:
        return False
    return all(old[key] == new[key] for key in old.keys() & new.keys())


def _row(part: str, name: str, key: str, before: object, after: object) -> dict[str, Any]:
    return {"part": part, "name": name, "key": key, "before": before, "after": after}


def _compared(data: Row) -> bytes:
    """Everything that belongs to the figures, in one form."""
    return canonical(
        {
            "fleet": data["fleet"],
            "objects": [{key: value for key, value in entry.items() if key != "about"} for entry in data["objects"]],
            "outages": [{key: value for key, value in one.items() if key != "incident"} for one in data["outages"]],
        }
    )
