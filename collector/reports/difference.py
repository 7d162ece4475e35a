"""What differs between two reports of one period: the listing that comes with a revision. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from collector.reports.seal import canonical

Row = Mapping[str, Any]

FIGURES = (
    *("agreed_ms", "up_ms", "degraded_ms", "down_ms", "unreachable_ms", "unknown_ms"),
    *("maintenance_ms", "excluded_ms", "out_of_service_ms"),
    *("coverage", "availability", "fault_rate", "fault_rate_delivered"),
    *("failures", "episodes", "glitches", "restored", "open", "mtbf_h", "mttr_h"),
)
"""The figures that are compared one by one; the others follow from these."""

_LISTS = {"maintenance": "number", "corrections": "number", "mutes": "what"}
_TIMELESS = ("period", "agreement")
_JUDGED = (*_TIMELESS, "method", "headline")


def differences(before: Row, after: Row, *, alike: bool = True) -> list[dict[str, Any]]:
    """Each thing that differs: ``{"part", "name", "key", "before", "after"}``; empty when the reports say the same.

    ``part`` is fleet, object, outage, or the list of the report it stands in. Of what came or went, the other side is
    None. What the report merely tells beside its figures (addresses, incidents, pending targets) is not compared: it
    goes on living after the period. Where the shapes of the two are not ``alike``, only what every shape has is.
    """
    found = [*_figures("fleet", "", before["fleet"], after["fleet"])]
    for name, old, new in _pairs(before["objects"], after["objects"], "name"):
        if old is None or new is None:
            found.append(_row("object", name, "measured", old is not None, new is not None))
        else:
            found += _figures("object", name, old, new)
    found += _outages(before["outages"], after["outages"])
    for part, key in _LISTS.items():
        for name, old, new in _pairs(before[part], after[part], key):
            if old != new and (alike or not _agree(old, new)):
                found.append(_row(part, name, "", old, new))
    for part in _JUDGED if alike else _TIMELESS:
        if before[part] != after[part]:
            found.append(_row(part, "", "", before[part], after[part]))
    if alike and not found and _compared(before) != _compared(after):
        found.append(_row("object", "", "partition", None, None))
    return found


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
